"""What is known to run, and what the loop is told of it: one table that events, polling and scans all go through."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from daemon.platforms.api import Observation, ProgramEnded, ProgramStarted
from daemon.platforms.windows.watching.ends import Ends
from daemon.platforms.windows.watching.programs import Programs
from daemon.platforms.windows.watching.snapshot import Process
from host.clock import Clock
from rules.games import Catalogue, Program

UNREADABLE = "watch-unreadable"
# A process is listed before all of it is there: it takes milliseconds, on a busy PC a quarter of a second, until it says what
# it runs and was told.
_YOUNG_MS = 3_000
_AGAIN_S = (0.02,) * 10 + (0.1,) * 8
_MOST_FILES = 32
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SeenProgram:
    """A process that was told of; `program` None: none that we may look at."""

    process: Process
    program: Program | None


class Tracker:
    """All on the loop's thread. `games` are the pids of the programs that the catalogue recognises."""

    def __init__(self, programs: Programs, clock: Clock) -> None:
        self.programs = programs
        self._clock = clock
        self._known: dict[int, SeenProgram] = {}
        self._ends = Ends(self.ended)
        self._sink: Callable[[Observation], None] | None = None
        self._looked = clock.mono()
        self._begun = False
        self.catalogue = Catalogue(())
        self.games: set[int] = set()
        self.trouble: Callable[[str, str], None] = lambda *_: None
        self.well: Callable[[str], None] = lambda _: None
        self.later: Callable[..., object] = lambda *_: None
        """As the loop's `call_later`; what is asked for once we have stopped does nothing."""

    def start(self, sink: Callable[[Observation], None]) -> None:
        self._sink = sink
        self._looked = self._clock.mono()
        self._begun = False  # until all was looked at once: what runs by then may be of any age

    def stop(self) -> None:
        self._sink = None
        self._ends.close()
        self._known.clear()
        self.games = set()

    # --- what happens ------------------------------------------------------------------------------------------------------

    def compare(self, here: dict[int, Process]) -> None:
        """What runs now, against what ran at the last look."""
        earlier, self._looked, self._begun = self._looked, self._clock.mono(), True
        for pid, seen in tuple(self._known.items()):
            found = here.get(pid)
            if found is None or found.started != seen.process.started:
                self._end(pid, self._clock.mono())
        for pid, process in here.items():
            if pid not in self._known:
                self._appeared(process, self._moment(process.started, earlier))

    def started(self, process: Process) -> None:
        """An event told of a process that was created just now."""
        old = self._known.get(process.pid)
        if old is not None and old.process.started == process.started:
            return
        if old is not None:
            self._end(process.pid, self._clock.mono())
        self._appeared(process, self._moment(process.started, self._looked))

    def ended(self, pid: int, created: int, at: int | None) -> None:
        """An event, or its handle, told that a process ended, `at` Unix microseconds."""
        seen = self._known.get(pid)
        if seen is not None and seen.process.started == created:
            self._end(pid, self._clock.mono() if at is None else self._moment(at, self._looked))

    def scan(self, here: dict[int, Process]) -> tuple[Program, ...]:
        """Reads all of these anew; nothing is told, as whoever scans sees it."""
        looked = self._clock.mono()  # what starts while they are read is younger than this
        self.programs.forget_names()
        self.programs.trees.refresh(self.catalogue)
        found: dict[int, SeenProgram] = {}
        unreadable = 0
        for pid, process in here.items():
            old = self._known.get(pid)
            same = old if old is not None and old.process.started == process.started else None
            since = self._since(process, same)
            try:
                program = self._read(process, since)
            except _UnreadableError:
                unreadable += 1
                program = None if same is None else same.program  # nothing says that it is over
            unreadable += self._hidden(process, program)
            found[pid] = SeenProgram(process, program)
            self._complete(process, since, program)
        if not unreadable:
            self.well(UNREADABLE)
        self._looked, self._begun = looked, True
        self._adopt(found)
        return tuple(seen.program for seen in found.values() if seen.program is not None)

    def _adopt(self, found: dict[int, SeenProgram]) -> None:
        games = {pid for pid, seen in found.items() if seen.program is not None and self.catalogue.recognise(seen.program)}
        kept = {found[pid].process.identity for pid in games}
        for pid in self.games & self._known.keys():
            if (before := self._known[pid].process.identity) not in kept:
                self._ends.forget(before)
        self._known = {pid: seen if pid in games else _without_args(seen) for pid, seen in found.items()}
        self.games = games
        for pid in games:
            self._ends.follow(found[pid].process)

    def running(self) -> tuple[Program, ...]:
        """What was last known to run."""
        return tuple(seen.program for seen in self._known.values() if seen.program is not None)

    def looked(self, size: int) -> None:
        """More is known by now of a file of this size: whoever runs it may be a game after all, and is told again."""
        for old in tuple(self._known.values()):
            program = old.program
            if program is None or all(file.size != size for file in program.files):
                continue
            try:
                again = self._read(old.process, program.since)
            except _UnreadableError:
                continue
            if again is not None and again.files != program.files:
                self._begin(SeenProgram(old.process, again))

    # --- the table ---------------------------------------------------------------------------------------------------------

    def _appeared(self, process: Process, since: int) -> None:
        try:
            program = self._read(process, since)
        except _UnreadableError:
            program = None
        self._begin(SeenProgram(process, program))
        self._complete(process, since, program)

    def _complete(self, process: Process, since: int, program: Program | None, turn: int = 0) -> None:
        """If this may not be all there is to read of a process, because it is being made, read it again in a moment."""
        hidden = self._hidden(process, program)
        unfinished = hidden or program is None or not program.args
        if unfinished and turn < len(_AGAIN_S) and self._clock.mono() - since <= _YOUNG_MS:
            self.later(_AGAIN_S[turn], self._again, process, since, turn + 1)
        elif hidden:
            self.trouble(UNREADABLE, f"{process.name[:100]}, pid {process.pid}")

    def _again(self, process: Process, since: int, turn: int) -> None:
        old = self._known.get(process.pid)
        if old is None or old.process.started != process.started:
            return
        try:
            program = self._read(process, since)
        except _UnreadableError:
            return
        if program is not None and (old.program is None or program.args or program.files != old.program.files):
            self._begin(SeenProgram(process, program))
        self._complete(process, since, program, turn)

    def _begin(self, seen: SeenProgram) -> None:
        pid, program = seen.process.pid, seen.program
        if program is not None and self.catalogue.recognise(program):
            self._known[pid] = seen
            self.games = self.games | {pid}
        else:
            self._known[pid] = _without_args(seen)
        if program is not None and self._sink:
            self._sink(ProgramStarted(program))
        if pid in self.games and pid in self._known:
            self._ends.follow(seen.process)

    def _end(self, pid: int, mono: int) -> None:
        seen = self._known.pop(pid)
        self._ends.forget(seen.process.identity)
        self.games = self.games - {pid}
        if seen.program is not None and self._sink:
            self._sink(ProgramEnded(*seen.program.identity, max(mono, seen.program.since)))

    def _read(self, process: Process, since: int) -> Program | None:
        """_UnreadableError: whatever one program may be like, it neither ends us nor hides the others."""
        try:
            return self._kept(process, self.programs.read(process, since, self.catalogue))
        except Exception as error:
            _log.exception("process %d cannot be read", process.pid)
            self.trouble(UNREADABLE, f"pid {process.pid}: {type(error).__name__}")
            raise _UnreadableError from error

    def _kept(self, process: Process, new: Program | None) -> Program | None:
        """A process runs one executable to its end: what was once seen of it is not unsaid by a file that was renamed, locked
        or taken away since, nor by a command line that it wrote anew.
        """
        known = self._known.get(process.pid)
        old = known.program if known is not None and known.process.started == process.started else None
        if old is None or new is None:
            return new or old
        here = {(file.path, file.size, file.build_id) for file in new.files}
        lost = tuple(file for file in old.files if (file.path, file.size, file.build_id) not in here)
        args = new.args if process.pid not in self.games else tuple(dict.fromkeys((*new.args, *old.args)))
        return replace(new, files=(*new.files, *lost)[:_MOST_FILES], args=args)

    def _hidden(self, process: Process, program: Program | None) -> bool:
        """Whether somebody's program keeps from us what it is: then it may be a game."""
        if process.session == 0 or not self.programs.everybody:
            return False
        return program is None or not (program.files[0].size or self.catalogue.recognise(program))

    # --- moments -----------------------------------------------------------------------------------------------------------

    def _since(self, process: Process, seen: SeenProgram | None) -> int:
        """When it began: what no look has seen, not before the last one, whatever wall clock and sleep make of it."""
        if seen is None and self._begun:
            return self._moment(process.started, self._looked)
        return self._age(process.started) if seen is None or seen.program is None else seen.program.since

    def _age(self, moment: int) -> int:
        """A moment (Unix microseconds) on the clock that play is counted on, if nobody set the wall clock since."""
        now = self._clock.mono()
        return min(now, now - (self._clock.wall() - moment // 1000))

    def _moment(self, moment: int, earliest: int) -> int:
        """The same for what happened after `earliest`, whatever was done to the wall clock."""
        return max(earliest, self._age(moment))


def _without_args(seen: SeenProgram) -> SeenProgram:
    """Of what is no game the arguments are not kept: they are as long as somebody likes."""
    return seen if seen.program is None else replace(seen, program=replace(seen.program, args=()))


class _UnreadableError(Exception):
    """Something about this one program is such that reading it fails."""
