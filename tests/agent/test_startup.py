"""What a start changes by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import update

from agent.api.players import PlayerAdd
from agent.api.roster import GrantEvent
from agent.api.rulebook import PackUse, PolicyUse
from agent.api.seat import PutGrants
from agent.errors import StartError
from agent.packs.shipped import Shipped
from agent.registry import World
from agent.store import schema
from rules.games import Game


def shipping(world, packs=None, games=None):
    """A program that ships these instead."""
    old = world.shipped
    return World(Shipped(old.packs if packs is None else packs, old.games if games is None else games), world.account)


def put_to_work(desk):
    desk.ask("player.add", PlayerAdd(name="An"))
    desk.ask("policy.use", PolicyUse(target="an", packs=(PackUse(id="vn-147", params=("over_all=true",)),)))
    return desk.roster


def test_shipped_packs_follow_the_programs_version(open_desk, world):
    """A corrected law is in force after the update, with the values that were put into it, and the log says so."""
    with open_desk() as desk:
        before = put_to_work(desk)
    text = world.shipped.packs["vn-147"].replace("minutes = 60", "minutes = 50")
    with open_desk(shipping(world, {**world.shipped.packs, "vn-147": text})) as desk:
        assert desk.roster.number == before.number + 1
        (pack,) = desk.player("an").packs
        assert (pack.budgets[0].ms, pack.params) == (50 * 60_000, {"over_all": True, "guardian": True})
        assert desk.entries("policy.changed")[-1]["packs"][0]["sha256"] == pack.sha256
        with desk.tables() as tables:
            assert len(tables.texts()) == 2


def test_a_text_that_no_longer_fits_leaves_the_old_one_in_force(open_desk, world):
    """A rule that was in force is not lost by an update."""
    with open_desk() as desk:
        before = put_to_work(desk)
    for packs in ({}, {"vn-147": "id = 7"}):
        with open_desk(shipping(world, packs)) as desk:
            assert (desk.roster.number, desk.player("an").packs) == (before.number, before.players[0].packs)


def test_the_catalogue_follows_too(open_desk, world):
    """With a new roster, because seats recognise by it."""
    with open_desk() as desk:
        number = desk.roster.number
    games = (replace(world.shipped.games[0], title="Tên mới"), *world.shipped.games[1:])
    with open_desk(shipping(world, games=games)) as desk:
        assert desk.roster.number == number + 1
        assert desk.roster.games[0].title == "Tên mới"
        assert desk.entries("game.changed") == []


def test_what_another_version_knows_games_by_is_told(open_desk, world):
    """What runs may be a game now. Of its label nothing is said."""
    with open_desk():
        pass
    first = world.shipped.games[0]
    games = (replace(first, names=(*first.names, "new")), *world.shipped.games[1:], Game(id="cave", title="", names=("cave",)))
    for _ in range(2):
        with open_desk(shipping(world, games=games)) as desk:
            said = [(one["game"], one["before"], one["after"]) for one in desk.entries("game.changed")]
            assert said == [(first.id, None, None), ("cave", None, None)]


def test_grants_that_are_over_make_no_roster(open_desk, clock):
    """They only take space until the next change."""
    with open_desk() as desk:
        desk.ask("player.add", PlayerAdd(name="An"))
        event = GrantEvent(id="g", player="an", by="guardian", who="me", ms=1, given=clock.wall())
        number = desk.ask("grant.put", PutGrants(grants=(event,))).number
    clock.run(30 * 24 * 3_600_000)
    with open_desk() as desk:
        assert desk.roster.number == number


def test_another_roster_key_signs_anew(open_desk, home):
    """A lost key file: seats will see another key and say so, but what they get is readable."""
    with open_desk() as desk:
        number = desk.roster.number
    (home.agent / "roster.key").unlink()
    with open_desk() as desk:
        assert desk.roster.number == number + 1


def test_known_games_that_are_switched_off_are_told(open_desk, world):
    """A file of the agent's does that, and no command: log and seats hear of it, once, and when they are known again."""
    said = []
    for games in (None, (), (), None):
        with open_desk(shipping(world, games=games)) as desk:
            raised, cleared = desk.entries("issue.raised"), desk.entries("issue.cleared")
            said.append(([one["id"] for one in raised], len(cleared), desk.roster.shipped))
    off = ["catalogue-off"]
    assert said == [([], 0, True), (off, 0, False), (off, 0, False), (off, 1, True)]
    with open_desk(shipping(world, games=())) as desk:
        assert len(desk.entries("issue.raised")) == 2


def test_a_text_that_somebody_changed_is_not_obeyed(open_desk, world):
    """Under the hash of the law it would let a child play ten times as long, and no log would say so."""
    with open_desk() as desk:
        put_to_work(desk)
        with desk.tables() as tables:
            (row,) = (row for row in tables.texts().values() if row.pack == "vn-147")
            text = row.text.replace("minutes = 60", "minutes = 600")
            tables._do(update(schema.texts).where(schema.texts.c.sha256 == row.sha256).values(text=text))
    with pytest.raises(StartError, match="somebody changed the text of pack vn-147"), open_desk():
        pass
