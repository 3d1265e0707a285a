"""Gate, events and polling as one Watcher: the best that this machine and our rights allow."""

from __future__ import annotations

import asyncio
import errno
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from daemon.api.issues import ISSUES
from daemon.api.messages import FileSystem
from daemon.platforms.api import Observation, ProgramStopped, Refusals, StartRefused, WatchTrouble
from daemon.platforms.linux.again import Backoff
from daemon.platforms.linux.ending.asker import Asker
from daemon.platforms.linux.first import raise_descriptors
from daemon.platforms.linux.gate import mounts
from daemon.platforms.linux.gate.covered import Covered, described
from daemon.platforms.linux.gate.execgate import BROKEN, ExecGate, cause
from daemon.platforms.linux.gate.handing import Lets
from daemon.platforms.linux.reading.crew import Crew
from daemon.platforms.linux.watching.events import Events
from daemon.platforms.linux.watching.loading import LoadedCode
from daemon.platforms.linux.watching.noticing import Noticing
from daemon.platforms.linux.watching.poll import Poller
from daemon.platforms.linux.watching.served import Reading
from daemon.platforms.linux.watching.tracker import LinuxTracker
from daemon.platforms.processes import BlindError
from daemon.platforms.tracker import BLIND, HELD
from daemon.platforms.watcher import TrackingWatcher
from host.clock import Clock
from i18n.message import Arg, comma, msg, said_by
from rules.games import Program
from rules.installed import sizes

NOT_ASKED = "not-asked"
_SWITCH_S = 0.0005  # how long the gate's thread waits for the loop's to let it run
_USUAL_SWITCH_S = 0.005


class LinuxWatcher(TrackingWatcher):
    """`gate_mounts`: where to refuse starts; None: everywhere, (): nowhere. `asker`, `crew`: whose processes we keep."""

    def __init__(
        self, tracker: LinuxTracker, clock: Clock, gate_mounts: tuple[str, ...] | None,
        asker: Asker | None = None, crew: Crew | None = None,
    ) -> None:  # fmt: skip
        super().__init__(tracker, tracker.programs.images, clock)
        self._tracker = tracker
        self._gate_mounts = gate_mounts
        self._covered = Covered(gate_mounts)
        self._asker = asker
        images = tracker.programs.images, tracker.programs.slow_images
        self._reading = Reading(crew, *images, self._trouble, self._readers_over) if crew else None
        self._gate: ExecGate | None = None
        self._changes: mounts.Changes | None = None
        self._again = Backoff()
        self._errands_again = Backoff()
        self._readers_again = Backoff()
        self._poller = Poller(tracker, clock, self._often)
        self._loaded = LoadedCode(clock, tracker.loaded)
        self._events = Events(tracker, clock, self._poller, self._trouble, self._well)
        self._noticing = Noticing(tracker, clock, self._poller, self._events, self._trouble, self._well, self._say_kind)

    # --- the protocol ------------------------------------------------------------------------------------------------------

    def start(self, sink: Callable[[Observation], None]) -> None:
        raise_descriptors()
        super().start(sink)
        self._tracker.programs.lines.start(partial(self._on_loop, self._tracker.found_out))
        loop = asyncio.get_running_loop()
        self._loaded.later, self._loaded.on_loop = loop.call_later, self._on_loop
        self._loaded.held = lambda what, account: self._trouble(HELD, what, account=account)
        self._loaded.read, self._loaded.unread = self._tracker.programs.loaded.read, self._tracker.not_read
        self._tracker.other = self._loaded.seen
        if self._asker:
            self._asker.watch = self
        if self._reading:
            self._reading.start(loop)
        self._noticing.start(loop)
        self._say_kind()
        if self._gate_mounts != () and os.geteuid() == 0:  # nobody else may have one
            self._set_up_gate()

    def _scan(self) -> tuple[Program, ...]:
        return self._tracker.scan(self._poller.pids)

    def refuse(self, refusals: Refusals) -> None:
        hurried = self._hurry()
        super().refuse(refusals)
        if self._loop and self._hurry() and not hurried:
            self._noticing.hurry(self._loop)
        programs = self._tracker.programs
        programs.only, programs.images.sizes = frozenset(refusals.only), sizes(refusals.only.values())
        programs.root = refusals.root
        self._events.hear_root(root=refusals.root)
        if self._gate:
            self._gate.arm(refusals)

    def file_systems(self) -> tuple[FileSystem, ...]:
        with suppress(BlindError):
            return described(mounts.table(), self._covered.devices if self.kind == "gate" else ())
        return ()

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
        self._readers_again.stop()
        self._tracker.programs.lines.stop()
        if self._reading:
            self._reading.stop()
        self._noticing.stop()
        self._loaded.stop()
        super().stop()

    # --- how well -----------------------------------------------------------------------------------------------------------

    def sound(self) -> bool:
        return self._gate is None or self._gate.beats()

    def _say_kind(self) -> None:
        self.kind = "gate" if self._gate else "events" if self._noticing.told else "poll"

    def _often(self) -> bool:
        return self._noticing.told or self._hurry()  # who polls although there were events has to see what they would have told

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

    # --- readers -----------------------------------------------------------------------------------------------------------

    def _readers_over(self) -> None:
        if self._loop:
            self._readers_again.later(self._loop, self._clock.mono(), self._start_readers)

    def _start_readers(self) -> None:
        """As errands."""
        if self._loop and self._gate:
            self._stop_gate(self._loop)
            self._set_up_gate()
        elif self._loop and self._reading:
            self._reading.renew(self._loop)

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
            self._gate_later(self._loop)
        self._say_kind()

    def _gate_later(self, loop: asyncio.AbstractEventLoop) -> None:
        self._again.later(loop, self._clock.mono(), self._set_up_gate)

    def _start_gate(self, loop: asyncio.AbstractEventLoop) -> bool:
        if self._asker:
            self._asker.start()
        if self._reading:
            self._reading.renew(loop)
        lets = Lets(self._clock, self._on_loop, loop.call_later, self._tracker.let, self._look_for_missed)
        gate = ExecGate(
            self._clock, self._from_gate, lets.take, self._reading.gate_line if self._reading else None,
            lambda came: self._on_loop(partial(self._proved, came=came)),
        )  # fmt: skip
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
            for seen in self._gate.close():
                self._tell(seen)
            sys.setswitchinterval(_USUAL_SWITCH_S)
            self._events.relieve(proved=False)
        self._gate = self._changes = None
        self._covered.devices = frozenset()

    def _mounts_changed(self, changes: mounts.Changes) -> None:
        changes.seen()
        if self._cover():
            self._poller.look_at_all()  # what started there before the gate was asked

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
        self._on_loop(self._heard, seen)

    def _proved(self, *, came: bool) -> None:
        if self._gate:
            self._events.relieve(proved=came)

    def _look_for_missed(self) -> None:
        if self._loop:
            self._poller.look_for_new()

    def _heard(self, seen: StartRefused | ProgramStopped | WatchTrouble) -> None:
        if isinstance(seen, WatchTrouble) and seen.id == BROKEN and self._loop:
            self._stop_gate(self._loop)
            self._open[seen.id] = self._clock.mono()
            self._gate_later(self._loop)
            self._say_kind()
        if isinstance(seen, WatchTrouble) and seen.id == HELD:
            self._trouble(HELD, seen.text)
        else:
            self._tell(seen)


def _why(error: OSError) -> Arg:
    return cause(error) if error.errno == errno.EINVAL else said_by(error)
