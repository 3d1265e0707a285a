"""What runs on Windows, and what the loop is told of it: one table that events, polling and scans all go through.

A process runs one program from start to end, so it is read once, on its account's thread (reader.py). It is read again while it
is being made, if it cannot be read, when the catalogue or the install trees change, and when more is known of one of its files.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

from daemon.platforms.api import Observation, ProgramEnded, ProgramStarted
from daemon.platforms.processes import Identity
from daemon.platforms.troubles import HELD, UNREADABLE
from daemon.platforms.windows import installed
from daemon.platforms.windows.watching import processes
from daemon.platforms.windows.watching.programs import Programs
from daemon.platforms.windows.watching.reader import HeldError, Reader
from daemon.platforms.windows.watching.snapshot import Process
from daemon.platforms.windows.watching.starters import Starters
from host.clock import Clock
from host.windows.win32 import Handle
from rules.games import Catalogue, Program

# A process is listed before all of it is there: it takes milliseconds, on a busy PC a quarter of a second, until it says what
# it runs and was told. A virus scanner may have its file for seconds.
_YOUNG_MS = 1_500
_AGAIN_S = (0.02,) * 10 + (0.1,) * 8 + (1.0,) * 3
_MOST_FILES = 4_096
_MOST_HELD = 256

_log = logging.getLogger(__name__)


class _Sources(NamedTuple):
    """What a process was read by."""

    catalogue: Catalogue
    trees: object

    def same(self, other: _Sources | None) -> bool:
        return other is not None and self.catalogue is other.catalogue and self.trees is other.trees


@dataclass(frozen=True, slots=True)
class Seen:
    """A process as it was read; `program` None: none that we may look at. Arguments are kept of games only."""

    process: Process
    program: Program | None
    by: _Sources | None = None


class WindowsTracker:
    """All on the loop's thread. `games` are the pids of the programs that the catalogue recognises."""

    def __init__(self, programs: Programs, clock: Clock, reader: Reader) -> None:
        self.programs, self._clock, self._reader = programs, clock, reader
        self.catalogue = Catalogue(())
        self.games: set[int] = set()
        self.trouble: Callable[..., None] = lambda *_, **__: None
        """As TrackingWatcher has it."""
        self.well: Callable[[str], None] = lambda _: None
        self.later: Callable[..., object] = lambda *_: None
        """As the loop's `call_later`."""
        self.on_loop: Callable[..., None] = lambda *_: None
        """Has something called on the loop's thread."""
        self._handles: dict[Identity, Handle] = {}  # of games: they say when each ended
        self._starters = Starters(installed.installed)
        self._sink: Callable[[Observation], None] | None = None
        self._quiet = False
        self._known: dict[int, Seen] = {}
        self._pending: dict[Identity, tuple[Future[Program | None], _Sources]] = {}
        self._unread: set[Identity] = set()  # given up
        self._looked = clock.mono()
        self._begun = False

    def start(self, sink: Callable[[Observation], None]) -> None:
        self._sink = sink
        self._looked = self._clock.mono()
        self._begun = False  # until all was looked at once: what runs by then may be of any age
        self._reader.later = self.later

    def stop(self) -> None:
        self._sink = None
        for table in (self._handles, self._known, self._pending, self._unread, self.games):
            table.clear()

    def running(self) -> tuple[Program, ...]:
        """What was last known to run."""
        return tuple(seen.program for seen in self._known.values() if seen.program is not None)

    # --- what happens ------------------------------------------------------------------------------------------------------

    def compare(self, here: dict[int, Process]) -> None:
        """What runs now, against what ran at the last look."""
        begun, earlier = self._begun, self._looked
        self._begun, self._looked = True, self._clock.mono()
        for pid, seen in tuple(self._known.items()):
            found = here.get(pid)
            if found is None or found.started != seen.process.started:
                self._end(pid, self._end_of(seen, earlier))
        for process in sorted((one for pid, one in here.items() if pid not in self._known), key=lambda one: one.started):
            self._appeared(process, self._moment(process.started, earlier) if begun else self._age(process.started))

    def started(self, process: Process) -> None:
        """An event told of a process that was created just now."""
        old = self._known.get(process.pid)
        if old is not None and old.process.started >= process.started:  # an event may be of before a restart of ours
            return
        if old is not None:
            self._end(process.pid, self._end_of(old, self._looked))
        self._appeared(process, self._moment(process.started, self._looked))

    def ended(self, pid: int, created: int, at: int) -> None:
        """An event told that a process ended, `at` Unix microseconds."""
        seen = self._known.get(pid)
        if seen is not None and seen.process.started == created:
            self._end(pid, self._moment(at, self._looked))

    def scan(self, here: dict[int, Process]) -> tuple[Program, ...]:
        """Compares with all of these; nothing is told, as whoever scans sees it."""
        self.programs.trees.refresh(self.catalogue)
        self._quiet = True
        try:
            self.compare(here)
            now = self._sources()
            for seen in sorted(self._known.values(), key=lambda one: one.process.started):
                if not now.same(seen.by) or seen.process.identity in self._unread:
                    self._again(seen.process, self._since(seen), 0)
        finally:
            self._quiet = False
        if not self._unread:
            self.well(UNREADABLE)
        if not self._pending:
            self.well(HELD)
        return self.running()

    def looked(self, size: int) -> None:
        """More is known by now of a file of this size: whoever runs it may be a game after all, and is told again."""
        for seen in tuple(self._known.values()):
            if seen.program is not None and any(file.size == size for file in seen.program.files):
                self._again(seen.process, seen.program.since, len(_AGAIN_S))

    # --- the table ---------------------------------------------------------------------------------------------------------

    def _appeared(self, process: Process, since: int) -> None:
        program = self._read(process, since)
        self._begin(Seen(process, program, self._sources()))
        self._complete(process, since, program)

    def _again(self, process: Process, since: int, turn: int) -> None:
        old = self._known.get(process.pid)
        if old is None or old.process.identity != process.identity:
            return
        program, was = self._read(process, since), old.program
        new = Seen(process, program, self._sources())
        if program and (was is None or program.args or (program.files, program.unread) != (was.files, was.unread)):
            self._begin(new)
        else:
            self._known[process.pid] = replace(old, by=new.by)
        self._complete(process, since, program, turn)

    def _complete(self, process: Process, since: int, program: Program | None, turn: int = 0) -> None:
        """If this may not be all there is to read of a process, read it again in a moment, or give it up as unread."""
        if process.identity in self._pending:  # _read_late goes on with it
            return
        hidden, this = self._hidden(process, program), process.identity
        if not hidden:
            self._unread.discard(this)
        if this in self._unread:
            return
        unfinished = program is None or not program.args
        if turn < len(_AGAIN_S) and (hidden or (unfinished and self._clock.mono() - since <= _YOUNG_MS)):
            self.later(_AGAIN_S[turn], self._again, process, since, turn + 1)
        elif hidden:
            self._unread.add(this)
            self.trouble(UNREADABLE, f"{process.name[:100]}, pid {process.pid}")
            if program is not None:
                self._begin(self._known[process.pid])

    def _hidden(self, process: Process, program: Program | None) -> bool:
        """Whether a user's program cannot be read: then it may be a game."""
        if process.session == 0 or not self.programs.everybody:
            return False
        if program is None or program.unread or not program.files[0].size:
            return program is None or self.catalogue.recognise(program) is None
        return False

    def _begin(self, seen: Seen) -> None:
        seen, pid = self._traced(seen), seen.process.pid
        was, game = pid in self.games, seen.program is not None and self.catalogue.recognise(seen.program) is not None
        self._known[pid] = seen if game or seen.program is None else replace(seen, program=replace(seen.program, args=()))
        if seen.program is not None:
            self._tell(ProgramStarted(seen.program))
        if not game:
            self.games.discard(pid)
            self._handles.pop(seen.process.identity, None)
            return
        self.games.add(pid)
        self._hold(seen.process.identity)
        for child in () if was else tuple(self._known.values()):  # seen before it was known that this is a game
            if child.process.parent == pid and self._traced(child) != child:
                self._begin(child)

    def _hold(self, this: Identity) -> None:
        with suppress(OSError):  # no right to look at it
            if this not in self._handles and len(self._handles) < _MOST_HELD and (handle := processes.opened_as(*this)):
                self._handles[this] = handle

    def _end_of(self, seen: Seen, earliest: int) -> int:
        """When a process that is gone ended (mono), by its handle; else it is now."""
        handle, ended = self._handles.get(seen.process.identity), None
        with suppress(OSError):
            ended = None if handle is None else processes.times(handle).ended
        return self._clock.mono() if ended is None else self._moment(ended, earliest)

    def _end(self, pid: int, mono: int) -> None:
        seen = self._known.pop(pid)
        if pid in self.games and seen.program is not None:
            self._starters.over(seen.program)
        self._handles.pop(seen.process.identity, None)
        self.games.discard(pid)
        self._unread.discard(seen.process.identity)
        self._pending.pop(seen.process.identity, None)
        if seen.program is not None:
            self._tell(ProgramEnded(*seen.program.identity, max(mono, seen.program.since)))

    def _traced(self, seen: Seen) -> Seen:
        if seen.program is None:
            return seen

        def running(pid: int) -> Program | None:
            return self._known[pid].program if pid in self._known else None

        return replace(seen, program=self._starters.traced(seen.program, running, self.catalogue))

    def _tell(self, seen: Observation) -> None:
        if self._sink and not self._quiet:
            self._sink(seen)

    # --- reading -----------------------------------------------------------------------------------------------------------

    def _sources(self) -> _Sources:
        return _Sources(self.catalogue, self.programs.trees.found)

    def _read(self, process: Process, since: int) -> Program | None:
        """What is known of it by now. None: it is over, or none that we may look at, or reading it fails."""
        known = self._known.get(process.pid)
        old = known.program if known is not None and known.process.identity == process.identity else None
        try:
            return _kept(old, self._asked(process, since))
        except HeldError:
            return old or self.programs.held(process, since)
        except Exception as error:  # noqa: BLE001 - whatever one program may be like, it hides no others
            _log.exception("process %d cannot be read", process.pid)
            self.trouble(UNREADABLE, f"pid {process.pid}: {type(error).__name__}")
            self._unread.add(process.identity)
            return old

    def _asked(self, process: Process, since: int) -> Program | None:
        """HeldError: not in time, or not yet."""
        now = self._sources()
        done, by = self._pending.get(process.identity, (None, now))
        if done is not None and not done.done():
            raise HeldError
        self._pending.pop(process.identity, None)
        if done is None or not by.same(now):
            sid = self.programs.owner(process)
            if sid is None:
                return None
            done = self._reader.ask(sid, partial(self.programs.read, process, sid, since, self.catalogue))
            if not done.done():
                self._pending[process.identity] = (done, now)
                done.add_done_callback(lambda _: self.on_loop(self._read_late, process, since))
                raise HeldError
        return done.result()

    def _read_late(self, process: Process, since: int) -> None:
        """What was not read in time is read, or given up."""
        done, _ = self._pending.get(process.identity, (None, None))
        if done is not None and isinstance(done.exception(), HeldError):
            self.trouble(HELD, f"{process.name[:100]}, pid {process.pid}")
        self._again(process, since, len(_AGAIN_S))

    # --- moments -----------------------------------------------------------------------------------------------------------

    def _since(self, seen: Seen) -> int:
        return self._age(seen.process.started) if seen.program is None else seen.program.since

    def _age(self, moment: int) -> int:
        """A moment (Unix microseconds) on the clock that play is counted on, if nobody set the wall clock since."""
        now = self._clock.mono()
        return min(now, now - (self._clock.wall() - moment // 1000))

    def _moment(self, moment: int, earliest: int) -> int:
        """The same for what happened after `earliest`, whatever was done to the wall clock."""
        return max(earliest, self._age(moment))


def _kept(old: Program | None, new: Program | None) -> Program | None:
    """What was once seen of a process holds although its file was renamed, locked or taken away since."""
    if old is None or new is None or not old.files[0].size:
        return new or old
    here = {(file.path, file.size, file.build_id) for file in new.files}
    lost = tuple(file for file in old.files if (file.path, file.size, file.build_id) not in here)
    return replace(new, origin=old.origin, files=(*new.files, *lost)[:_MOST_FILES], unread=new.unread and old.unread)
