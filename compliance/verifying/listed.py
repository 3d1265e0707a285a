"""What is found, of which a log may be full: some is kept one by one, all else is counted. Pure.

A million findings with their words would take gigabytes. One that is kept holds the moments of those like it that are not.
What is NOWHERE is not taken at all, so that it hides nothing that comes after it.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from compliance.entries.base import Entry
from compliance.verifying.report import NO_MOMENT, NOWHERE, UNTOLD, Failure, Finding
from i18n.message import Arg, Message, msgn

MOST = 1_000  # of a kind


@dataclass(slots=True)
class Listed:
    """`add` findings, then go through what is kept: the first of each kind, and of each kind, article, duty and seat one."""

    _kept: list[Finding] = field(default_factory=list)
    _counts: Counter[str] = field(default_factory=Counter)
    _others: dict[tuple[object, ...], array[int]] = field(default_factory=dict)

    def add(self, one: Finding) -> None:
        if one.where == NOWHERE:
            return
        self._counts[one.kind] = number = self._counts[one.kind] + 1
        others = self._others.get(one.like)
        if others is None:
            others = self._others[one.like] = array("q")
        elif number > MOST:
            others.append(UNTOLD if one.at is None or not 0 <= one.at < NO_MOMENT else one.at)
            others.extend(one.others)
            return
        others.extend(one.others)
        self._kept.append(one)

    def extend(self, found: Iterable[Finding]) -> None:
        for one in found:
            self.add(one)

    def __iter__(self) -> Iterator[Finding]:
        others = {like: moments for like, moments in self._others.items() if moments}
        for one in self._kept:
            yield replace(one, others=others.pop(one.like, ()))


@dataclass(slots=True)
class Faults:
    """The same of failures: `append` them; kept are the first of those that say the same."""

    _kept: list[Failure] = field(default_factory=list)
    _counts: Counter[str] = field(default_factory=Counter)
    _others: Counter[str] = field(default_factory=Counter)

    def append(self, one: Failure) -> None:
        if one.where == NOWHERE:
            return
        like = one.what.id
        self._counts[like] = number = self._counts[like] + 1
        if number > MOST:
            self._others[like] += 1
        else:
            self._kept.append(one)
        if one.others:
            self._others[like] += one.others

    def extend(self, found: Iterable[Failure]) -> None:
        for one in found:
            self.append(one)

    def __iter__(self) -> Iterator[Failure]:
        others = dict(self._others)
        for one in self._kept:
            yield replace(one, others=others.pop(one.what.id, 0))

    def __len__(self) -> int:
        return len(self._kept) + self._others.total()


@dataclass(slots=True)
class Times:
    """How often something was, and where first."""

    first: Arg = NOWHERE
    n: int = 0

    def see(self, where: Arg) -> None:
        if where != NOWHERE:
            self.first = self.first if self.n else where
            self.n += 1


@dataclass
class Tally:
    """What is told once for each seat and kind: where it was first, and how often. `says`: the words of each kind; `kind`: of
    all findings, each its own if there is none.
    """

    says: Mapping[str, Message]
    kind: str | None = None
    _first: dict[tuple[str, str], tuple[Arg, int | None]] = field(default_factory=dict)
    _times: Counter[tuple[str, str]] = field(default_factory=Counter)

    def see(self, what: str, where: Arg, line: Entry) -> None:
        self.count(what, line.seat, where, line.wall)

    def count(self, what: str, seat: str, where: Arg, at: int | None, times: int = 1) -> None:
        if where == NOWHERE:
            return
        self._times[what, seat] += times
        self._first.setdefault((what, seat), (where, at))

    def findings(self) -> Iterator[Finding]:
        for (what, seat), (where, at) in self._first.items():
            often = msgn("{what} ({n} time)", "{what} ({n} times)", self._times[what, seat], what=self.says[what])
            yield Finding(self.kind or what, where, often, seat=seat, at=at)
