"""The first and the last entry of each run, which say whether the run before ended in an orderly way."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec import UNSET

from compliance.entries.seat import SeatStart, SeatStop
from compliance.journal import Journal
from daemon.platforms.api import Watcher
from daemon.recording.line import append
from daemon.store import Store
from daemon.trusted import Reading
from host import VERSION

FOLLOWS = "follows"  # which seat the PC was before, until its new chain says so
_STOPPED = "stopped"  # set while no run is under way: the last one ended in an orderly way


@dataclass(frozen=True, slots=True, eq=False)
class RunMarks:
    """The transaction is the caller's."""

    store: Store
    watcher: Watcher

    def begin(self, journal: Journal, now: Reading, lost_from: int | None = None) -> None:
        """`lost_from`: when a former run was last alive, by its wall clock. Not written if that run was stopped in order."""
        clean = lost_from is None or self.store.get(_STOPPED) is not None
        lost = None if clean else lost_from
        former = self.store.get(FOLLOWS)
        follows = UNSET if former is None else former.decode()
        append(
            journal, SeatStart, now, version=VERSION, watch=self.watcher.kind, clean=clean, lost_from=lost,
            follows=follows,
        )  # fmt: skip
        self.store.delete(_STOPPED)
        self.store.delete(FOLLOWS)
        self.store.see(now)

    def end(self, journal: Journal, now: Reading) -> None:
        append(journal, SeatStop, now)
        journal.seal(mono=now.mono, wall=now.wall)
        self.store.put(_STOPPED, b"1")
        self.store.see(now)
