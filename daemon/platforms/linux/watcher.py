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
from daemon.platforms.linux.ending.asker import Asker
from daemon.platforms.linux.ending.freezing import thaw
from daemon.platforms.linux.first import raise_descriptors
from daemon.platforms.linux.gate.covered import Changes, Covered, described
from daemon.platforms.linux.gate.execgate import BROKEN, ExecGate
from daemon.platforms.linux.gate.telling import cause
from daemon.platforms.linux.helper import Helper
from daemon.platforms.linux.kernel.tags import Event, EventsLostError, KernelTags
from daemon.platforms.linux.reading.client import Reader
from daemon.platforms.linux.reading.wants import wants_of
from daemon.platforms.linux.watching.poll import Poller
from daemon.platforms.linux.watching.tracker import Tracker
from daemon.platforms.processes import BlindError, Identity
from daemon.platforms.troubles import BLIND, HELD, UNREADABLE
from daemon.platforms.watcher import EVENTS, LOST, TrackingWatcher
from host.clock import Clock
from i18n.message import Arg, comma, msg, said_by
from rules.games import Fingerprint, Program
from rules.installed import sizes

NOT_ASKED = "not-asked"
PAUSES_S = (0.5, 2.0, 5.0, 15.0, 60.0)
_STOOD_MS = 120_000  # what stood so long is tried again as soon as the first time
_SWITCH_S = 0.0005  # how long the gate's thread waits for the loop's to let it run
_USUAL_SWITCH_S = 0.005


class Backoff:
    """When what broke, or could not be had, is tried anew: soon, then less and less often. One try at a time."""

    def __init__(self) -> None:
        self._tries = 0
        self._tried = 0
        self._timer: asyncio.TimerHandle | None = None

    def later(self, loop: asyncio.AbstractEventLoop, now: int, work: Callable[[], None]) -> None:
        """`now` is of the clock that play is counted on, in milliseconds."""
        self.stop()
        if now - self._tried > _STOOD_MS:
            self._tries = 0
        pause = PAUSES_S[min(self._tries, len(PAUSES_S) - 1)]
        self._tries, self._tried = self._tries + 1, now + int(pause * 1000)
        self._timer = loop.call_later(pause, work)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class Events:
    """Tells the tracker of the events of the kernel that carries tags; `tags` is None where it does not. `trouble` as
    TrackingWatcher has it.
    """

    def __init__(self, tracker: Tracker, trouble: Callable[..., None]) -> None:
        self._tracker, self._trouble = tracker, trouble
        self._loop: asyncio.AbstractEventLoop | None = None
        self.tags: KernelTags | None = None

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """OSError: no rights, or a kernel without them."""
        if os.geteuid() != 0:
            raise PermissionError("needs root")
        self.tags = self._tracker.tags = KernelTags()
        self.tags.watch_root(on=self._tracker.root)
        self._loop = loop
        loop.add_reader(self.tags.fileno(), self.read)

    def stop(self) -> None:
        if self.tags and self._loop:
            self._loop.remove_reader(self.tags.fileno())
            self.tags.close()
        self._loop = self.tags = self._tracker.tags = None

    def read(self) -> None:
        """What has happened by now."""
        if self.tags is None:
            return
        try:
            events = self.tags.read()
        except EventsLostError as error:
            events = error.events
            self._trouble(LOST, again=True)  # upon which all is looked at
        for event in events:
            self._happened(event)

    def _happened(self, event: Event) -> None:
        try:
            self._tracker.happened(event)
        except BlindError as error:
            self._trouble(BLIND, said_by(error))
        except Exception as error:  # noqa: BLE001 - one event must not cost the others
            if self._loop:
                self._loop.call_exception_handler({"message": f"{event}", "exception": error})


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
        self._gate_again, self._events_again = Backoff(), Backoff()
        self._kept: list[tuple[Helper, Backoff]] = []
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
        self._tracker.later, self._reader.soon = loop.call_later, loop.call_soon
        self._tracker.start(sink)
        self._keep(loop, self._reader, HELD)
        if self._asker:
            self._keep(loop, self._asker, NOT_ASKED)
        self._reader.start()
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
        if not self._events.tags:
            with suppress(BlindError):  # the next turn tells
                self._tracker.look(self._poller.pids())
        self._events.read()
        return True

    def resume(self, programs: Mapping[Identity, tuple[str, str]]) -> None:
        self._tracker.resume(programs)

    def refuse(self, refusals: Refusals) -> None:
        before, hurried = self._refusals, self._hurry()
        self._refusals = refusals
        if self._loop and self._hurry() and not hurried and not self._events.tags:
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
        self._events_again.stop()
        self._events.stop()
        self._poller.stop(self._loop)
        self._tracker.stop()
        for helper, again in self._kept:
            again.stop()
            if helper.line is not None:
                self._loop.remove_reader(helper.line.fileno())
            helper.begun = helper.well = helper.over = lambda: None
            helper.close()
        self._kept.clear()
        self._open.pop(NOT_ASKED, None)
        super().stop()

    # --- how well -----------------------------------------------------------------------------------------------------------

    def sound(self) -> bool:
        return self._gate is None or self._gate.beats()

    def _say_kind(self) -> None:
        self.kind = "gate" if self._gate else "events" if self._events.tags else "poll"

    def _follow(self) -> None:
        """Where no event tells of its end, that is waited for from now on."""
        if self._loop and not self._events.tags:
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

    # --- helpers: errands and the reader -------------------------------------------------------------------------------------

    def _keep(self, loop: asyncio.AbstractEventLoop, helper: Helper, issue: str) -> None:
        """Have the loop listen to it, and start it anew when it is over."""
        again = Backoff()

        def begun() -> None:
            again.stop()
            if helper.line is not None:
                loop.add_reader(helper.line.fileno(), helper.listen)

        def over() -> None:
            if helper.line is not None:
                loop.remove_reader(helper.line.fileno())
            self._trouble(issue)
            again.later(loop, self._clock.mono(), self._start_helpers)

        helper.begun, helper.well, helper.over = begun, lambda: self._well(issue), over
        self._kept.append((helper, again))

    def _start_helpers(self) -> None:
        """Under a gate nothing can be started: it is taken down for that moment, and set up again with the helpers."""
        gate = self._gate is not None
        if gate and self._loop:
            self._stop_gate(self._loop)
        for helper, _ in self._kept:
            helper.start()
        if gate:
            self._set_up_gate()

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
