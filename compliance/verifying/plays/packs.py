"""Packs as entries name them: a text by its SHA-256 and the values that are put into it. Pure.

Each is read once, as long as it is asked for again soon. What one log has read all in all is bounded: honest places have few
texts, and few values each.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from i18n.message import Arg, said_by
from rules.packs.params import said
from rules.packs.toml import MOST_BYTES
from rules.parse import parse_pack
from rules.policy import Pack, Param, PolicyError

_KEPT: Final = 2 << 20  # bytes of texts

Key = tuple[object, ...]
_MOMENTS: Final = 1_000
_BYTES: Final = 2 << 20
_BYTES_EACH: Final = 16
_RULES: Final = 50_000
_RULES_EACH: Final = 100
HEAVY: Final = 100  # rules in one decision that are asked as often as entries want it


@dataclass(slots=True)
class Work:
    """`taken` grows with each entry."""

    taken: int = 0
    _looked_at: int = 0
    _read: int = 0
    _asked: int = 0

    def look(self, moments: int) -> bool:
        """Whether so many more moments of a play may be looked at."""
        self._looked_at += moments
        return self._looked_at <= _MOMENTS + self.taken

    def read(self, size: int) -> bool:
        """Whether so many bytes of texts more may be read."""
        if self._read + size > _BYTES + _BYTES_EACH * self.taken:
            return False
        self._read += size
        return True

    def ask(self, rules: int) -> bool:
        """Whether one more decision may be made by so many rules."""
        if rules <= HEAVY:
            return True
        self._asked += rules
        return self._asked <= _RULES + _RULES_EACH * self.taken


class NoPack(NamedTuple):
    """Why there is none, and what its text has wrong."""

    why: Literal["missing", "invalid", "much"]
    said: Arg = ""


@dataclass
class Packs:
    """`texts` are the packs' texts by their SHA-256."""

    texts: Mapping[str, str]
    work: Work = field(default_factory=Work)
    _kept: OrderedDict[Key, tuple[int, Pack | NoPack]] = field(default_factory=OrderedDict)
    _size: int = 0

    def of(self, sha: str, params: Mapping[str, Param], name: str) -> Pack | NoPack:
        """`name` is what errors call it. That it is not valid is kept, too."""
        key = key_of(sha, params)
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
            return found[1]
        text = self.texts.get(sha)
        if text is None:
            return NoPack("missing")
        size = min(len(text), MOST_BYTES) + sum(len(str(one)) for one in key)
        if not self.work.read(size):
            return NoPack("much")
        pack = _parsed(text, name, params)
        self._kept[key] = size, pack
        self._size += size
        while self._size > _KEPT and len(self._kept) > 1:
            self._size -= self._kept.popitem(last=False)[1][0]
        return pack


def key_of(sha: str, params: Mapping[str, Param]) -> Key:
    """The same for the same text with the same values."""
    return (sha, *sorted((name, type(value).__name__, value) for name, value in params.items()))


def _parsed(text: str, name: str, params: Mapping[str, Param]) -> Pack | NoPack:
    try:
        return parse_pack(text, name, {key: said(value) for key, value in params.items()})
    except PolicyError as error:
        return NoPack("invalid", said_by(error))
