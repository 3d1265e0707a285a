"""Minutes, numbers, days and times as people type them. What is none of them is one clear line."""

from __future__ import annotations

import re
from datetime import date

from cli.errors import CommandError
from i18n.message import msg, typed
from rules.identity import NO_DATE, IdentityError, birth_date

_DAY_MS = 86_400_000
_LONGEST = 18  # digits: of thousands Python makes no number
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_SHOWN = re.compile(r"([0-9]{1,2})([/.\- ])([0-9]{1,2})\2([0-9]{4})", re.ASCII)  # day first, as everywhere in Vietnam
_EXAMPLE = {"shown": "24/11/2026", "iso": "2026-11-24"}
_TIME = re.compile(r"([01]?[0-9]|2[0-4])[:hH]([0-5][0-9])?", re.ASCII)
_MINUTES = re.compile(r"[0-9]{1,6}([.,][0-9]{1,6})?", re.ASCII)


def parse_minutes(text: str) -> int:
    """Decimal minutes ("30", "0.5", "0,5") as milliseconds, at most a day. CommandError says what is wrong."""
    if not _MINUTES.fullmatch(text):
        raise CommandError(msg("{text} is not a number of minutes, such as 30 or 0.5", text=typed(text)))
    whole, _, part = text.replace(",", ".").partition(".")
    ms = int(whole) * 60_000 + int(part.ljust(6, "0")) * 60_000 // 1_000_000
    if ms > _DAY_MS:
        raise CommandError(msg("{text} minutes are more than a day, which has 1440", text=text))
    return ms


def some_minutes(text: str) -> int:
    ms = parse_minutes(text)
    if ms == 0:
        raise CommandError(msg("it must be more than 0 minutes"))
    return ms


def some(text: str) -> str | None:
    """What was typed; None for the word that takes it away."""
    return None if text == "none" else text


def parse_number(text: str, least: int, most: int) -> int:
    """A whole number within these bounds. CommandError says which they are."""
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST and least <= int(text) <= most):
        raise CommandError(msg("{text} is not a number from {least} to {most}", text=typed(text), least=least, most=most))
    return int(text)


def year_first(text: str) -> str:
    """14/5/2013, 14-5-2013 or 14.5.2013, as days are shown and written, as 2013-05-14; anything else as it is."""
    shown = _SHOWN.fullmatch(text.strip())
    return f"{shown[4]}-{int(shown[3]):02}-{int(shown[1]):02}" if shown else text


def days_in(text: str) -> str:
    """The text of days (1/6/2027..31/8/2027, 2/9/2027) with the year first in each of them."""
    return re.sub(r"(?<![\w/])[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}(?![\w/])", lambda found: year_first(found[0]), text)


def like_a_day(text: str) -> bool:
    """Whether it is written as a day is, even if the calendar lacks that one."""
    return _ISO.fullmatch(year_first(text)) is not None


def parse_day(text: str) -> date:
    """A day as D/M/YYYY (also with - or . between) or YYYY-MM-DD, and in no other form. CommandError says what is wrong."""
    if not like_a_day(text):
        raise CommandError(msg("{text} is not a day such as {shown} or {iso}", text=typed(text), **_EXAMPLE))
    try:
        return date.fromisoformat(year_first(text))
    except ValueError:
        raise CommandError(msg("there is no day {text}", text=typed(text))) from None


def parse_born(text: str, today: date) -> str:
    """A date of birth, as days are typed, or the year alone, with the year first; `today` is no earlier than it is anywhere.
    CommandError says what is wrong.
    """
    iso = year_first(text.strip())
    try:
        birth_date(iso, today)
    except IdentityError as error:
        why = error.message
        if why == NO_DATE:
            why = msg("no date of birth; such as {shown} or {iso}, or the year alone", shown="24/11/2014", iso="2014-11-24")
        raise CommandError(msg("{text}: {why}", text=typed(text), why=why)) from None
    return iso


def parse_time(text: str) -> int:
    """21:30, 8:00, 21h30 or 21h, as milliseconds after midnight. CommandError says what is wrong."""
    found = _TIME.fullmatch(text)
    ms = (int(found[1]) * 60 + int(found[2] or 0)) * 60_000 if found else _DAY_MS + 1
    if ms > _DAY_MS:
        raise CommandError(msg("{text} is not a time such as 21:30", text=typed(text)))
    return ms
