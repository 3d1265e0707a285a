"""Moments, lengths and days as people write and read them."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, date, timedelta, timezone
from types import SimpleNamespace

import pytest

from cli import doctor
from cli.context import Context
from cli.errors import CommandError
from cli.given.packs import named
from cli.given.until import Until, parse_until
from cli.given.values import days_in, parse_day, parse_minutes, parse_number, parse_time
from cli.registering.place import hours
from cli.registering.player import born
from cli.setup import summary
from daemon.api.messages import Doctor
from i18n.catalogue import Catalogue
from i18n.message import moment
from rules.calendar import rfc3339
from words.times import elsewhere, left

NINE = 1_795_485_600_000  # 2026-11-24 09:00 in Hanoi
MINUTE = 60_000
ZONE = "Asia/Ho_Chi_Minh"
EN = Catalogue("en", now=NINE)


@pytest.mark.parametrize(
    ("text", "ms"), [("0", 0), ("30", 1_800_000), ("0.5", 30_000), ("0,5", 30_000), ("0.0001", 6), ("1440", 86_400_000)]
)
def test_minutes_may_be_decimal(text, ms):
    """Exact, never through a float; a comma is how Vietnamese writes it."""
    assert parse_minutes(text) == ms


@pytest.mark.parametrize(
    "text", ["", "-1", "+1", "nan", "inf", "1e3", "1_0", "0x1", "1.", ".5", "1440.1", "9999999", " 1", "1 ", "1.2.3"]
)
def test_other_minutes_are_refused(text):
    """One form only: what looks odd is a slip."""
    with pytest.raises(CommandError, match=r".+"):
        parse_minutes(text)


@pytest.mark.parametrize("text", ["", "0", "51", "-1", "+1", "1.0", "1_0", "٣", "9" * 5_000])
def test_what_is_no_number_within_the_bounds_is_told_so(text):
    """However long it is."""
    with pytest.raises(CommandError, match="from 1 to 50"):
        parse_number(text, 1, 50)


@pytest.mark.parametrize("text", ["2014-5-1", "20140501", "2014-W18-4", "1/5-2014", "1/5/14", "tomorrow", ""])
def test_what_is_no_day_is_told_how_days_are_typed(text):
    """Python reads more of ISO 8601 than people mean."""
    with pytest.raises(CommandError, match="is not a day such as 24/11/2026 or 2026-11-24"):
        parse_day(text)


@pytest.mark.parametrize("text", ["2014-02-30", "29/02/2015", "31/4/2015", "5/24/2013"])
def test_a_day_that_no_calendar_has_is_none(text):
    with pytest.raises(CommandError, match=f"there is no day '{text}'"):
        parse_day(text)


@pytest.mark.parametrize("text", ["1/5/2013", "01/05/2013", "1-5-2013", "1.5.2013", "2013-05-01"])
def test_a_day_is_taken_as_it_is_shown(text):
    """Day first, as everywhere in Vietnam and in all that is printed; of a birth date, too, and of the day of a pause."""
    assert parse_day(text) == date(2013, 5, 1)
    assert born(text) == "2013-05-01"
    assert parse_until(f"{text} 18h") == Until(18 * 3_600_000, day=date(2013, 5, 1))


def test_days_of_a_pack_are_taken_as_they_are_shown():
    """Also from one day to another; what is no day stays as it is."""
    assert named("home-school-week:days_off=1/6/2027..31/8/2027,2027-09-02:weekday_minutes=45").params == (
        "days_off=2027-06-01..2027-08-31,2027-09-02", "weekday_minutes=45",
    )  # fmt: skip
    assert days_in("1/2/20271 a/1/2/2027 1/2") == "1/2/20271 a/1/2/2027 1/2"


def test_a_date_of_birth_that_is_none_says_how_it_is_typed():
    """In the same words wherever it is asked for."""
    with pytest.raises(CommandError, match="'May': no date of birth; such as 24/11/2014 or 2014-11-24, or the year alone"):
        born("May")
    assert (born("2013"), born("none")) == ("2013", None)


@pytest.mark.parametrize("text", ["08:00-22:00", "8:00-22:00", "8h-22h", "08h00–22h00"])
def test_opening_hours_may_be_typed_as_times_are(text):
    assert hours(text) == "08:00-22:00"


@pytest.mark.parametrize("text", ["8-22", "8h", "8h-22h-23h", "24:00-08:00", "8h-25h", "-"])
def test_other_hours_are_refused(text):
    with pytest.raises(CommandError, match="is not HH:MM-HH:MM"):
        hours(text)


def test_a_time_is_as_people_write_it():
    assert {parse_time(text) for text in ("8:00", "08:00", "8h", "8h00")} == {8 * 3_600_000}


def test_a_moment_for_machines_has_its_offset_and_milliseconds_only_where_there_are_some():
    """RFC 3339."""
    assert [rfc3339(ms, ZONE) for ms in (NINE, NINE + 5)] == ["2026-11-24T09:00:00+07:00", "2026-11-24T09:00:00.005+07:00"]


@pytest.mark.parametrize(("when", "read"), [
    ("2026-11-24T15:04:05.123+07:00", "15:04"), ("2026-11-25T00:00:00+07:00", "25 Nov 00:00"),
    ("2026-11-24T15:04:05+05:30", "15:04"),
])  # fmt: skip
def test_a_moment_of_a_server_is_shown_by_its_own_offset(when, read):
    """At nine in the morning in Hanoi, wherever this PC is."""
    assert EN(moment(when)) == read


def test_what_is_left():
    """Four cases, four wordings."""
    assert [EN(left(ms)) for ms in (12 * MINUTE, 0, None, 2 * 86_400_000)] == [
        "12 min left", "none left", "no limit", "more than a day left",
    ]  # fmt: skip


def test_whose_times_are_told_where_the_pcs_are_others():
    """As its clocks show them; the same time by another name is no other."""
    (said,) = elsewhere("home", ZONE, NINE, UTC)
    (at_a_point,) = elsewhere("game-point", ZONE, NINE, UTC)
    told = "times are those of Asia/Ho_Chi_Minh, 09:00 now; another: giochoi place set {} --zone …"
    assert [EN(said).split(), EN(at_a_point).split()] == [told.format("home").split(), told.format("…").split()]
    assert not [*elsewhere("home", "Asia/Bangkok", NINE, timezone(timedelta(hours=7)))]
    assert not [*elsewhere("", "", NINE, UTC)]


@pytest.mark.parametrize("shown", ["doctor", "setup"])
def test_doctor_and_setup_tell_it(shown, monkeypatch, capsys):
    """This PC's zone cannot be both of the two."""
    found = [said_by_either(shown, zone, monkeypatch, capsys) for zone in ("Pacific/Kiritimati", "Pacific/Niue")]
    assert any("· times are those of Pacific/" in one for one in found)


def said_by_either(shown, zone, monkeypatch, capsys):
    monkeypatch.setenv("GIOCHOI_LANG", "en")
    answer = Doctor(checks=(), place="home", zone=zone)
    for one in (doctor, summary):
        monkeypatch.setattr(one, "ask", lambda *_: answer)
    context = Context()
    if shown == "doctor":
        doctor.show(Namespace(repair=False, agent_key=None), context)
    else:
        summary.save_all(SimpleNamespace(children=tuple), "", None, context)
    return " ".join(capsys.readouterr().out.split())
