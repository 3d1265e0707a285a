"""Every decision can be made again from its entry alone: under any policy, and not with other numbers."""

from __future__ import annotations

import runpy
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings

from agent.api.roster import Player, Roster
from compliance import entry
from compliance.entries.decision import PlayDue
from compliance.verifying.plays import packs as of_texts
from compliance.verifying.plays import recompute
from compliance.verifying.plays.recompute import Recomputer, Unfounded
from daemon.deciding.judge import Ruling
from daemon.recording.decision_fields import decided
from daemon.sessions import People
from rules.decide import decide
from rules.games import Game
from rules.policy import combine

WORLDS = runpy.run_path(str(Path(__file__).parents[1] / "rules" / "rules_worlds.py"))["worlds"]
CHAIN = {"seat": "home-pc", "boot": "b", "seq": 1, "prev": "", "mono": 1, "wall": 2}
SOME = (HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much, HealthCheck.too_slow)
HOUR = 3_600_000


@pytest.fixture
def public(monkeypatch):
    """Packs that have no text, as if they had: by the hash that they name. The rest are a player's own."""

    def publish(packs):
        known = {pack.sha256: pack for pack in packs}
        monkeypatch.setattr(of_texts, "parse_pack", lambda text, *_: replace(known[text], scope="player"))
        return Recomputer(of_texts.Packs({pack.sha256: pack.sha256 for pack in packs}))

    return publish


def refused(world, *, own):
    """The entry of the world's decision, and its packs; hypothesis looks for another world if play is allowed."""
    packs = tuple(replace(pack, sha256="house") for pack in world.packs) if own else world.packs
    facts = world.facts
    decision = decide(combine(packs), facts)
    assume(decision.verdict != "allow")
    player = Player(id="an", name="An", born=facts.born, guardian=facts.guardian, key="11" * 32, packs=packs)
    guest = Player(id="guest", name="Khách", key="22" * 32)
    people = People(
        Roster(number=1, origin="x", issued=0, place=facts.place, zone="Asia/Ho_Chi_Minh", players=(player,), guest=guest), None
    )
    game = Game(id=facts.game, title=facts.game, label=facts.label, publisher=facts.publisher)
    fields = decided(people.players[0], game, Ruling(decision, facts, combine(packs)), people)
    line = entry.decode(entry.encode(PlayDue(**CHAIN, play=1, grace=decision.grace_ms, **fields)))
    return line, packs


@pytest.mark.parametrize("own", [True, False], ids=["own rules", "public packs"])
@given(world=WORLDS())
@settings(suppress_health_check=SOME)
def test_a_decision_follows_from_its_entry(public, own, world):
    """With all that other packs, other rules and play long ago had to do with it, its rule and its numbers are enough."""
    line, packs = refused(world, own=own)
    public(packs).check(line)


@given(world=WORLDS())
@settings(suppress_health_check=SOME)
def test_a_decision_with_other_numbers_does_not(public, world):
    """Less play, more to spend, a guardian, play of another time, too long to save."""
    line, packs = refused(world, own=False)
    checker = public(packs)
    for changed in lies(line):
        with pytest.raises(Unfounded):
            checker.check(msgspec.structs.replace(line, **changed))


def lies(line):
    yield {"grace": recompute.MAX_SAVE_MS + 1}
    yield {"grace": -1}
    yield {"zone": "Asia/Tokyo"}
    yield {"budget": 1}
    if line.counted:
        if line.budget:
            yield {"counted": ()}
        yield {"counted": tuple((start - 400 * 24 * HOUR, ms) for start, ms in line.counted)}
        yield {"counted": tuple((start + 48 * HOUR, ms) for start, ms in line.counted)}
        yield {"counted": (*line.counted, line.counted[-1])}
        yield {"counted": tuple((start, -ms) for start, ms in line.counted)}
