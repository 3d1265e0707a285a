"""The signed, numbered snapshot that a daemon decides from."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from agent.api.manifest import MissingError, digest, join
from agent.api.players import LimitSet, PlayerAdd
from agent.api.roster import GrantEvent, PartsGet, Roster, RosterGet
from agent.api.rulebook import PackUse, PolicyUse
from agent.app import routes
from agent.recording.keys import PUBLISHED
from agent.store.database import StoreError
from compliance.note import verify_note
from host.transport import Caller
from host.wire import ApiError
from rules.policy import combine
from tests.system import PATIENCE

ROOT = Caller(uid=0, pid=1, account="root", admin=True)


def fetch(desk, above=-1):
    return desk.ask("roster.get", RosterGet(above=above))


def read(desk, signed, parts):
    """As a daemon does that holds these `parts`, which takes what it lacks into them."""
    text = verify_note(signed.note, [desk.agent.keys.roster.vkey]).encode()
    fetched = 0
    while True:
        try:
            return msgspec.json.decode(join(text, parts), type=Roster), len(signed.note) + fetched
        except MissingError as error:
            found = desk.ask("roster.parts", PartsGet(hashes=error.hashes)).parts
            parts |= {digest(one): one for one in found}
            fetched += sum(map(len, found))


def test_it_is_one_line_of_json_signed_by_the_published_key(an, home):
    """What a daemon checks with nothing but HOME/public/agent.keys."""
    log_key, roster_key = (home.public / PUBLISHED).read_text("utf-8").splitlines()
    signed = fetch(an)
    text = verify_note(signed.note, [roster_key])
    assert text.count("\n") == 1
    assert read(an, signed, {})[0] == an.roster
    assert (signed.number, an.roster.origin) == (an.roster.number, log_key.partition("+")[0])
    assert roster_key.startswith(f"{an.roster.origin}/roster+")


def test_what_arrives_can_be_combined_into_a_policy(an):
    """Compiled packs survive the journey."""
    an.ask("policy.use", PolicyUse(target="an", packs=(PackUse(id="vn-147"),)))
    an.ask("limit.set", LimitSet(player="an", ms=60_000))
    (player,) = read(an, fetch(an), {})[0].players
    assert combine(player.packs).packs == combine(an.player("an").packs).packs


def test_a_change_costs_a_seat_what_changed(an):
    """Also of a hundred players: not the games, not the packs, not the other players."""
    for number in range(100):
        an.ask("player.add", PlayerAdd(name=f"Bạn {number}", born="2012-01-01"))
    parts = {}
    first, whole = read(an, fetch(an), parts)
    an.ask("limit.set", LimitSet(player="an", ms=60_000))
    second, more = read(an, fetch(an), parts)
    assert second == an.roster != first
    assert more < 20_000 < whole


def test_numbers_only_rise(an):
    """By one with each change, across restarts too."""
    first = an.roster.number
    numbers = [an.ask("limit.set", LimitSet(player="an", ms=ms)).number for ms in (1, 2, 3)]
    assert numbers == [first + 1, first + 2, first + 3]


def test_a_restart_changes_nothing(open_desk):
    """The same bytes, so that no daemon sees two rosters of one number."""
    with open_desk() as desk:
        desk.ask("player.add", PlayerAdd(name="An"))
        before = fetch(desk)
    with open_desk() as desk:
        assert fetch(desk) == before


def test_a_change_wakes_who_waits(an):
    """At once, not at the next poll."""

    async def scene():
        table = routes(an.agent)
        waiting = asyncio.create_task(table["roster.get"].handler(ROOT, RosterGet(above=an.roster.number)))
        await asyncio.sleep(0)
        assert not waiting.done()
        done = await table["limit.set"].handler(ROOT, LimitSet(player="an", ms=0))
        async with asyncio.timeout(PATIENCE):
            return done, await waiting

    done, signed = asyncio.run(scene())
    assert signed.number == done.number


def test_without_news_the_present_one_comes(an):
    """After the wait, whatever it is then."""
    assert asyncio.run(an.agent.registry.above(an.roster.number, 0.05)).number == an.roster.number


def test_who_holds_more_than_there_is_waits(an):
    """A daemon of a registry that was put back: it sees an older number and says so."""
    assert asyncio.run(an.agent.registry.above(an.roster.number + 5, 0.05)).number == an.roster.number


def test_a_change_that_is_not_durable_is_in_no_roster(an):
    """A full disk: one line for the caller, and nobody may hold a roster that is not on disk."""
    before, size = fetch(an), an.agent.log.size
    raw = an.agent.store.raw
    (pages,) = raw.execute("PRAGMA page_count").fetchone()
    raw.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(ApiError, match="nothing changed") as error:  # noqa: PT012 - it fills up sooner or later
        for number in range(1000):
            an.ask("player.add", PlayerAdd(name=f"Bạn {number}"))
            before, size = fetch(an), an.agent.log.size
    assert error.value.code == "unavailable"
    assert isinstance(error.value.__cause__, StoreError)
    assert fetch(an) == before
    assert an.agent.log.size == size
    raw.execute("PRAGMA max_page_count = 1000000")
    assert an.ask("player.add", PlayerAdd(name="Bình")).number == before.number + 1


def test_a_registry_too_large_to_sign_is_refused(desk):
    """Better a line now than a daemon that cannot read the roster any more."""
    with desk.tables() as tables:
        usual = {"id": "g", "player": "guest", "by": "guardian", "who": "me", "ms": 1, "given": desk.roster.issued}
        tables.put_grant(GrantEvent(**usual, reason="x" * (1 << 20)))
    number = desk.roster.number
    with pytest.raises(ApiError, match="too large"):
        desk.ask("player.add", PlayerAdd(name="An"))
    assert desk.roster.number == number
