"""Entries are kept for thirteen months and no longer: the log begins later then, and what is left of it proves what it did."""

from __future__ import annotations

import asyncio
import sqlite3

import msgspec
import pytest

from agent.api.log import LogCard, LogExport, LogPrune, LogShow
from agent.api.players import PlayerErase, PlayerExport
from agent.recording import retention
from agent.recording.retention import Daily
from compliance import bundle, entry
from compliance.format.keeping import LEAVES_MS
from compliance.format.tiles import WIDTH
from compliance.log import LogError
from compliance.verify import verify
from i18n.message import plain
from rules.calendar import DAY_MS

MINUTE = 60_000


def tick(desk):
    asyncio.run(desk.agent.tick())


def exported(desk):
    return bundle.parse(b"".join(chunk.data for chunk in desk.ask("log.export", LogExport())))


def said(report):
    return [f"{plain(one.where)}: {plain(one.what)}" for one in report.failures]


@pytest.fixture
def years(an, make_seat, clock):
    """A seat and 520 entries of three days, more than thirteen months ago; since then a few. Heads on the way."""
    seat = make_seat()
    an.ask("seat.enrol", seat.enrol)
    seat.add(entry.SeatStart, version="1", watch="gate", clean=True, lost_from=None)
    hand_in(an, seat)
    heads = []
    for number in range(260):
        clock.run(17 * MINUTE)
        if number in {100, 200}:
            heads.append(an.ask("log.card", LogCard()).checkpoint)
        tick(an)
    seat.add(entry.SeatStop)
    hand_in(an, seat)
    clock.run(LEAVES_MS + DAY_MS)
    seat.add(entry.SeatStart, version="1", watch="gate", clean=True, lost_from=None)
    hand_in(an, seat)
    tick(an)
    object.__setattr__(an, "heads", heads) if hasattr(an, "__slots__") else setattr(an, "heads", heads)
    return an


def hand_in(desk, seat):
    seat.seal()
    batch = seat.batch()
    desk.ask("log.submit", batch)
    seat.forget(msgspec.json.decode(batch.entries[-1])["seq"])


def test_old_entries_go_and_the_log_holds(years):
    """Told before, done once, said in the log, which verifies, and goes on to."""
    log = years.agent.log
    size = log.size
    told = years.ask("log.prune", LogPrune(dry=True))
    assert (log.begins, log.size) == (0, size)
    assert years.ask("log.prune", LogPrune()).entries == told.entries > WIDTH
    assert log.begins == 2 * WIDTH
    assert told.entries == 2 * WIDTH - len(log.kept())
    assert [line["end"] for line in years.entries("pruned")] == [2 * WIDTH]
    assert years.ask("log.prune", LogPrune()).entries == 0
    report = verify(exported(years))
    assert (said(report), report.beginning.begins, report.size) == ([], 2 * WIDTH, log.size)
    tick(years)
    assert said(verify(exported(years))) == []
