"""Gate, events and polling as one Watcher: the best that this machine and our rights allow."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from daemon.platforms.api import Observation, Refusals, StartRefused, WatchKind, WatchTrouble
from daemon.platforms.linux import procfs
from daemon.platforms.linux.descriptors import raise_descriptors
from daemon.platforms.linux.gate import mounts
from daemon.platforms.linux.gate.execgate import BROKEN, ExecGate
from daemon.platforms.linux.watching.connector import Connector, EventsLostError
from daemon.platforms.linux.watching.poll import Poller
from daemon.platforms.linux.watching.tracker import BLIND, UNREADABLE, Tracker
from host.clock import Clock
from i18n.message import msg
from rules.games import Program

_NS = 1_000_000
_AT_ONCE = 256
_AT_ONCE_MS = 50
_HELD_MS = 600_000  # what comes once comes again and again: one Issue, until it has not come for so long
_HELD = frozenset(("events-lost", BLIND, UNREADABLE))
_SWITCH_S = 0.0005  # how long the gate's thread waits for the loop's to let it run
_USUAL_SWITCH_S = 0.005

_TEXTS = {
    "watch-events": msg("the system does not tell what starts: games are ended when a look finds them"),
    "watch-gate": msg("starts cannot be refused before they run: refused games are ended right after their start"),
    "events-lost": msg("some starts were not told; everything that runs was looked at anew"),
    UNREADABLE: msg("a program cannot be read, so nobody knows whether it is a game"),
    BLIND: msg("out of descriptors or memory to look at programs; plays that run go on being counted"),
    "gate-mounts": msg("the exec gate does not cover all disks"),
    "gate-watchdog": msg("the exec gate's watchdog was ended; restart the daemon"),
}


class LinuxWatcher:
    """platforms.api.Watcher. `gate_mounts`: where to refuse starts; None: everywhere, (): nowhere."""

    def __init__(self, tracker: Tracker, clock: Clock, gate_mounts: tuple[str, ...] | None) -> None:
        self.kind: WatchKind = "poll"
        self._tracker = tracker
        self._clock = clock
        self._gate_mounts = gate_mounts
        self._refusals: Refusals | None = None
        self._sink: Callable[[Observation], None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._connector: Connector | None = None
        self._gate: ExecGate | None = None
        self._changes: mounts.Changes | None = None
        self._poller = Poller(tracker, clock, self._hurry)
        self._open: set[str] = set()
        self._last: dict[str, int] = {}
        tracker.trouble, tracker.well = self._trouble_once, self._well

    # --- the protocol ------------------------------------------------------------------------------------------------------

    def start(self, sink: Callable[[Observation], None]) -> None:
        raise_descriptors()
        self._sink, self._loop = sink, asyncio.get_running_loop()
        self._tracker.start(sink, self._loop)
        if not self._start_events(self._loop):
            self._poller.start(self._loop)
        elif self._gate_mounts != () and self._start_gate(self._loop):
            self.kind = "gate"

    def scan(self) -> tuple[Program, ...]:
        found = self._tracker.scan(procfs.pids if self._connector else self._poller.pids)
        self._well("events-lost")
        return found

    def refuse(self, refusals: Refusals) -> None:
        self._refusals = refusals
        self._tracker.catalogue = refusals.catalogue
        if self._gate:
            self._gate.arm(refusals)

    def stop(self) -> None:
        if self._loop is None:
            return
        self._stop_gate(self._loop)
        if self._connector:
            self._loop.remove_reader(self._connector.fileno())
            self._connector.close()
        self._poller.stop()
        self._tracker.stop()
        self._sink = self._loop = self._connector = None
        self.kind = "poll"

    # --- events ------------------------------------------------------------------------------------------------------------

    def _start_events(self, loop: asyncio.AbstractEventLoop) -> bool:
        try:
            if os.geteuid() != 0:
                raise PermissionError("needs root")
            self._connector = Connector()
        except OSError as error:
            self._trouble("watch-events", str(error.strerror or error))
            return False
        self._tracker.games_changed = self._follow_games
        loop.add_reader(self._connector.fileno(), self._events)
        self.kind = "events"
        return True

    def _follow_games(self) -> None:
        if self._connector:
            with suppress(OSError):  # then the next scan finds what a game forked
                self._connector.follow(self._tracker.games)

    def _events(self) -> None:
        """At most for a moment: what is left calls again once the loop has done what else is due."""
        if self._connector is None:
            return
        until = self._clock.mono() + _AT_ONCE_MS
        try:
            for event in self._connector.read(_AT_ONCE):
                mono = event.ns // _NS
                if event.kind == "exec":
                    self._tracker.executed(event.pid, mono)
                elif event.kind == "exit":
                    self._tracker.ended(event.pid, mono)
                else:
                    self._tracker.forked(event.parent, event.pid, mono)
                if self._clock.mono() >= until:
                    break
        except EventsLostError as error:
            self._trouble("events-lost", str(error))

    # --- the gate ----------------------------------------------------------------------------------------------------------

    def _start_gate(self, loop: asyncio.AbstractEventLoop) -> bool:
        gate = ExecGate(self._clock, self._from_gate)
        try:
            gate.open()
        except OSError as error:
            self._trouble("watch-gate", str(error.strerror or error))
            return False
        self._gate = gate
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
                missed.append(f"{path}: {error.strerror}")
        if missed:
            self._trouble("gate-mounts", ", ".join(missed))
        else:
            self._well("gate-mounts")

    def _paths(self) -> list[str]:
        if self._gate_mounts is not None:
            return list(self._gate_mounts)
        found = []
        for mount in mounts.holding_programs():
            with suppress(OSError):
                if Path(mount.path).stat().st_dev == mount.device:  # else another one is mounted over it
                    found.append(mount.path)
        return found

    def _watchdog_gone(self, pidfd: int) -> None:
        if self._loop:
            self._loop.remove_reader(pidfd)
        self._trouble("gate-watchdog")

    def _from_gate(self, seen: StartRefused | WatchTrouble) -> None:
        """In the gate's thread."""
        loop = self._loop
        if loop:
            with suppress(RuntimeError):  # the loop is closed: nobody is left to be told
                loop.call_soon_threadsafe(self._heard, seen)

    def _heard(self, seen: StartRefused | WatchTrouble) -> None:
        if seen is BROKEN and self._loop:
            self.kind = "events"
            self._stop_gate(self._loop)  # before its watchdog misses a heart that beats no more
        self._tell(seen)

    # --- telling -----------------------------------------------------------------------------------------------------------

    def _hurry(self) -> bool:
        return bool(self._tracker.games or (self._refusals and any(self._refusals.refused.values())))

    def _trouble(self, id_: str, details: str = "") -> None:
        self._open.add(id_)
        self._last[id_] = self._clock.mono()
        text = _TEXTS[id_]
        self._tell_soon(WatchTrouble(id_, msg("{what} ({details})", what=text, details=details) if details else text))

    def _trouble_once(self, id_: str, details: str) -> None:
        """Trouble calls a scan, and these come of scans."""
        if id_ in self._open:
            self._last[id_] = self._clock.mono()
        else:
            self._trouble(id_, details)

    def _well(self, id_: str) -> None:
        held = id_ in _HELD and self._clock.mono() - self._last.get(id_, 0) < _HELD_MS
        if id_ in self._open and not held:
            self._open.discard(id_)
            self._tell_soon(WatchTrouble(id_, _TEXTS[id_], over=True))

    def _tell_soon(self, trouble: WatchTrouble) -> None:
        """When the loop comes round, as whoever starts or scans is in the middle of something."""
        if self._loop:
            self._loop.call_soon(self._tell, trouble)

    def _tell(self, seen: Observation) -> None:
        if self._sink:
            self._sink(seen)
