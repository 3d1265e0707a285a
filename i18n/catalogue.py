"""Puts messages into the words of one language: gettext catalogues for sentences, Babel for numbers, times and lengths.

Babel is loaded when the first number, time or length is shown: programs whose lines have none never pay for it.
"""

from __future__ import annotations

import gettext
import locale
import os
import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Literal, get_args
from zoneinfo import ZoneInfo

import msgspec

from i18n.message import Arg, Day, Length, Listed, Message, Moment, Text, Weekday, fill

Language = Literal["vi", "en"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)

_CALLED: Final = {"vi": "vietnamese", "en": "english"}  # by Windows: Vietnamese_Vietnam.1258
_DAYS: Final = {"vi": "dd/MM", "en": "d MMM"}
_DATES: Final = {"vi": "dd/MM/y", "en": "d MMM y"}
# Inside a sentence, and as laws are written; those of Babel begin one.
_WEEK: Final = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DEPTH = 8  # a message in a message in a message … from somebody whom we need not trust
_SECOND = 1000
_MINUTE = 60 * _SECOND
_HOUR = 60 * _MINUTE


def choose(*wishes: str | None) -> Language:
    """The first wish that names a language we have, as a locale (`vi_VN.UTF-8`) or a tag (`vi-VN`) does; else English."""
    for wish in wishes:
        for language in LANGUAGES:
            if re.match(rf"({language}|{_CALLED[language]})(?![a-z])", (wish or "").lower()):
                return language
    return "en"


def reader(asked: str | None = None, setting: str | None = None) -> Language:
    """The language of whoever reads: the one asked for, GIOCHOI_LANG, what the home is set to, the locale; else English."""
    names = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return choose(asked, os.environ.get("GIOCHOI_LANG"), setting, next(filter(None, names), locale.setlocale(locale.LC_CTYPE)))


class Catalogue:
    """Words in `language`. Moments are shown in the zone that they name, else in `zone`; today is the date of `now` there."""

    def __init__(self, language: Language, zone: tzinfo | None = None, now: int | None = None) -> None:
        self.language: Language = language
        self._sentences = _sentences(language)
        self._zone = zone
        self._now = now

    def __call__(self, said: Arg, depth: int = 0) -> str:  # noqa: PLR0911 - one case a kind of argument
        """`said` in words."""
        if depth > _DEPTH:
            return "…"
        match said:
            case str():
                return said
            case Message(id, args, plural):
                return fill(self._sentence(id, args, plural), args, lambda one: self(one, depth + 1))
            case Text():
                return said.vi if self.language == "vi" else said.en
            case Listed(items, joined):
                return self._listed([self(one, depth + 1) for one in items], joined)
            case Moment():
                return self._moment(said)
            case Length(ms, exact):
                return self._length(ms, exact=exact)
            case Day(day):
                return str(_babel("dates").format_date(day, _DATES[self.language], locale=self.language))
            case Weekday():
                return self._weekday(said)
            case _:
                return str(_babel("numbers").format_decimal(said, locale=self.language))

    def document(self, value: Any) -> Any:
        """`value` as plain data, with each message and text in it put into words: what `--json` prints."""
        return self._worded(msgspec.json.decode(msgspec.json.encode(value)))

    def _worded(self, value: Any) -> Any:
        if isinstance(value, dict):
            with suppress(msgspec.ValidationError):
                return self(msgspec.convert(value, type=Message | Text))
            return {key: self._worded(one) for key, one in value.items()}
        return [self._worded(one) for one in value] if isinstance(value, list | tuple) else value

    def _sentence(self, text: str, args: dict[str, Arg], plural: str) -> str:
        n = args.get("n", 0)
        if plural:
            return self._sentences.ngettext(text, plural, int(n) if isinstance(n, int | float) else 0)
        return self._sentences.gettext(text) if text else ""  # the catalogue's own head has no text

    def _listed(self, words: list[str], joined: str) -> str:
        if joined == "semicolon":
            return "; ".join(words)
        if joined == "comma" or len(words) < 2:
            return ", ".join(words)
        return str(_babel("lists").format_list(words, "standard" if joined == "and" else "or", locale=self.language))

    def _weekday(self, day: Weekday) -> str:
        if (self.language, day.show) == ("vi", "wide"):
            return _WEEK[day.number % 7]
        width = "abbreviated" if day.show == "short" else day.show
        return str(_babel("dates").get_day_names(width, locale=self.language)[day.number % 7])

    def _moment(self, moment: Moment) -> str:
        there = at(moment.at, moment.zone, self._zone)
        here = None if self._now is None else datetime.fromtimestamp(self._now / 1000, there.tzinfo)
        if moment.show == "full":
            pattern = f"{_DATES[self.language]} HH:mm:ss"
        elif moment.show == "time" or (here is not None and here.date() == there.date()):
            pattern = "HH:mm"
        else:
            this_year = here is not None and here.year == there.year
            pattern = f"{(_DAYS if this_year else _DATES)[self.language]} HH:mm"
        return str(_babel("dates").format_datetime(there, pattern, locale=self.language))

    def _length(self, ms: int, *, exact: bool) -> str:
        """Hours and minutes; seconds below ten minutes, or where everything is asked for."""
        hours, rest = divmod(max(0, ms), _HOUR)
        minutes, rest = divmod(rest, _MINUTE)
        seconds = rest / _SECOND if exact else rest // _SECOND
        if not exact and (hours or minutes >= 10):
            seconds = 0
        told = [(n, unit) for n, unit in ((hours, "hour"), (minutes, "minute"), (seconds, "second")) if n] or [(0, "second")]
        units = _babel("units")
        return " ".join(units.format_unit(n, f"duration-{unit}", "short", locale=self.language) for n, unit in told)


def at(ms: int, zone: str, reader: tzinfo | None = None) -> datetime:
    """The moment in that zone: its name, an offset such as +07:00, or "" for the reader's; in UTC where nobody knows it."""
    where: tzinfo | None = UTC
    with suppress(KeyError, ValueError, OSError):
        offset = zone[:1] in {"+", "-"}
        where = datetime.fromisoformat(f"2000-01-01T00:00:00{zone}").tzinfo if offset else ZoneInfo(zone) if zone else reader
    return (_EPOCH + timedelta(milliseconds=ms)).astimezone(where)  # fromtimestamp ends on Windows with the year 3000


@cache
def _sentences(language: Language) -> gettext.NullTranslations:
    """The texts of `language`: i18n/vi.mo, which the build makes of i18n/vi.po. English needs none."""
    if language == "en":
        return gettext.NullTranslations()
    with (Path(__file__).parent / f"{language}.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


@cache
def _babel(part: str) -> Any:
    """Loaded when the first of what it shows is shown."""
    return import_module(f"babel.{part}")
