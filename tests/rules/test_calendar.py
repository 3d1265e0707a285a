"""Days and times of day in every kind of zone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.calendar import ZoneError, age_on, birthday, calendar, day_bounds, day_name

HOUR = 3_600_000
DAY = 24 * HOUR
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ZONES = ("Asia/Ho_Chi_Minh", "America/New_York", "Europe/London", "America/Havana", "Australia/Lord_Howe", "Pacific/Apia",
         "America/St_Johns", "America/Sao_Paulo", "Asia/Kathmandu", "UTC")
moments = st.integers(0, 80 * 365 * DAY)


def hours(zone, at):
    start, end = day_bounds(zone, at)
    return (end - start) / HOUR


@pytest.mark.parametrize(("zone", "noon", "length"), [
    ("Asia/Ho_Chi_Minh", "2026-11-24T12:00+07:00", 24), ("America/New_York", "2026-03-08T12:00-04:00", 23),
    ("America/New_York", "2026-11-01T12:00-05:00", 25), ("Australia/Lord_Howe", "2026-04-05T12:00+10:30", 24.5),
    ("America/Havana", "2026-03-08T12:00-04:00", 23), ("America/St_Johns", "2010-11-06T12:00-02:30", 24),
    ("America/St_Johns", "2010-11-07T12:00-03:30", 25), ("Pacific/Apia", "2011-12-29T12:00-10:00", 24),
])
def test_a_day_is_as_long_as_its_zone_makes_it(moment, zone, noon, length):
    assert length == hours(zone, moment(noon, ""))


@given(st.sampled_from(ZONES), moments)
def test_days_tile_time(zone, at):
    """Every moment lies in one day; the next begins where it ends and carries a later date."""
    start, end = day_bounds(zone, at)

    assert start <= at < end
    assert day_bounds(zone, end)[0] == end
    assert day_name(zone, start) == day_name(zone, at) == day_name(zone, end - 1) < day_name(zone, end)


@given(st.sampled_from(ZONES), moments)
def test_a_day_carries_its_date_or_a_clock_put_back(zone, at):
    """The wall shows the day's date, or the one before for as long as the clock was put back over midnight."""
    shown = (EPOCH + timedelta(milliseconds=at)).astimezone(ZoneInfo(zone))

    assert shown.date() <= day_name(zone, at)
    assert (shown + timedelta(hours=2)).date() >= day_name(zone, at)


@given(st.sampled_from(ZONES), moments, st.integers(0, DAY), st.integers(0, DAY))
def test_later_times_are_later_moments(zone, at, one, other):
    """A clock that is never put back shows times in their order, and none outside its day."""
    day = calendar(zone).day(at)
    first, second = (calendar(zone).moment(day.ordinal, time) for time in sorted((one, other)))

    assert day.start <= first <= second <= day.end


def test_a_skipped_date_has_no_time(moment):
    """Samoa had no 30 December 2011."""
    ordinal = date(2011, 12, 30).toordinal()

    assert calendar("Pacific/Apia").moment(ordinal, 0) == calendar("Pacific/Apia").moment(ordinal + 1, 0) == moment(
        "2011-12-31 00:00", "+14:00"
    )


def test_weekdays_begin_with_monday(moment):
    assert calendar("Asia/Ho_Chi_Minh").day(moment("2026-11-24 12:00")).weekday == date(2026, 11, 24).weekday() == 1


@pytest.mark.parametrize("name", ["", "Asia", "Hanoi", "../../etc/passwd", "Asia/Ho_Chi_Minh/x", "\0", "x" * 5000])
def test_an_unknown_zone_is_one_clear_line(name):
    with pytest.raises(ZoneError, match="no time zone") as caught:
        calendar(name)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("born", "day", "age"), [
    ("2014-05-01", "2026-05-01", 12), ("2014-05-01", "2026-04-30", 11), ("2008-02-29", "2026-02-28", 17),
    ("2008-02-29", "2026-03-01", 18), ("2008-02-29", "2024-02-29", 16), ("2026-11-24", "2026-11-24", 0),
])
def test_age_counts_on_the_birthday(born, day, age):
    born, day = date.fromisoformat(born), date.fromisoformat(day)

    assert age == age_on(born, day)
    assert birthday(born, age) <= day < birthday(born, age + 1)


def test_nobody_is_younger_than_nothing():
    """Of the year of birth alone the last day counts, which may lie ahead."""
    assert age_on(date(2026, 12, 31), date(2026, 11, 24)) == 0
