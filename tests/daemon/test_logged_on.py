"""Who is logged on at a public place is in the log, and of a home nothing is."""

from __future__ import annotations

from datetime import date

import pytest

from compliance.entries.seat import SessionOpened
from daemon.platforms.api import OsSession
from tests.daemon.world import HOUR, MINUTE, roster

TODAY = date(2026, 11, 24)
AN, FRIEND = OsSession("1", "an"), OsSession("c2", "friend")


@pytest.fixture
def lines(world):
    def kinds():
        found = world.journal("session.opened", "session.closed")
        return [line.guest if isinstance(line, SessionOpened) else (line.opened, line.how) for line in found]

    return kinds


def opened(world):
    return [line.seq for line in world.journal("session.opened")]


@pytest.mark.promise("Log: At a public place who is logged on is written within the minute, without the account")
def test_who_comes_and_goes_is_written_within_the_minute(world, lines):
    world.platform.sessions = (AN,)
    world.start(roster(place="game-point"))
    world.pass_time(MINUTE)
    world.platform.sessions = (AN, FRIEND)
    world.pass_time(5 * MINUTE)
    assert lines() == [False, True]
    first, second = world.journal("session.opened")
    people = world.daemon.in_force.known()
    by_guest = {one.guest: one.who for one in (first, second)}
    assert by_guest == {id_ == "guest": people.by_id(id_).pseudonym(TODAY) for id_ in ("an", "guest")}
    world.platform.sessions = (FRIEND,)
    world.pass_time(MINUTE)
    assert lines()[2:] == [(first.seq, "ended")]
    world.pass_time(HOUR)
    assert len(lines()) == 3


def test_a_restart_opens_nothing_twice_and_closes_what_nobody_saw_end(world, lines):
    world.platform.sessions = (AN, FRIEND)
    world.start(roster(place="game-point"))
    world.pass_time(MINUTE)
    world.kill()
    world.platform.sessions = (AN,)
    world.start()
    world.pass_time(2 * MINUTE)
    assert lines()[2:] == [(_of(world, guest=True), "unseen")]
    world.kill()
    world.clock.reboot()
    world.start()
    world.pass_time(2 * MINUTE)
    assert lines()[3:] == [(_of(world, guest=False), "unseen"), False]


def _of(world, *, guest):
    return next(line.seq for line in world.journal("session.opened") if line.guest == guest)


@pytest.mark.promise("Log: At a home nobody writes who was logged on")
def test_of_a_home_nothing_is_written(world, lines):
    world.platform.sessions = (AN,)
    world.start(roster())
    world.pass_time(2 * MINUTE)
    assert lines() == []
    world.adopt(roster(2, place="game-point"))
    world.pass_time(MINUTE)
    world.adopt(roster(3))
    world.pass_time(2 * MINUTE)
    assert lines() == [False, (opened(world)[0], "unwatched")]


def test_where_the_system_does_not_say_nothing_is_written(world, lines):
    world.platform.sessions = (AN,)
    world.start(roster(place="game-point"))
    world.pass_time(MINUTE)
    world.platform.sessions = None
    world.pass_time(5 * MINUTE)
    assert lines() == [False]


@pytest.mark.promise("Log: At a public place who is logged on is written within the minute, without the account")
def test_an_account_stands_in_no_entry_and_in_no_table(world):
    """Beside the log neither: who it was is the pseudonym of the day."""
    world.platform.sessions = (OsSession("7", "verysecretname"),)
    world.start(roster(place="game-point"))
    world.pass_time(MINUTE)
    (line,) = world.journal("session.opened")
    assert line.guest
    assert line.secret is None
    assert "verysecretname" not in "\n".join(world.daemon.store.db.iterdump())
