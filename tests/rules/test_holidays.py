"""The holidays inside the shipped packs are those that a kept library knows. To write them anew: rules_holidays.py."""

from datetime import date

import pytest
from rules_holidays import CALENDARS, PACKS, spans, written

from rules.packs.shipped import shipped_packs
from rules.parse import parse_pack


@pytest.mark.parametrize("name", CALENDARS)
def test_a_pack_holds_what_the_library_knows(name):
    """Days off, days of rest that are worked, and the first date for which they may be others."""
    pack, kept = parse_pack(shipped_packs()[name], name), CALENDARS[name]

    assert (list(pack.holidays), list(pack.workdays)) == (kept.off, kept.worked)
    assert pack.known_to == min(kept.known_to, kept.end)


@pytest.mark.parametrize("name", CALENDARS)
def test_writing_them_anew_changes_nothing(name):
    """What a pack's text has is what the tool writes."""
    text = (PACKS / f"{name}.toml").read_text("utf-8")

    assert text == written(text, CALENDARS[name])


def test_every_pack_with_holidays_is_compared():
    assert {name for name, text in shipped_packs().items() if "[holidays]" in text} == CALENDARS.keys()


@pytest.mark.parametrize("name", CALENDARS)
def test_they_reach_over_the_time_that_the_pack_is_in_force(name):
    """From its first day on, to its last or to where the library's knowledge ends. Packs without a first day begin in 2024."""
    pack, kept = parse_pack(shipped_packs()[name], name), CALENDARS[name]

    assert kept.first == (pack.effective_from or date(2024, 1, 1))
    assert kept.end >= (pack.effective_to or kept.known_to)


def test_days_that_follow_each_other_are_one_item():
    days = [date(2026, 1, 1), date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 3)]

    assert spans(days) == ["2026-01-01", "2026-02-27..2026-03-01", "2026-03-03"]
