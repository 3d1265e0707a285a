"""One row of the table of invariants, and how breaches of all rows are found and reported. Pure.

A row is checked against each entry of its kinds, before the context learns from that entry. An entry that is not judged
(NOWHERE) only teaches. A `late` row that an entry breaks is checked again at the end of the log: the entry that explains it may
come to the log later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeAlias

from compliance.entries.base import Entry
from compliance.entries.log import Seal
from compliance.verifying.listed import Faults, Listed, Tally
from compliance.verifying.report import NOWHERE, Failure, Finding
from compliance.verifying.table.context import Context
from i18n.message import Arg, Message

MOST_LATE: Final = 10_000  # breaches that wait for the end; an honest log has a few. More are reported at once


class Breach(NamedTuple):
    """`args` fill the gaps of the row's words, or `words` take their place. `at` (Unix ms): its moment, if not the entry's."""

    args: Mapping[str, Arg] = MappingProxyType({})
    at: int | None = None
    words: Message | None = None


Learning: TypeAlias = Callable[[Context, Arg, Any], None]
Found: TypeAlias = bool | Breach | Iterable[Breach] | None


Check: TypeAlias = Callable[[Context, Any], Found]


class Invariant(NamedTuple):
    """`demand`: what has to hold, of entries of these `kinds` (none: of any), for each `key`. `words` say what is wrong.

    `kind`: of the finding; empty if a breach is a failure. `each`: every breach is a finding of its own, otherwise the first of
    a seat is, with how many there were.
    """

    id: str
    demand: str
    kinds: tuple[type[Entry], ...]
    key: str
    check: Check
    words: Message
    kind: str = ""
    each: bool = False
    late: bool = False


class _Waiting(NamedTuple):
    row: int
    where: Arg
    line: Entry


@dataclass
class Table:
    """`take` every entry, from which the context then learns by `learning`; `close`, then ask `failures` and `findings`."""

    rows: tuple[Invariant, ...]
    learning: Mapping[type[Entry], tuple[Learning, ...]]
    context: Context
    failures: Faults = field(default_factory=Faults)
    _each: Listed = field(default_factory=Listed)
    _counted: dict[int, Tally] = field(default_factory=dict)
    _late: list[_Waiting] = field(default_factory=list)
    _by_kind: dict[type[Entry], tuple[tuple[int, Check], ...]] = field(default_factory=dict)

    def __getstate__(self) -> dict[str, Any]:
        """What is kept of an audit that goes on another night: no functions."""
        return {**self.__dict__, "_by_kind": {}}

    def take(self, where: Arg, line: Entry) -> None:
        context, kind = self.context, type(line)
        if where != NOWHERE:
            checks = self._by_kind.get(kind)
            if checks is None:
                checks = self._by_kind[kind] = self._of(kind)
            for number, check in checks:
                if not (found := check(context, line)):
                    continue
                if self.rows[number].late and len(self._late) < MOST_LATE:
                    self._late.append(_Waiting(number, where, line))
                else:
                    self._report(number, where, line, found)
        if kind is not Seal:
            for learning in self.learning.get(kind, ()):
                learning(context, where, line)
            context.learn(line)

    def _of(self, kind: type[Entry]) -> tuple[tuple[int, Check], ...]:
        return tuple(
            (number, row.check) for number, row in enumerate(self.rows)
            if kind in row.kinds or (not row.kinds and kind is not Seal)
        )  # fmt: skip

    def _report(self, number: int, where: Arg, line: Entry, found: Found) -> None:
        row = self.rows[number]
        for one in (Breach(),) if found is True else (found,) if isinstance(found, Breach) else found or ():
            what = one.words or (Message(row.words.id, dict(one.args)) if one.args else row.words)
            at = line.wall if one.at is None else one.at
            if not row.kind:
                self.failures.append(Failure(where, what))
            elif row.each:
                self._each.add(Finding(row.kind, where, what, seat=line.seat, at=at))
            else:
                tally = self._counted.get(number)
                if tally is None:
                    tally = self._counted[number] = Tally({row.id: row.words}, row.kind)
                tally.count(row.id, line.seat, where, at)

    def close(self) -> None:
        """No entry comes any more."""
        self.context.ended = True
        for number, where, line in self._late:
            self._report(number, where, line, self.rows[number].check(self.context, line))
        self._late.clear()

    def findings(self) -> Iterator[Finding]:
        yield from self._each
        for number in sorted(self._counted):
            yield from self._counted[number].findings()
