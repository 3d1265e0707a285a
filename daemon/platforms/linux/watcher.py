"""Gate, kernel tags, events and polling as one Watcher: the best that this machine and our rights allow."""

from __future__ import annotations

import asyncio
import errno
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress

from daemon.api.issues import ISSUES
from daemon.api.messages import FileSystem
from daemon.platforms.api import Observation, ProgramStopped, Refusals, StartRefused, WatchTrouble
from daemon.platforms.linux import mounts
from daemon.platforms.linux.again import Backoff
from daemon.platforms.linux.ending.asker import Asker
from daemon.platforms.linux.ending.freezing import thaw
from daemon.platforms.linux.first import raise_descriptors
from daemon.platforms.linux.gate.covered import Changes, Covered, described
from daemon.platforms.linux.gate.execgate import BROKEN, ExecGate
from daemon.platforms.linux.gate.telling import cause
from daemon.platforms.linux.reading.client import Reader
from daemon.platforms.linux.reading.wants import wants_of
from daemon.platforms.linux.watching.events import Events
from daemon.platforms.linux.watching.poll import Poller
from daemon.platforms.linux.watching.tracker import Tracker
from daemon.platforms.processes import BlindError, Identity
from daemon.platforms.tracker import BLIND, HELD, UNREADABLE
from daemon.platforms.watcher import EVENTS, TrackingWatcher
from host.clock import Clock
from i18n.message import Arg, comma, msg, said_by
from rules.games import Fingerprint, Program
from rules.installed import sizes

NOT_ASKED = "not-asked"
_SWITCH_S = 0.0005  # how long the gate's thread waits for the loop's to let it run
_USUAL_SWITCH_S = 0.005


class LinuxWatcher(TrackingWatcher):
    """`gate_mounts`: where to refuse starts; None: everywhere, (): nowhere. `reader`, `asker`: whose processes we keep."""

    def __init__(
        self, tracker: Tracker, reader: Reader, clock: Clock, gate_mounts: tuple[str, ...] | None, asker: Asker | None = None
    ) -> None:
        super().__init__(clock)
        self._tracker, self._reader, self._asker = tracker, reader, asker
        self._gate_mounts = gate_mounts
        self._covered = Covered(gate_mounts)
        self._gate: ExecGate | None = None
        self._changes: Changes | None = None
        self._gate_again, self._errands_again, self._reader_again, self._events_again = (Backoff() for _ in range(4))
        self._heard: int | None = None  # the reader's line that the loop listens to
        self._poller = Poller(tracker, self._hurry)
        self._events = Events(tracker, self._trouble)
        tracker.trouble, tracker.began = self._trouble, self._follow
        reader.trouble = lambda what: self._trouble(UNREADABLE, what)

    # --- the protocol ------------------------------------------------------------------------------------------------------

    def start(self, sink: Callable[[Observation], None]) -> None:
        raise_descriptors()
        thaw()  # what a daemon before us left standing still
        super().start(sink)
        loop = asyncio.get_running_loop()
        self._tracker.later, self._reader.soon, self._reader.over = loop.call_later, loop.call_soon, self._reader_over
        self._tracker.start(sink)
        if self._asker:
            self._asker.watch = self
        self._start_reader()
        if not self._listen(loop):
            self._poller.start(loop)
        self._say_kind()
        if self._gate_mounts != () and os.geteuid() == 0:  # nobody else may have one
            self._set_up_gate()

    def _scan(self) -> tuple[Program, ...]:
        self._events.read()
        return self._tracker.scan(self._poller.pids())

    def _running(self) -> tuple[Program, ...]:
        return self._tracker.running()

    def look(self) -> bool:
        if self._loop is None:
            return True
        if not self._events.reading:
            with suppress(BlindError):  # the next turn tells
                self._tracker.look(self._poller.pids())
        self._events.read()
        return True

    def resume(self, programs: Mapping[Identity, tuple[str, str]]) -> None:
        self._tracker.resume(programs)

    def refuse(self, refusals: Refusals) -> None:
        before, hurried = self._refusals, self._hurry()
        self._refusals = refusals
        if self._loop and self._hurry() and not hurried and not self._events.reading:
            self._poller.soon(self._loop)
        strict = refusals.watched | refusals.only.keys()
        self._tracker.watch(refusals.catalogue, frozenset(strict), root=refusals.root)
        if before is None or before.catalogue is not refusals.catalogue or before.only != refusals.only:
            self._reader.want(wants_of(refusals.catalogue, sizes(refusals.only.values())))
        if self._events.tags:
            self._events.tags.watch_root(on=refusals.root)
        if self._gate:
            self._gate.arm(refusals)

    def file_systems(self) -> tuple[FileSystem, ...]:
        with suppress(BlindError):
            return described(mounts.table(), self._covered.devices if self.kind == "gate" else ())
        return ()

    def _hurry(self) -> bool:
        """Whether something may have to be ended soon."""
        refusals = self._refusals
        return self._tracker.plays or bool(refusals and (any(refusals.refused.values()) or refusals.only))

    def stop(self) -> None:
        if self._loop is None:
            return
        self._gate_again.stop()
        self._stop_gate(self._loop)
        if self._asker:
            self._asker.close()
            self._asker.watch = None
            self._open.pop(NOT_ASKED, None)
        for one in (self._errands_again, self._reader_again, self._events_again):
            one.stop()
        self._events.stop()
        self._poller.stop(self._loop)
        self._tracker.stop()
        self._forget_reader(self._loop)
        self._reader.over = lambda: None
        self._reader.close()
        super().stop()

    # --- how well -----------------------------------------------------------------------------------------------------------

    def sound(self) -> bool:
        return self._gate is None or self._gate.beats()

    def _say_kind(self) -> None:
        self.kind = "gate" if self._gate else "events" if self._events.reading else "poll"

    def _follow(self) -> None:
        """Where no event tells of its end, that is waited for from now on."""
        if self._loop and not self._events.reading:
            self._poller.soon(self._loop, 0)

    def _listen(self, loop: asyncio.AbstractEventLoop) -> bool:
        """Or try again later, if events could ever be ours."""
        try:
            self._events.start(loop)
        except OSError as error:
            self._trouble(EVENTS, said_by(error))
            if os.geteuid() == 0:
                self._events_again.later(loop, self._clock.mono(), lambda: self._listen_at_last(loop))
            return False
        return True

    def _listen_at_last(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._listen(loop):
            self._poller.stop(loop)
            self._well(EVENTS)
            self.look()
            self._say_kind()

    # --- helpers: errands (asker.Watch) and the reader ---------------------------------------------------------------------

    def errands_begun(self, line: int) -> None:
        self._errands_again.stop()
        if self._loop and self._asker:
            self._loop.add_reader(line, self._asker.listen)

    def errands_well(self) -> None:
        self._well(NOT_ASKED)

    def errands_over(self, line: int | None) -> None:
        if self._loop:
            if line is not None:
                self._loop.remove_reader(line)
            self._trouble(NOT_ASKED)
            self._errands_again.later(self._loop, self._clock.mono(), self._start_errands)

    def _start_errands(self) -> None:
        if not self._open_gate_for_helpers() and self._asker:
            self._asker.start()

    def _start_reader(self) -> None:
        if self._loop is None or self._open_gate_for_helpers():
            return
        if self._reader.start() and self._reader.line is not None:
            self._heard = self._reader.line.fileno()
            self._loop.add_reader(self._heard, self._reader.listen)
            self._well(HELD)
        else:
            self._reader_over()

    def _reader_over(self) -> None:
        if self._loop:
            self._forget_reader(self._loop)
            self._trouble(HELD)
            self._reader_again.later(self._loop, self._clock.mono(), self._start_reader)

    def _forget_reader(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._heard is not None:
            loop.remove_reader(self._heard)
            self._heard = None

    def _open_gate_for_helpers(self) -> bool:
        """Under a gate nothing can be started: it is taken down for that moment, and set up again with the helpers."""
        if self._loop is None or self._gate is None:
            return False
        self._stop_gate(self._loop)
        self._start_reader()
        self._set_up_gate()
        return True

    # --- the gate ----------------------------------------------------------------------------------------------------------

    def _set_up_gate(self) -> None:
        """Or try again later, as long as somebody watches. What was wrong with the gate is over once it is."""
        if self._loop is None:
            return
        if self._start_gate(self._loop):
            self._well("watch-gate")
            for id_ in ("gate-failed", "gate-blind", "gate-unread"):  # told by the gate before, which cannot take it back
                self._tell_soon(WatchTrouble(id_, ISSUES[id_], over=True))
        else:
            self._gate_again.later(self._loop, self._clock.mono(), self._set_up_gate)
        self._say_kind()

    def _start_gate(self, loop: asyncio.AbstractEventLoop) -> bool:
        if self._asker:
            self._asker.start()
        gate = ExecGate(self._clock, self._from_gate, self._let)
        try:
            gate.open()
        except OSError as error:
            self._trouble("watch-gate", cause(error))
            return False
        self._gate = gate
        if self._refusals:
            gate.arm(self._refusals)
        sys.setswitchinterval(_SWITCH_S)
        self._cover()
        with suppress(OSError):
            self._changes = Changes()
            loop.add_reader(self._changes.fileno(), self._mounts_changed, self._changes)
        return True

    def _let(self, pid: int, uid: int, file: Fingerprint) -> None:
        """In the gate's thread: it is about to let this process start a game."""
        tag = self._tracker.allow(pid, uid, file)
        if tags := self._events.tags:
            tags.let(pid, tag)

    def _stop_gate(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._changes:
            loop.remove_reader(self._changes.fileno())
            self._changes.close()
        if self._gate:
            for seen in self._gate.close():
                self._tell(seen)
            sys.setswitchinterval(_USUAL_SWITCH_S)
        self._gate = self._changes = None
        self._covered.devices = frozenset()

    def _mounts_changed(self, changes: Changes) -> None:
        changes.seen()
        if self._cover():  # something may have started there before the gate was asked
            with suppress(BlindError):
                self._tracker.look(self._poller.pids())

    def _cover(self) -> bool:
        """Have the gate asked for every file system. Whether there is one that it was not asked for before."""
        if self._gate is None:
            return False
        try:
            new, missed = self._covered.renew(self._gate.watch)
        except BlindError as error:
            self._trouble(BLIND, said_by(error))
            return False
        told = [msg("{where}: {why}", where=path, why=_why(error)) for path, error in missed]
        if told:
            self._trouble("gate-mounts", comma(told))
        else:
            self._well("gate-mounts")
        return new

    def _from_gate(self, seen: StartRefused | ProgramStopped | WatchTrouble) -> None:
        """In the gate's thread."""
        self._on_loop(self._heard_from_gate, seen)

    def _heard_from_gate(self, seen: StartRefused | ProgramStopped | WatchTrouble) -> None:
        if isinstance(seen, WatchTrouble) and seen.id == BROKEN and self._loop:
            self._stop_gate(self._loop)
            self._open[seen.id] = self._clock.mono()
            self._gate_again.later(self._loop, self._clock.mono(), self._set_up_gate)
            self._say_kind()
        self._tell(seen)


def _why(error: OSError) -> Arg:
    return cause(error) if error.errno == errno.EINVAL else said_by(error)
