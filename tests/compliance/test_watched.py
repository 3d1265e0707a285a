"""Coverage as a calendar: minutes of presence by day and opening hour, on every clock."""

from datetime import date

import pytest
from msgspec import structs

from compliance.entries.seat import Presence, SeatPowered, SeatStart, SeatStop
from compliance.page.calendar import MOST_DAYS, coverage
from compliance.verifying.opening import LAW_HOURS
from compliance.verifying.overview import Looker, PlaceAt
from compliance.verifying.presence import SeatPresence
from compliance.verifying.report import Gap
from compliance.verifying.watched import SeatMinutes
from rules.packs.shipped import shipped_packs
from rules.parse import parse_pack

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
ZONE = "Asia/Ho_Chi_Minh"
MIDNIGHT = 1795453200000  # 2026-11-24 00:00 there
TODAY = date(2026, 11, 24)
COMMON = {"seat": "pc", "boot": "b", "seq": 1, "prev": "", "mono": 0}


def at(hours, minutes=0):
    return MIDNIGHT + hours * HOUR + minutes * MINUTE


def started(wall, *, lost=None):
    return SeatStart(wall=wall, version="1", watch="gate", clean=lost is None, lost_from=lost, **COMMON)


def stopped(wall):
    return SeatStop(wall=wall, **COMMON)


def present(since, bits=(1 << 60) - 1):
    return Presence(wall=since + HOUR, since=since, bits=f"{bits:015x}", **COMMON)


def calendar(lines, end, hours="08:00-22:00", place="game-point", zone=ZONE, gaps=()):
    watched = SeatPresence("pc")
    for line in lines:
        watched.take("there", line)
    return coverage([watched.minutes()], [PlaceAt(0, place, hours, None, None)], zone, end, gaps)


def marks(found, day=TODAY):
    (seat,) = found.seats
    return {hour: seat.hours[day, hour].mark for hour in range(24) if (day, hour) in seat.hours}


def test_hours_are_watched_missed_in_part_off_or_closed():
    lines = [started(at(8)), present(at(8)), present(at(9), (1 << 30) - 1), stopped(at(11)), started(at(12)), present(at(12))]
    found = marks(calendar(lines, at(20)))
    assert found == {8: "whole", 9: "part", 10: "none", 11: "off", 12: "whole", **dict.fromkeys(range(13, 20), "none")}


@pytest.mark.parametrize(("more", "over"), [([], True), ([present(at(11))], False)])
def test_a_seat_that_another_followed_is_over(more, over):
    """A PC whose backup was put back is another seat; the former one is not missed, unless it goes on."""
    looker = Looker(seats := {})
    follows = structs.replace(started(at(10)), seat="pc-2", follows="pc")
    for line in [started(at(8)), present(at(8)), follows, *more]:
        seats.setdefault(line.seat, SeatPresence(line.seat)).take("there", line)
        looker.wants()[type(line)]("", line)
    former = next(one for one in looker.overview().seats if one.seat == "pc")
    found = coverage([former], [PlaceAt(0, "game-point", "08:00-22:00", None, None)], ZONE, at(20))
    assert (former.over, looker.over("pc"), max(marks(found)) == 8) == (over, over, over)


def test_nothing_is_expected_before_the_first_start_nor_of_the_hour_that_goes_on():
    """A running seat writes its presence once an hour."""
    found = calendar([started(at(9, 30)), present(at(9, 30)), present(at(10, 30))], at(12, 10))
    assert marks(found) == {9: "whole", 10: "whole", 11: "whole"}
    assert found.seats[0].whole.open == 119  # from 9:31 to 11:30


def powered(wall, since, *ran, by="journal"):
    return SeatPowered(wall=wall, since=since, by=by, ran=ran, **COMMON)


EVENING = [started(at(8)), *(present(at(hour)) for hour in range(8, 18)), stopped(at(18)), started(at(22)), present(at(22))]


@pytest.mark.parametrize(("place", "percent"), [("game-point", "71"), ("home", "100")])
def test_an_evening_off_is_off(place, percent):
    """Of a public place's opening hours it is a part that nobody watched; a family's PC may be off."""
    found = calendar(EVENING, at(23), "08:00-22:00", place)
    assert (marks(found)[19], found.seats[0].day(TODAY).percent) == ("off", percent)


def test_a_pc_that_was_on_without_its_seat_was_not_watched():
    """The service was disabled, the PC started anew, and once more: the system remembers the start in between."""
    watched = SeatPresence("pc")
    ran = (at(18, 5), at(21, 55))
    for line in [*EVENING, powered(at(22, 1), at(18), (at(7), at(18)), ran, (at(21, 58), at(22)))]:
        watched.take("there", line)
    assert [(gap.start, gap.end, gap.kind, gap.explained) for gap in watched.gaps] == [
        (*ran, "ran-on", False), (at(18), ran[0], "stopped", True), (ran[1], at(22), "stopped", True),
    ]  # fmt: skip
    found = coverage([watched.minutes()], [PlaceAt(0, "game-point", "08:00-22:00", None, None)], ZONE, at(23), watched.gaps[:1])
    assert [marks(found)[hour] for hour in (17, 18, 19, 21)] == ["whole", "none", "none", "none"]


@pytest.mark.parametrize("line", [powered(at(22, 1), at(18)), powered(at(22, 1), at(18), by="nothing"),
                                  powered(at(22, 1), at(18), (at(18), at(18, 4)), (at(21, 57), at(22)))])  # fmt: skip
def test_one_that_was_off_or_took_its_time_to_start_explains_itself(line):
    watched = SeatPresence("pc")
    for one in [*EVENING, line]:
        watched.take("there", one)
    assert [(gap.kind, gap.explained) for gap in watched.gaps] == [("stopped", True)]


@pytest.mark.parametrize(("start", "end", "bits", "missing"), [
    (at(8, 10), at(8, 12) + 46_000, 0b11 << 10, 2), (at(8, 10) + 5_000, at(8, 10) + 45_000, 0, 1),
])  # fmt: skip
def test_an_hour_in_which_a_gap_lies_was_not_watched_however_short_the_gap(start, end, bits, missing):
    """Minutes that a busy PC missed are none."""
    lines = [started(at(8)), present(at(8), (1 << 60) - 1 & ~bits), present(at(9))]
    gap = Gap("pc", start, end, explained=False, kind="ran-on")
    (busy,), (seat,) = calendar(lines, at(10)).seats, calendar(lines, at(10), gaps=[gap]).seats
    eight = seat.hours[TODAY, 8]
    assert (busy.day(TODAY).mark, seat.day(TODAY).mark, seat.hours[TODAY, 9].mark) == ("whole", "part", "whole")
    assert (eight.mark, eight.missing, int(eight.percent) < 100) == ("part", missing, True)


def test_a_seat_that_stopped_stays_off_and_one_that_fell_silent_is_missed():
    assert set(marks(calendar([started(at(8)), present(at(8)), stopped(at(9))], at(21))).values()) == {"whole", "off"}
    assert marks(calendar([started(at(8)), present(at(8))], at(21)))[20] == "none"


def test_what_a_killed_daemon_had_not_written_yet_is_believed_up_to_an_hour():
    lines = [started(at(8)), present(at(8)), started(at(12), lost=at(11, 40)), present(at(12)), present(at(13))]
    found = calendar(lines, at(14)).seats[0].hours
    assert [found[TODAY, hour].missing for hour in range(8, 14)] == [0, 60, 41, 19, 0, 0]


@pytest.mark.parametrize(("hours", "place", "open_hours"), [
    ("", "game-point", range(8, 22)), ("10:00-12:00", "game-point", range(10, 12)), ("", "home", range(24)),
    ("20:00-02:00", "agent-without-games", (0, 1, 20, 21, 22, 23)), ("20:00-24:00", "game-point", range(20, 24)),
    ("whenever", "game-point", range(24)),
])  # fmt: skip
def test_only_opening_hours_count(hours, place, open_hours):
    """At a home all do; a game point without its own has those of the law's pack."""
    lines = [started(at(0) - HOUR), *(present(at(hour)) for hour in range(-1, 24))]
    assert marks(calendar(lines, at(24), hours, place)) == dict.fromkeys(open_hours, "whole")


def test_the_laws_hours_are_those_of_its_pack():
    (window, *_) = parse_pack(shipped_packs()["vn-game-point"], "vn-game-point").windows
    (span,) = window.spans
    assert f"{span.start // HOUR:02}:00-{span.end // HOUR:02}:00" == LAW_HOURS


@pytest.mark.parametrize(("zone", "hours"), [("Europe/Berlin", 25), ("Asia/Kathmandu", 24)])
def test_zones_whose_hours_begin_elsewhere_and_days_of_25_hours(zone, hours):
    """2026-10-25 had 25 hours in Berlin."""
    first = 1792800000000 - DAY
    lines = [started(first), *(present(first + n * HOUR) for n in range(96))]
    found = calendar(lines, first + 4 * DAY, "", "home", zone)
    day = found.days[-3] if zone != "Europe/Berlin" else date(2026, 10, 25)
    assert (found.seats[0].day(day).open, found.seats[0].whole.missing) == (hours * 60, 0)


def test_a_long_log_shows_its_last_days_and_a_crafted_one_no_more_than_so_many_cells(monkeypatch):
    found = calendar([started(MIDNIGHT - 400 * DAY), present(MIDNIGHT)], MIDNIGHT + DAY)
    assert len(found.days) <= MOST_DAYS + 1
    monkeypatch.setattr("compliance.page.calendar.MOST_CELLS", 2_400)
    for n in (3, 40, 200):
        found = coverage([SeatMinutes(f"pc-{one}", 0, MIDNIGHT // MINUTE, {}, ()) for one in range(n)], [], ZONE, MIDNIGHT)
        assert 0 < sum(len(one.hours) for one in found.seats) <= 2_400


@pytest.mark.parametrize("end", [-1, 253_000_000_000_000])
def test_moments_beyond_the_calendar_have_none(end):
    assert calendar([started(at(8))], end).days == ()
