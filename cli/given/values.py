"""Minutes, numbers, days and times as people type them. What is none of them is one clear line."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date

from cli.errors import CommandError
from i18n.message import msg, typed

_DAY_MS = 86_400_000
_LONGEST = 18  # digits: of thousands Python makes no number
AS_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_SHOWN = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})", re.ASCII)
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
    """The same; of 14/5/2013, as days are shown, CommandError says 2013-05-14: some write the month first."""
    if shown := _SHOWN.fullmatch(text):
        with suppress(ValueError):
            raise _no_day(text, date(int(shown[3]), int(shown[2]), int(shown[1])))
        raise _none_such(text)
    return text


def parse_day(text: str) -> date:
    """A day as YYYY-MM-DD and in no other form. CommandError says what is wrong."""
    try:
        day = date.fromisoformat(year_first(text))
    except ValueError:
        day = None
    if day is None and AS_DAY.fullmatch(text):
        raise _none_such(text)
    if day is None or day.isoformat() != text:
        raise _no_day(text, date(2026, 11, 24))
    return day


def _none_such(text: str) -> CommandError:
    return CommandError(msg("there is no day {text}", text=typed(text)))


def _no_day(text: str, example: date) -> CommandError:
    said = msg("{text} is not a day as YYYY-MM-DD, such as {example}", text=typed(text), example=example.isoformat())
    return CommandError(said)


def parse_time(text: str) -> int:
    """21:30, 8:00, 21h30 or 21h, as milliseconds after midnight. CommandError says what is wrong."""
    found = _TIME.fullmatch(text)
    ms = (int(found[1]) * 60 + int(found[2] or 0)) * 60_000 if found else _DAY_MS + 1
    if ms > _DAY_MS:
        raise CommandError(msg("{text} is not a time such as 21:30", text=typed(text)))
    return ms
