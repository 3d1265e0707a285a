"""What runs on Windows, where a process is one program from start to end, but is listed before all of it can be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from daemon.platforms.api import Observation, ProgramStarted
from daemon.platforms.processes import Identity
from daemon.platforms.reading.patience import HeldError
from daemon.platforms.tracker import HELD, UNREADABLE, Tracker, UnreadableError
from daemon.platforms.windows import installed
from daemon.platforms.windows.reading.readers import Readers
from daemon.platforms.windows.watching import processes
from daemon.platforms.windows.watching.ends import Ends
from daemon.platforms.windows.watching.programs import Programs
from daemon.platforms.windows.watching.readings import Readings
from daemon.platforms.windows.watching.snapshot import Process
from daemon.platforms.windows.watching.starters import Starters
from host.clock import Clock
from i18n.message import Arg, msg
from rules.games import Program

# A process is listed before all of it is there: it takes milliseconds, on a busy PC a quarter of a second, until it says what
# it runs and was told.
_YOUNG_MS = 3_000
_AGAIN_S = (0.02,) * 10 + (0.1,) * 8
_MOST_FILES = 4_096
_LOOKS, _PAUSE_S = 3, 1.0  # at a program that keeps from us what it is: a virus scanner may have its file for a moment
_MOST_LOOKS = 15  # also at one whose reading gets on: for ever it may do so on purpose
_STUCK = 2  # readings in turn of which a call did not come back: a busy PC is slow, but gets on


@dataclass(frozen=True, slots=True)
class SeenProgram:
    """A process that was told of; `program` None: none that we may look at."""

    process: Process
    program: Program | None

    @property
    def identity(self) -> Identity:
        return self.process.identity

    def without_args(self) -> SeenProgram:
        return self if self.program is None else replace(self, program=replace(self.program, args=()))


class WindowsTracker(Tracker[SeenProgram]):
    def __init__(self, programs: Programs, clock: Clock, readers: Readers) -> None:
        super().__init__(Ends(self.ended), clock)
        self.programs = programs
        self.readings = Readings(programs, readers, clock)
        self.readings.late = self._read_late
        self._looked = clock.mono()
        self._begun = False
        self._hiding: dict[Identity, tuple[Process, int, int]] = {}  # since when, and the looks at it
        self._looks_again = False
        self._held: set[Identity] = set()
        self._heard: set[Identity] = set()  # who was read when it said by then what it was told
        self._given_up: set[Identity] = set()  # unread for good
        self._starters = Starters(installed.installed)

    def start(self, sink: Callable[[Observation], None]) -> None:
        super().start(lambda seen: sink(ProgramStarted(self._told(seen.program)) if isinstance(seen, ProgramStarted) else seen))
        self._looked = self._clock.mono()
        self._begun = False  # until all was looked at once: what runs by then may be of any age
        self._hiding.clear()
        self._looks_again = False
        self._held.clear()
        self._heard.clear()
        self._given_up.clear()

    def stop(self) -> None:
        super().stop()
        self.readings.stop()

    # --- what happens ------------------------------------------------------------------------------------------------------

    def compare(self, here: dict[int, Process]) -> None:
        """What runs now, against what ran at the last look."""
        earlier, self._looked, self._begun = self._looked, self._clock.mono(), True
        for pid, seen in tuple(self._known.items()):
            found = here.get(pid)
            if found is None or found.started != seen.process.started:
                self._end(pid, self._clock.mono())
        for process in sorted((one for pid, one in here.items() if pid not in self._known), key=lambda one: one.started):
            self._appeared(process, self._moment(process.started, earlier))

    def started(self, process: Process) -> None:
        """An event told of a process that was created just now."""
        old = self._known.get(process.pid)
        if old is not None and (old.process.started == process.started or self._game_runs(old)):
            return
        if old is not None:
            self._end(process.pid, self._clock.mono())
        self._appeared(process, self._moment(process.started, self._looked))

    def ended(self, pid: int, created: int, at: int | None) -> None:
        """An event, or its handle, told that a process ended, `at` Unix microseconds."""
        seen = self._known.get(pid)
        if seen is not None and seen.process.started == created and not self._game_runs(seen):
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
            except UnreadableError:
                unreadable += 1
                program = None if same is None else same.program  # nothing says that it is over
            unreadable += self._hidden(process, program)
            found[pid] = SeenProgram(process, program)
            self._complete(process, since, program)
        self._looked, self._begun = looked, True
        for pid in self.games:
            if pid not in found or found[pid].identity != self._known[pid].identity:
                self._over(self._known[pid])
        for seen in sorted(found.values(), key=lambda one: one.process.started):
            found[seen.process.pid] = self._traced(seen, found)
        programs = tuple(map(self._told, self._adopt(found, unreadable)))
        here_now = {seen.identity for seen in found.values()}
        self._held &= here_now
        self._heard &= here_now
        self._given_up &= here_now
        self.readings.keep(here_now)
        self.programs.forget_holders(here_now)
        if not self._held:
            self.well(HELD)
        for pid in self.games:
            self._ends.follow(found[pid].identity)
        return programs

    def _game_runs(self, seen: SeenProgram) -> bool:
        """Then no event says otherwise: every program may write some in the kernel's name. Of its end the handle tells, too."""
        return seen.process.pid in self.games and processes.runs(*seen.identity)

    # --- the table ---------------------------------------------------------------------------------------------------------

    def _appeared(self, process: Process, since: int) -> None:
        try:
            program = self._read(process, since)
        except UnreadableError:
            program = None
        self._begin(self._traced(SeenProgram(process, program), self._known))
        self._complete(process, since, program)

    def _complete(self, process: Process, since: int, program: Program | None, turn: int = 0) -> None:
        """If this may not be all there is to read of a process, because it is being made, read it again in a moment."""
        hidden = self._hidden(process, program)
        unfinished = program is None or not program.args or (hidden and not program.files[0].size)
        if unfinished and turn < len(_AGAIN_S) and self._clock.mono() - since <= _YOUNG_MS:
            self.later(_AGAIN_S[turn], self._again, process, since, turn + 1)
        elif hidden and process.identity not in self._hiding:
            if process.identity not in self._held:  # else a busy PC may read it in a moment
                self._tell_hidden(process)
            self._hiding[process.identity] = (process, since, 0)
            if not self._looks_again:
                self._looks_again = True
                self.later(_PAUSE_S, self._look_again)

    def _look_again(self) -> None:
        """At all that hide what they are: one turn, however many they are."""
        self.readings.look_after()
        still: dict[bool, Process] = {}
        for process, since, looks in tuple(self._hiding.values()):
            if self._hides_still(process, since, looks):
                still.setdefault(process.identity in self._held, process)
        for process in still.values():  # one of each kind tells of all
            self._tell_hidden(process)
        self._looks_again = bool(self._hiding)
        if self._hiding:
            self.later(_PAUSE_S, self._look_again)

    def _hides_still(self, process: Process, since: int, looks: int) -> bool:
        """False: no more, or looked at often enough. Then it is ended where its account is limited and is at it itself."""
        self._again(process, since, len(_AGAIN_S))
        seen = self._known.get(process.pid)
        program = seen.program if seen is not None and seen.identity == process.identity else None
        gets_on = process.identity in self._held and self.readings.stuck(process.identity) < _STUCK
        if program is not None and self._hidden(process, program) and looks < (_MOST_LOOKS if gets_on else _LOOKS):
            self._hiding[process.identity] = (process, since, looks + 1)
            return True
        self._hiding.pop(process.identity, None)
        own = program is not None and program.unread and self.programs.holder(process.identity) is None
        if seen is not None and own and self._hidden(process, program):
            self._given_up.add(process.identity)
            self._begin(seen)
        return False

    def _tell_hidden(self, process: Process) -> None:
        details: Arg = f"{process.name[:100]}, pid {process.pid}"
        if (holder := self.programs.holder(process.identity)) is not None:
            details = msg("{program}; {account} keeps it from being read", program=details, account=holder)
        self.trouble(HELD if process.identity in self._held else UNREADABLE, details)

    def _read_late(self, process: Process, since: int) -> None:
        """What was not read in time is read."""
        self._again(process, since, len(_AGAIN_S))

    def _again(self, process: Process, since: int, turn: int) -> None:
        old = self._known.get(process.pid)
        if old is None or old.process.started != process.started:
            return
        try:
            program = self._read(process, since)
        except UnreadableError:
            return
        was = old.program
        if program and (was is None or program.args or (program.files, program.unread) != (was.files, was.unread)):
            self._begin(self._traced(SeenProgram(process, program), self._known))
        self._complete(process, since, program, turn)

    def _begin(self, seen: SeenProgram) -> None:
        pid = seen.process.pid
        before = pid in self.games
        super()._begin(seen)
        if pid in self.games and pid in self._known:
            self._ends.follow(seen.identity)
            for child in () if before else tuple(self._known.values()):  # seen before it was known that this is a game
                if child.process.parent == pid and (new := self._traced(child, self._known)) != child:
                    self._begin(new)

    def _end(self, pid: int, mono: int) -> None:
        if pid in self.games:
            self._over(self._known[pid])
        super()._end(pid, mono)

    def _over(self, seen: SeenProgram) -> None:
        if seen.program is not None:
            self._starters.over(seen.program)

    def _traced(self, seen: SeenProgram, known: Mapping[int, SeenProgram]) -> SeenProgram:
        if seen.program is None:
            return seen

        def running(pid: int) -> Program | None:
            return known[pid].program if pid in known else None

        return replace(seen, program=self._starters.traced(seen.program, running, self.catalogue))

    def _told(self, program: Program) -> Program:
        """As it is told: what may still be read in a moment is not unread."""
        return program if not program.unread or program.identity in self._given_up else replace(program, unread=False)

    def _anew(self, old: SeenProgram) -> SeenProgram:
        new = SeenProgram(old.process, old.program and self._read(old.process, old.program.since))
        return self._traced(new, self._known)

    def _read(self, process: Process, since: int) -> Program | None:
        """UnreadableError."""
        return self._reading(process.pid, lambda: self._whole(process, since))

    def _whole(self, process: Process, since: int) -> Program | None:
        """What is known of it holds where it is not read in time: a process runs one executable to its end. But what was read
        before it said what it was told is not all.
        """
        try:
            found = self.readings.read(process, since, self.catalogue)
        except HeldError:
            self._held.add(process.identity)
            known = self._known.get(process.pid)
            old = known.program if known is not None and known.identity == process.identity else None
            if old is None or self.programs.is_held(old, process):
                return self.programs.held(process, since)
            return old if process.identity in self._heard else replace(old, unread=True)
        self._held.discard(process.identity)
        if found is not None and found.args:
            self._heard.add(process.identity)
        return self._kept(process, found)

    def _kept(self, process: Process, new: Program | None) -> Program | None:
        """A process runs one executable to its end: what was once seen of it is not unsaid by a file that was renamed, locked
        or taken away since, nor by a command line that it wrote anew.
        """
        known = self._known.get(process.pid)
        old = known.program if known is not None and known.process.started == process.started else None
        if old is None or new is None:
            return new or old
        new = replace(new, origin=old.origin)
        if self.programs.is_held(old, process):
            return new
        here = {(file.path, file.size, file.build_id) for file in new.files}
        lost = tuple(file for file in old.files if (file.path, file.size, file.build_id) not in here)
        args = new.args if process.pid not in self.games else tuple(dict.fromkeys((*new.args, *old.args)))
        return replace(new, files=(*new.files, *lost)[:_MOST_FILES], args=args, unread=new.unread and old.unread)

    def _hidden(self, process: Process, program: Program | None) -> bool:
        """Whether somebody's program keeps from us what it is: then it may be a game."""
        if process.session == 0 or not self.programs.everybody:
            return False
        if program is None or program.unread or not program.files[0].size:
            return program is None or self.catalogue.recognise(program) is None
        return False

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
