"""Plays that a seat writes once more: as a new seat after a backup was put back, or under another pseudonym. Pure.

What began in the same millisecond, of the same game, is told later than it began, or without what it was recognised by: it is
the same play.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field

import msgspec

from compliance.entries.play import PlayEnded, PlayStarted

_AT_ONCE_MS = 2000  # PCs that start the same game at the same moment say so at that moment
_MOST = 20_000  # the last plays: those of today alone are written once more


class _Told(msgspec.Struct, eq=False, gc=False):
    """One play, however often it was written. `ms`: the longest that was told of it."""

    seat: str
    who: str
    ms: int = 0
    over: bool = False


@dataclass(slots=True)
class Again:
    """`start` and `end` each play in the order of the log."""

    _known: OrderedDict[tuple[int, str], _Told] = field(default_factory=OrderedDict)
    _open: dict[tuple[str, int], _Told] = field(default_factory=dict)

    def start(self, line: PlayStarted) -> str | None:
        """The seat that wrote this play before; None: it is a new one."""
        key = line.since, line.game
        known = self._known.get(key)
        late = not line.match or abs(line.wall - line.since) > _AT_ONCE_MS
        if known is not None and late and (known.seat, known.who) != (line.seat, line.who):
            self._open[line.seat, line.seq] = known
            return known.seat
        self._known[key] = self._open[line.seat, line.seq] = _Told(line.seat, line.who)
        if len(self._known) > _MOST:
            self._known.popitem(last=False)  # a dict would look for its first one over all that it had before
        return None

    def end(self, line: PlayEnded) -> int:
        """How much of it nobody told before."""
        told = self._open.pop((line.seat, line.play), None)
        if told is None:
            return max(0, line.ms)
        more = max(0, line.ms - told.ms)
        told.ms += more
        told.over = True
        return more

    def play(self, seat: str, seq: int) -> Hashable:
        """The same for the same open play."""
        return self._open.get((seat, seq), (seat, seq))

    def running(self) -> Iterator[tuple[str, int]]:
        """Each play once whose end nobody told."""
        yield from {told: key for key, told in self._open.items() if not told.over}.values()
