"""Gate, events and polling as one Watcher: the best that this machine and our rights allow."""

from __future__ import annotations

import asyncio
import errno
import resource
import sys
from collections.abc import Callable
from contextlib import suppress

from daemon.api.issues import ISSUES
from daemon.platforms.api import Observation, ProgramStopped, Refusals, StartRefused, WatchTrouble
from daemon.platforms.linux.ending.asker import Asker
from daemon.platforms.linux.gate import mounts
from daemon.platforms.linux.gate.again import Backoff
from daemon.platforms.linux.gate.execgate import BROKEN, ExecGate, cause
from daemon.platforms.linux.watching.events import Events
from daemon.platforms.linux.watching.passed import Started
from daemon.platforms.linux.watching.poll import Poller
from daemon.platforms.linux.watching.tracker import LinuxTracker
from daemon.platforms.watcher import EVENTS, TrackingWatcher
from host.clock import Clock
from i18n.message import comma, msg, said_by
from rules.games import Program
from rules.installed import sizes

NOT_ASKED = "not-asked"
_SWITCH_S = 0.0005  # how long the gate's thread waits for the loop's to let it run
_USUAL_SWITCH_S = 0.005


class LinuxWatcher(TrackingWatcher):
    """`gate_mounts`: where to refuse starts; None: everywhere, (): nowhere. `asker`: whose errands are kept running."""

    def __init__(
        self, tracker: LinuxTracker, clock: Clock, gate_mounts: tuple[str, ...] | None,
        asker: Asker | None = None,
    ) -> None:  # fmt: skip
        super().__init__(tracker, tracker.programs.images, clock)
        self._tracker = tracker
        self._gate_mounts = gate_mounts
        self._asker = asker
        self._gate: ExecGate | None = None
        self._changes: mounts.Changes | None = None
        self._again = Backoff()
        self._errands_again = Backoff()
        self._poller = Poller(tracker, clock, self._often)
        self._events = Events(tracker, clock, self._poller, self._trouble, self._well)

    # --- the protocol ------------------------------------------------------------------------------------------------------

    def start(self, sink: Callable[[Observation], None]) -> None:
        raise_descriptors()
        super().start(sink)
        loop = asyncio.get_running_loop()
        if self._asker:
            self._asker.watch = self
        if not self._start_events(loop):
            self._tracker.look = self._poller.look_for_new
            self._poller.start(loop)
        elif self._gate_mounts != ():
            self._set_up_gate()

    def _scan(self) -> tuple[Program, ...]:
        return self._tracker.scan(self._poller.pids)

    def refuse(self, refusals: Refusals) -> None:
        super().refuse(refusals)
        programs = self._tracker.programs
        programs.only, programs.images.sizes = frozenset(refusals.only), sizes(refusals.only.values())
        if self._gate:
            self._gate.arm(refusals)

    def _hurry(self) -> bool:
        return super()._hurry() or bool(self._refusals and self._refusals.only)

    def stop(self) -> None:
        if self._loop is None:
            return
        self._again.stop()
        self._stop_gate(self._loop)
        if self._asker:
            self._asker.close()
            self._asker.watch = None
            self._open.pop(NOT_ASKED, None)
        self._errands_again.stop()
        self._events.stop()
        self._poller.stop()
        super().stop()

    # --- events ------------------------------------------------------------------------------------------------------------

    def _start_events(self, loop: asyncio.AbstractEventLoop) -> bool:
        try:
            self._events.start(loop)
        except OSError as error:
            self._trouble(EVENTS, said_by(error))
            return False
        self.kind = "events"
        return True

    def _often(self) -> bool:
        return self.kind != "poll" or self._hurry()  # who polls although there were events has to see what they would have told

    # --- errands (asker.Watch) ---------------------------------------------------------------------------------------------

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
        """Anew. A gate is opened for it, for the moment that it takes: under one nothing can be started."""
        if self._loop and self._gate:
            self._stop_gate(self._loop)
            self._set_up_gate()
        elif self._asker:
            self._asker.start()

    # --- the gate ----------------------------------------------------------------------------------------------------------

    def _set_up_gate(self) -> None:
        """Or try again later, as long as somebody watches. What was wrong with the gate is over once it is."""
        if self._loop is None:
            return
        if self._start_gate(self._loop):
            self.kind = "gate"
            self._well("watch-gate")
            self._well("gate-watchdog")
            for id_ in ("gate-failed", "gate-blind", "gate-unread"):  # told by the gate before, which cannot take it back
                self._tell_soon(WatchTrouble(id_, ISSUES[id_], over=True))
        else:
            self._gate_later(self._loop)

    def _gate_later(self, loop: asyncio.AbstractEventLoop) -> None:
        self.kind = "events"
        self._again.later(loop, self._clock.mono(), self._set_up_gate)

    def _start_gate(self, loop: asyncio.AbstractEventLoop) -> bool:
        if self._asker:
            self._asker.start()
        gate = ExecGate(self._clock, self._from_gate, self._let_by_gate)
        try:
            gate.open()
        except OSError as error:
            self._trouble("watch-gate", cause(error))
            return False
        self._gate = gate
        self._tracker.passed = gate.passed.take
        if self._refusals:
            gate.arm(self._refusals)
        sys.setswitchinterval(_SWITCH_S)
        if gate.watchdog:
            loop.add_reader(gate.watchdog.pidfd, self._watchdog_gone, gate.watchdog.pidfd)
        self._cover()
        with suppress(OSError):
            self._changes = mounts.Changes()
            loop.add_reader(self._changes.fileno(), self._mounts_changed, self._changes)
        return True

    def _stop_gate(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._changes:
            loop.remove_reader(self._changes.fileno())
            self._changes.close()
        if self._gate:
            if self._gate.watchdog:
                loop.remove_reader(self._gate.watchdog.pidfd)
            self._gate.close()
            sys.setswitchinterval(_USUAL_SWITCH_S)
        self._gate = self._changes = None

    def _mounts_changed(self, changes: mounts.Changes) -> None:
        changes.seen()
        self._cover()

    def _cover(self) -> None:
        """Watch all that is to be watched. Again for those that are: a device's number may belong to another disk by now."""
        if self._gate is None:
            return
        missed = []
        for path in self._paths():
            try:
                self._gate.watch(path)
            except OSError as error:
                why = cause(error) if error.errno == errno.EINVAL else said_by(error)
                missed.append(msg("{where}: {why}", where=path, why=why))
        if missed:
            self._trouble("gate-mounts", comma(missed))
        else:
            self._well("gate-mounts")

    def _paths(self) -> list[str]:
        if self._gate_mounts is not None:
            return list(self._gate_mounts)
        return list(mounts.holding_programs().values())

    def _watchdog_gone(self, pidfd: int) -> None:
        """Without it a gate that hangs would hang the machine: the gate is set up anew, with another one."""
        if self._loop:
            self._loop.remove_reader(pidfd)
            self._trouble("gate-watchdog")
            self._stop_gate(self._loop)
            self._gate_later(self._loop)

    def _from_gate(self, seen: StartRefused | ProgramStopped | WatchTrouble) -> None:
        """In the gate's thread."""
        self._on_loop(self._heard, seen)

    def _let_by_gate(self, started: Started) -> None:
        """In the gate's thread."""
        self._on_loop(self._tracker.let, started.pid, started.mono)

    def _heard(self, seen: StartRefused | ProgramStopped | WatchTrouble) -> None:
        if isinstance(seen, WatchTrouble) and seen.id == BROKEN and self._loop:
            self._stop_gate(self._loop)  # before its watchdog misses a heart that beats no more
            self._open[seen.id] = self._clock.mono()
            self._gate_later(self._loop)
        self._tell(seen)


def raise_descriptors() -> None:
    """As many files as the hard limit allows: the usual soft limit is for programs that use select(2), which we do not."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
