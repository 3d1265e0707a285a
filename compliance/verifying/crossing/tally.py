"""What is told once for each seat and kind: where it was first, and how often. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from compliance.entries.base import Entry
from compliance.verifying.report import NOWHERE, Finding
from i18n.message import Arg, Message, msgn


@dataclass
class Tally:
    """`says`: the words of each kind; `kind`: of all findings, each its own if there is none."""

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
