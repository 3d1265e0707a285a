"""What is known to run, and what the loop is told of it: one table that events, polling and scans all go through."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Container
from contextlib import suppress
from typing import Generic, Protocol, Self, TypeVar

from daemon.platforms.api import Observation, ProgramEnded, ProgramStarted
from daemon.platforms.processes import BlindError, Identity
from host.clock import Clock
from rules.games import Catalogue, Program

BLIND, UNREADABLE, HELD = "watch-blind", "watch-unreadable", "read-held"

_log = logging.getLogger(__name__)


class UnreadableError(Exception):
    """Something about this one program is such that reading it fails."""


class Seen(Protocol):
    """A process as it was read; `program` None: none that we may look at."""

    @property
    def program(self) -> Program | None: ...

    @property
    def identity(self) -> Identity: ...

    def without_args(self) -> Self:
        """As it is kept where it is no game: arguments are as long as somebody likes."""


class Ends(Protocol):
    """Tells of the end of processes that somebody holds something of."""

    def follow(self, this: Identity) -> bool:
        """Wait for its end; nothing if it is waited for already, or if too many are. False: it is over."""

    def forget(self, this: Identity) -> None:
        """Nobody waits for it any more."""

    def close(self) -> None: ...


S = TypeVar("S", bound=Seen)
X = TypeVar("X")


class Tracker(ABC, Generic[S]):
    """All on the loop's thread. `games` are the pids of the programs that the catalogue recognises."""

    def __init__(self, ends: Ends, clock: Clock) -> None:
        self._ends = ends
        self._clock = clock
        self._known: dict[int, S] = {}
        self._sink: Callable[[Observation], None] | None = None
        self.catalogue = Catalogue(())
        self.games: set[int] = set()
        self.trouble: Callable[..., None] = lambda *_, **__: None
        """As TrackingWatcher has it."""
        self.well: Callable[[str], None] = lambda _: None
        self.look: Callable[[], bool] = lambda: True
        """For what nobody has told yet: before an end is told, as the play may go on in a child. False: more is to come."""
        self.later: Callable[..., object] = lambda *_: None
        """As the loop's `call_later`; what is asked for once we have stopped does nothing."""

    def start(self, sink: Callable[[Observation], None]) -> None:
        self._sink = sink

    def stop(self) -> None:
        self._sink = None
        self._ends.close()
        self._known.clear()
        self.games = set()

    def running(self) -> tuple[Program, ...]:
        """What was last known to run."""
        return tuple(seen.program for seen in self._known.values() if seen.program is not None)

    def looked(self, size: int) -> None:
        """More is known by now of a file of this size: whoever runs it may be a game after all, and is told again."""
        for old in tuple(self._known.values()):
            if old.program is None or all(file.size != size for file in old.program.files):
                continue
            self._reread(old)

    def _reread(self, old: S) -> None:
        with suppress(UnreadableError):
            new = self._anew(old)
            if new is None or new.program is None or old.program is None:
                return
            read = new.program.files != old.program.files or old.program.unread > new.program.unread
            if read or self._is_game(new) > (old.identity[0] in self.games):
                self._begin(new)

    @abstractmethod
    def _anew(self, old: S) -> S | None:
        """The same one, read anew; None: it is no longer the same. UnreadableError."""

    def _adopt(self, found: dict[int, S], unreadable: int, same: Container[int] = ()) -> tuple[Program, ...]:
        """What a scan found is what runs, but for so many that could not be read; nothing is told, as whoever scans sees it.
        `same`: those that are known, and what they were.
        """
        if not unreadable:
            self.well(UNREADABLE)
        games = {pid for pid, seen in found.items() if (pid in self.games if pid in same else self._is_game(seen))}
        kept = {found[pid].identity for pid in games}
        for pid in self.games & self._known.keys():
            if (before := self._known[pid].identity) not in kept:
                self._ends.forget(before)
        self._known = {pid: seen if pid in games or pid in same else seen.without_args() for pid, seen in found.items()}
        self.games = games
        for pid, seen in found.items():
            if pid not in games and pid not in same and seen.program is not None:
                self._no_game(seen.program)
        return tuple(seen.program for seen in found.values() if seen.program is not None)

    def _begin(self, seen: S) -> None:
        pid, game = seen.identity[0], self._is_game(seen)
        self._known[pid] = seen if game else seen.without_args()
        if game:
            self.games.add(pid)
        else:
            self.games.discard(pid)
            if seen.program is not None:
                self._no_game(seen.program)
        if seen.program is not None and self._sink:
            self._sink(ProgramStarted(seen.program))

    def _end(self, pid: int, mono: int) -> None:
        seen = self._known.pop(pid)
        self._ends.forget(seen.identity)
        self.games.discard(pid)
        if seen.program is not None and self._sink:
            self._sink(ProgramEnded(*seen.program.identity, max(mono, seen.program.since)))

    def _no_game(self, program: Program) -> None:
        """It runs and is no game: it begins, or a scan has read it."""

    def _is_game(self, seen: S) -> bool:
        return seen.program is not None and self.catalogue.recognise(seen.program) is not None

    def _reading(self, pid: int, read: Callable[[], X]) -> X:
        """BlindError, UnreadableError: whatever one program may be like, it neither ends us nor hides the others."""
        try:
            return read()
        except BlindError:
            raise
        except Exception as error:
            _log.exception("process %d cannot be read", pid)
            self.trouble(UNREADABLE, f"pid {pid}: {type(error).__name__}")
            raise UnreadableError from error
