"""Who was logged on at a public place, held against its hours."""

from __future__ import annotations

import pytest

from compliance import entry
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
        site.agent.add(entry.PlaceChanged, place=place, zone=ZONE, hours=hours)

    return become


def logged_on(seat, start, length, how="ended"):
    """A session from the hour `start` of this day on, for so many hours."""
    clock = seat.site.clock
    clock.run(int(start * HOUR) - (clock.wall() + 7 * HOUR) % DAY)
    opened = seat.add(entry.SessionOpened, who="somebody", guest=True)
    clock.run(int(length * HOUR))
    return seat.add(entry.SessionClosed, opened=opened.seq, how=how)


@pytest.mark.parametrize(("hours", "start", "length", "outside"), [
    ("", 8, 14, None), ("", 8, 14.25, None), ("", 20, 3, 45), ("", 6, 3, 120), ("09:00-12:00", 8, 1, 60),
    ("", 20, 36, 1170), ("20:00-02:00", 20, 6, None), ("20:00-02:00", 12, 2, 120), ("06:00-24:00", 23, 1.25, None),
    ("whenever", 1, 3, None),
])  # fmt: skip
def test_only_what_lies_outside_the_hours_counts(seat, point, audit, hours, start, length, outside):
    """A quarter of an hour after closing does not."""
    point(hours)
    logged_on(seat, start, length)
    report = audit()
    assert said(report) == []
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


def test_what_nobody_saw_end_lasted_to_the_last_sign_of_life(seat, point, audit):
    """Of the run before: the PC was switched off at 21:30."""
    point()
    clock = seat.site.clock
    clock.run(21 * HOUR)
    seat.start()
    opened = seat.add(entry.SessionOpened, who="somebody", guest=True)
    clock.run(30 * MINUTE)
    seat.stop()
    clock.run(10 * HOUR)
    clock.reboot()
    seat.start()
    seat.add(entry.SessionClosed, opened=opened.seq, how="unseen")
    assert told(audit()) == []


def test_one_that_goes_on_counts_to_the_last_sign_of_life(seat, point, audit):
    point()
    seat.site.clock.run(22 * HOUR)
    seat.add(entry.SessionOpened, who="somebody", guest=True)
    seat.site.clock.run(HOUR)
    seat.alive(seat.site.clock.wall() // MINUTE * MINUTE - HOUR)
    assert told(audit()) == ["outside the opening hours somebody was logged on, on 1 day, 2700 s together"]


@pytest.mark.parametrize("times", [0, 2])
def test_only_what_is_open_is_closed(seat, point, audit, times):
    point()
    opened = logged_on(seat, 9, 1).opened if times else 1
    seat.add(entry.SessionClosed, opened=opened, how="ended")
    assert said(audit()) == [f"no session {opened} of this seat is open"]


def test_a_session_of_a_thousand_years_costs_no_more_than_one_of_a_month(seat, point, audit):
    point()
    logged_on(seat, 9, 24 * 366 * 1_000)
    assert "31 days" in told(audit())[0] or "32 days" in told(audit())[0]
