"""A pack and the values put into it as people read them, not as they type them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from i18n.message import Arg, msg, semicolon
from rules.packs.params import said
from rules.parse import Reading
from rules.policy import Param


def called(reading: Reading, before: Mapping[str, Param] = MappingProxyType({})) -> Arg:
    """Its title, its id, and which of its values are others than `before`, and, where that has none, than in its file."""
    pack = reading.pack
    told = semicolon([pack.id, *_values(reading, {one.name: one.default for one in reading.params} | dict(before))])
    return msg("{title} ({about})", title=pack.title, about=told)


def _values(reading: Reading, before: Mapping[str, Param | None]) -> Iterator[Arg]:
    for one in reading.params:
        old, new = before.get(one.name), reading.pack.params.get(one.name)
        if old == new or new is None:
            continue
        if isinstance(new, bool):
            yield msg("with “{rule}”", rule=one.text) if new else msg("without “{rule}”", rule=one.text)
        elif old is None or old == "":
            yield msg("{rule}: {value}", rule=one.text, value=said(new) or "–")
        else:
            yield msg("{rule}: {old} → {value}", rule=one.text, value=said(new) or "–", old=said(old))
