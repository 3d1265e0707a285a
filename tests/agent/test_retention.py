"""Personal data is kept for six months and no longer; the log says so and holds on. A clock that was set deletes nothing."""

from __future__ import annotations

import asyncio

import pytest

from agent.api.log import LogExport, LogPrune, LogShow
from agent.api.players import PlayerSet
from agent.api.roster import GrantEvent
from agent.api.seat import PutGrants
from agent.recording.retention import Daily
from compliance import entry
from compliance.__main__ import main
from compliance.entries.override import CodeUsed
from compliance.format.keeping import PERSONAL_MS
from compliance.journal import Payload
from rules.calendar import DAY_MS


def beside(desk):
    return [line.payload for line in desk.ask("log.show", LogShow(last=1000)).lines if line.payload]


def tick(desk):
    asyncio.run(desk.agent.tick())


@pytest.fixture
def half_a_year(an, make_seat, clock):
    """Names and reasons of then, and of a month ago, of the agent and of a seat."""
    seat = make_seat()
    an.ask("seat.enrol", seat.enrol)
    for pause in (PERSONAL_MS - 30 * DAY_MS, 30 * DAY_MS):
        seat.add(CodeUsed, b'{"account":"an","guardian":"me"}', who="a", ms=1)
        seat.seal()
        batch = seat.batch()
        an.ask("log.submit", batch)
        seat.forget(batch.entries and entry.decode(batch.entries[-1]).seq)
        an.ask("grant.put", PutGrants(grants=(given(clock),)))
        an.ask("player.set", PlayerSet(player="an", born="2014"))
        tick(an)
        clock.run(pause)
    clock.run(60_000)
    return an


def given(clock):
    return GrantEvent(id=str(clock.wall()), player="an", by="guardian", who="me", ms=1, given=clock.wall(), reason="why")


@pytest.mark.promise("Log: Names beside the log are encrypted, and deleted after six months")
def test_what_is_older_goes_and_what_is_younger_stays(half_a_year, tmp_path):
    """Told before, done once, said in the log, which verifies."""
    desk = half_a_year
    before = len(beside(desk))
    told = desk.ask("log.prune", LogPrune(dry=True))
    assert (told.payloads, len(beside(desk)), told.entries) == (4, before, 0)
    assert desk.ask("log.prune", LogPrune()) == told
    assert len(beside(desk)) == before - 4 + 1  # who had it done is kept beside the entry, for half a year
    [line] = desk.entries("erasure")
    assert (line["who"], line["before"], line["payloads"]) == (None, told.before, 4)
    with desk.tables() as tables:
        assert len(tables.grants(0)) == 1
    assert desk.ask("log.prune", LogPrune()).payloads == 0
    assert len(desk.entries("erasure")) == 1
    bundle = tmp_path / "log.zip"
    bundle.write_bytes(b"".join(chunk.data for chunk in desk.ask("log.export", LogExport())))
    assert main([str(bundle)]) == 0


def test_the_agent_does_it_daily(half_a_year):
    """By itself, if it was there the days before."""
    desk = half_a_year
    object.__setattr__(desk.agent, "daily", Daily(desk.agent.clock, desk.agent.clock.wall() - DAY_MS))
    tick(desk)
    assert len(desk.entries("erasure")) == 1


def test_many_are_deleted_in_parts(half_a_year, monkeypatch):
    """Each with its entry."""
    monkeypatch.setattr("agent.recording.retention.personal.__defaults__", (3,))
    assert half_a_year.ask("log.prune", LogPrune()).payloads == 4
    assert [line["payloads"] for line in half_a_year.entries("erasure")] == [3, 1]


def test_a_clock_that_was_set_deletes_nothing(clock):
    """Not while it runs, and not before it started; a first start has nothing to delete."""
    day = Daily(clock, clock.wall() - DAY_MS)
    assert [day.due(), day.due()] == [True, False]
    clock.run(DAY_MS)
    assert day.due()
    clock.step(400 * DAY_MS)
    clock.run(DAY_MS)
    assert not day.due()
    assert not Daily(clock, clock.wall() - 400 * DAY_MS).due()
    assert not Daily(clock, clock.wall() + DAY_MS).due()
    assert not Daily(clock, None).due()


def test_a_clock_that_was_wrong_for_a_while_makes_nothing_old(half_a_year, clock):
    """An empty battery: what is written first is of 2000. Or it was years ahead. Nor if it is wrong now."""
    desk = half_a_year
    right = desk.ask("log.prune", LogPrune(dry=True)).payloads
    for years in (-26, 26):
        clock.step(years * 365 * DAY_MS)
        tick(desk)
        clock.step(-years * 365 * DAY_MS)
        tick(desk)
    assert desk.ask("log.prune", LogPrune(dry=True)).payloads == right
    clock.step(-400 * DAY_MS)
    assert desk.ask("log.prune", LogPrune(dry=True)).payloads == 0


def test_a_clock_that_was_ahead_keeps_nothing_for_ever(an, clock, request):
    """What it wrote then is no younger than it is now."""
    clock.step(26 * 365 * DAY_MS)
    tick(an)
    clock.step(-26 * 365 * DAY_MS)
    assert request.getfixturevalue("half_a_year").ask("log.prune", LogPrune(dry=True)).payloads >= 4


def test_what_the_log_has_no_entry_of_goes_too(half_a_year):
    """After half a restore: it stops nobody."""
    desk = half_a_year
    desk.agent.payloads.put("nobody", [Payload(1, bytes(32), b"{}")])
    object.__setattr__(desk.agent, "daily", Daily(desk.agent.clock, desk.agent.clock.wall() - DAY_MS))
    tick(desk)
    assert "nobody" not in desk.agent.payloads.seats()
    assert len(desk.entries("erasure")) == 1
