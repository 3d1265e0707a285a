"""A pack and the values put into it as people read them, not as they type them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType

from i18n.message import Arg, Day, Text, comma, msg, semicolon
from rules.packs.params import DAY, SPAN, Declared, said
from rules.parse import Reading
from rules.policy import Param

_HOURS = re.compile(SPAN)
# What stands in a parameter's text beside its name: what it means to leave it out, how a value is typed.
_MORE = re.compile(rf"(?:;|,[^,;]*(?:{SPAN}|{DAY})).*", re.DOTALL)


def called(reading: Reading, before: Mapping[str, Param] = MappingProxyType({})) -> Arg:
    """Its title, its id, and which of its values are others than `before`, and, where that has none, than in its file."""
    pack = reading.pack
    told = semicolon([pack.id, *_values(reading, {one.name: one.default for one in reading.params} | dict(before))])
    return msg("{title} ({about})", title=pack.title, about=told)


def hours(text: str) -> str:
    """Hours of a place or a value, 08:00-22:00, as they are written; what is none as it is."""
    return text.replace("-", "–") if _HOURS.fullmatch(text) else text


def _values(reading: Reading, before: Mapping[str, Param | None]) -> Iterator[Arg]:
    for one in reading.params:
        old, new = before.get(one.name), reading.pack.params.get(one.name)
        if old == new or new is None:
            continue
        if isinstance(new, bool):
            yield msg("with “{rule}”", rule=one.text) if new else msg("without “{rule}”", rule=one.text)
        elif old is None or old == "":
            yield msg("{rule}: {value}", rule=_label(one.text), value=_said(one, new))
        else:
            yield msg("{rule}: {old} → {value}", rule=_label(one.text), value=_said(one, new), old=_said(one, old))


def _label(text: Text) -> Text:
    """What a parameter is called: its text without what explains how to type a value."""
    return Text(*(_MORE.sub("", words) or words for words in (text.vi, text.en)))


def _said(one: Declared, value: Param) -> Arg:
    if one.type == "hours":
        return hours(said(value)) or "–"
    if one.type == "dates":
        return comma(map(_days, said(value).split(","))) if value else "–"
    return said(value) or "–"


def _days(text: str) -> Arg:
    """A date, or a first and a last one; what a log has instead of them as it is."""
    try:
        first, *last = (Day(date.fromisoformat(one)) for one in text.split("..", 1))
    except ValueError:
        return text
    return msg("{first}–{last}", first=first, last=last[0]) if last else first
