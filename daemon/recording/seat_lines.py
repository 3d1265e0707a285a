"""Lines about the PC itself: the first and last entry of each run, the minutes in which it was alive, its time zone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from msgspec import UNSET

from compliance.entries.seat import SeatPowered, SeatStart, SeatStop
from compliance.journal import Journal
from daemon import events
from daemon.platforms.api import Watcher
from daemon.platforms.power_record import PowerRecord, Span
from daemon.recording.line import append
from daemon.store import Store
from daemon.trusted import Reading, TrustedClock
from host import VERSION

FOLLOWS = "follows"  # which seat the PC was before, until its new chain says so
_STOPPED = "stopped"  # set while no run is under way: the last one ended in an orderly way


@dataclass(frozen=True, slots=True, eq=False)
class RunMarks:
    """The transaction is the caller's."""

    store: Store
    watcher: Watcher
    gate: bool = True  # whether the daemon's own file lets there be one

    def begin(self, journal: Journal, now: Reading, lost_from: int | None = None) -> None:
        """`lost_from`: when a former run was last alive, by its wall clock. Not written if that run was stopped in order."""
        clean = lost_from is None or self.store.get(_STOPPED) is not None
        lost = None if clean else lost_from
        former = self.store.get(FOLLOWS)
        follows = UNSET if former is None else former.decode()
        append(
            journal, SeatStart, now, version=VERSION, watch=self.watcher.kind, clean=clean, lost_from=lost,
            follows=follows, gate=UNSET if self.gate else "off",
        )  # fmt: skip
        self.store.delete(_STOPPED)
        self.store.delete(FOLLOWS)
        self.store.see(now)

    def end(self, journal: Journal, now: Reading) -> None:
        append(journal, SeatStop, now)
        journal.seal(mono=now.mono, wall=now.wall)
        self.store.put(_STOPPED, b"1")
        self.store.see(now)


_UNASKED_MS = 5 * 60_000
_MOST_RUNS = 100


@dataclass(slots=True, eq=False)
class PoweredTime:
    """When the PC was on while no daemon looked, before this run: written once the system has said it."""

    record: PowerRecord | None
    do: Callable[[Callable[[Journal], object]], object]
    _asked: Span | None = field(default=None, init=False)

    def begin(self, last: int | None, now: int) -> None:
        """Before anything is watched. `last`: when a daemon was last alive."""
        if self.record is not None and last is not None and now - last >= _UNASKED_MS:
            self._asked = last, now
            self.record.begin()

    def look(self, now: Reading) -> None:
        if self._asked is None or self.record is None or (runs := self.record.runs()) is None:
            return
        (since, until), self._asked = self._asked, None
        known = any(start <= since for start, _ in runs)  # else it does not reach back so far
        ran = [(max(start, since), min(end, until)) for start, end in runs if start < until and since < end] if known else []
        by = self.record.by if known else "nothing"
        self.do(lambda journal: append(journal, SeatPowered, now, since=since, by=by, ran=tuple(ran[-_MOST_RUNS:])))


MINUTE_MS = 60_000
_MINUTES = 60


class AliveMinutes(NamedTuple):
    """As the log has them. Bit i of `bits` (hex): the minute i after `since` (Unix milliseconds)."""

    since: int
    bits: str


@dataclass(slots=True, eq=False)
class Presence:
    """Bits of the current stretch of at most 60 minutes, in memory until it is written."""

    _since: int | None = None
    _bits: int = 0

    def mark(self, now: Reading) -> AliveMinutes | None:
        """The seat was alive in this minute. Where it is not of the present stretch, returns that one, to be written."""
        minute = now.wall // MINUTE_MS
        over = None
        if self._since is not None and not 0 <= minute - self._since < _MINUTES:
            over = self.take()
        if self._since is None:
            self._since = minute
        self._bits |= 1 << minute - self._since
        return over

    def take(self) -> AliveMinutes | None:
        """What was marked, to be written; a new stretch begins. None: nothing was."""
        since, bits = self._since, self._bits
        self._since, self._bits = None, 0
        return None if since is None else AliveMinutes(since * MINUTE_MS, f"{bits:015x}")


_KNOWN = "pc-zone"  # what the PC last called it


@dataclass(slots=True, eq=False)
class PcZone:
    """`announce` records events, in one transaction with what is to be done to the store, then shows them."""

    clock: TrustedClock
    store: Store
    announce: Callable[[Sequence[events.Event], Callable[[], object]], None]
    _seen: str | None = field(default=None, init=False)  # told already, if perhaps not written yet

    def look(self) -> None:
        """Records a zone that is not the one last seen."""
        zone, stored = self.clock.zone(), self.store.get(_KNOWN)
        known = self._seen or (stored and stored.decode())
        self._seen = zone
        if known == zone:
            return
        said = (events.ZoneChanged(known, zone, self.clock.read()),) if known else ()
        self.announce(said, lambda: self.store.put(_KNOWN, zone.encode()))
