"""Who was logged on at a public place, held against its hours."""

from __future__ import annotations

import pytest

from compliance.entries.place import PlaceChanged
from compliance.entries.seat import SessionClosed, SessionOpened
from i18n.message import plain
from tests.compliance.conftest import ZONE

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def said(report):
    return [plain(one.what) for one in report.failures]


def told(report):
    return [plain(one.what) for one in report.audit.findings if one.kind == "logged-on"]


@pytest.fixture
def point(site):
    """`point(hours)`: a game point with these hours, at midnight."""

    def become(hours="", place="game-point"):
        site.clock.run(DAY - (site.clock.wall() + 7 * HOUR) % DAY)
        site.agent.add(PlaceChanged, place=place, zone=ZONE, hours=hours)

    return become


def on(seat, hours):
    """The PC is on, and says so by the hour."""
    left = int(hours * HOUR)
    while left > 0:
        since = seat.site.clock.wall()
        seat.site.clock.run(min(left, HOUR))
        seat.alive(since)
        left -= HOUR


def logged_on(seat, start, length, how="ended"):
    """A session from the hour `start` of this day on, for so many hours."""
    clock = seat.site.clock
    clock.run(int(start * HOUR) - (clock.wall() + 7 * HOUR) % DAY)
    opened = seat.add(SessionOpened, who="somebody", guest=True)
    on(seat, length)
    return seat.add(SessionClosed, opened=opened.seq, how=how)


@pytest.mark.parametrize(("hours", "start", "length", "outside"), [
    ("", 8, 14.25, None), ("", 20, 3, 45), ("", 6, 3, 120), ("09:00-12:00", 8, 1, 60), ("20:00-02:00", 20, 6, None),
    ("20:00-02:00", 12, 2, 120), ("06:00-24:00", 23, 1.25, None),
    ("whenever", 1, 3, None),
])  # fmt: skip
def test_only_what_lies_outside_the_hours_counts(seat, point, audit, hours, start, length, outside):
    """A quarter of an hour after closing does not. An agent without games has the hours of its province."""
    point(hours, "agent-without-games" if hours in {"20:00-02:00", "06:00-24:00"} else "game-point")
    logged_on(seat, start, length)
    report = audit()
    assert said(report) == ["these are no opening hours: whenever"] * (hours == "whenever")
    assert [line.split(", ")[-1] for line in told(report)] == ([] if outside is None else [f"{outside * 60} s together"])


def test_days_add_up(seat, point, audit):
    point()
    for _ in range(3):
        logged_on(seat, 21, 2)
        seat.site.clock.run(2 * HOUR)
    assert told(audit()) == ["outside the opening hours somebody was logged on, on 3 days, 8100 s together"]


def test_a_home_has_no_hours(seat, point, audit):
    point(place="home")
    logged_on(seat, 1, 4)
    assert told(audit()) == []


def test_a_pc_that_sleeps_or_is_off_is_not_used(seat, point, audit):
    """Somebody stays logged on over night: only the half hour in which it was on counts."""
    point()
    clock = seat.site.clock
    clock.run(21 * HOUR)
    opened = seat.add(SessionOpened, who="somebody", guest=True)
    on(seat, 1)
    clock.run(8 * HOUR)
    on(seat, 0.5)
    clock.run(HOUR)
    seat.add(SessionClosed, opened=opened.seq, how="unseen")
    assert told(audit()) == ["outside the opening hours somebody was logged on, on 1 day, 1800 s together"]


def test_two_at_once_are_one_pc(seat, point, audit):
    point()
    seat.site.clock.run(22 * HOUR)
    for _ in range(2):
        seat.add(SessionOpened, who="somebody", guest=True)
    on(seat, 1)
    assert told(audit()) == ["outside the opening hours somebody was logged on, on 1 day, 2700 s together"]


@pytest.mark.parametrize("times", [0, 2])
def test_only_what_is_open_is_closed(seat, point, audit, times):
    point()
    opened = logged_on(seat, 9, 1).opened if times else 1
    seat.add(SessionClosed, opened=opened, how="ended")
    assert said(audit()) == [f"no session {opened} of this seat is open"]


def test_who_was_logged_on_when_the_pc_was_shut_down_was_not_when_it_started(seat, point, audit):
    """Where the PC is switched on before the place opens, its first look finds that they are gone."""
    point()
    clock = seat.site.clock
    clock.run(20 * HOUR)
    opened = seat.add(SessionOpened, who="somebody", guest=True)
    on(seat, 1)
    seat.stop()
    clock.reboot(10 * HOUR)
    since = clock.wall()
    seat.start()
    clock.run(MINUTE)
    seat.add(SessionClosed, opened=opened.seq, how="unseen")
    clock.run(20 * MINUTE)
    seat.alive(since)
    assert told(audit()) == []


def told_of(report, kind):
    return [plain(one.what) for one in report.audit.findings if one.kind == kind]


@pytest.mark.parametrize(("place", "logs_on", "minutes", "found"), [
    ("game-point", False, 30, 2), ("game-point", True, 30, 0), ("game-point", False, 2, 0), ("home", False, 30, 0),
])
def test_of_plays_at_a_public_place_a_seat_says_who_was_logged_on(seat, point, audit, place, logs_on, minutes, found):
    """An older version did not, and some systems do not: so it is told, and no more."""
    point(place=place)
    seat.site.clock.run(9 * HOUR)
    if logs_on:
        seat.add(SessionOpened, who="child", guest=False)
    for _ in range(2):
        play = seat.begin()
        seat.site.clock.run(minutes * MINUTE)
        seat.end(play)
    report = audit()
    assert told_of(report, "untold") == [
        "2 plays at a public place, from here on, of which seat home-pc does not say who was logged on"
    ][: found // 2]
    assert told_of(report, "paired") == []


@pytest.mark.parametrize(("guests", "age", "found"), [
    ((True,), 12, 1), ((True,), None, 0), ((False,), 12, 0), ((False,), None, 0), ((True, False), None, 1),
    ((False, False), 12, 0),
])
def test_a_guest_is_one_all_day_and_of_no_age(seat, point, audit, guests, age, found):
    point()
    seat.site.clock.run(9 * HOUR)
    for guest in guests:
        opened = seat.add(SessionOpened, who="child", guest=guest)
        play = seat.begin(age=age)
        seat.site.clock.run(MINUTE)
        seat.end(play)
        seat.add(SessionClosed, opened=opened.seq, how="ended")
    what = "whether it is a guest contradicts what is said of the same player before (1 time)"
    assert told_of(audit(), "paired") == [what] * found
