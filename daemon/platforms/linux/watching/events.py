"""Process events that are proved to come: what the kernel tells of ourselves has to arrive every two seconds, here or, where
there is a gate, to the gate's thread (gate/proof.py), and then here twice a minute.

On kernels from about 6.6 any program may lower the kernel's count of listeners until it thinks that nobody listens, for all
listeners and over restarts. Then processes are looked at, and the count is raised again, for as long as it takes. Who lowers
it for a moment only, between two proofs, has to raise it again, of which the kernel tells us: then all is looked at, at once
and before we listen to that again.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress

from daemon.platforms.linux import calls
from daemon.platforms.linux.watching.connector import Connector, Event, EventsLostError, Others
from daemon.platforms.linux.watching.poll import Poller
from daemon.platforms.linux.watching.rest import REST_S, Rest
from daemon.platforms.linux.watching.silence import Silence
from daemon.platforms.linux.watching.tracker import LinuxTracker
from daemon.platforms.watcher import LOST, SILENT
from host.clock import Clock
from i18n.message import said_by

_NS = 1_000_000
_AT_ONCE = 256
_AT_ONCE_MS = 50
_ALERT_MS, _ALERT_S = 1_900, 2.0  # to the next proof
_INSIST_MS = 10  # of each turn: the loop has other things to do, and whoever lowers the count may do so for ever


class Events:
    """`trouble` and `well` as TrackingWatcher has them. `poller` works while events are silent. All on the loop's thread."""

    def __init__(
        self, tracker: LinuxTracker, clock: Clock, poller: Poller, trouble: Callable[..., None], well: Callable[[str], None]
    ) -> None:
        self._tracker = tracker
        self._clock = clock
        self._poller = poller
        self._trouble, self._well = trouble, well
        self._silence = Silence()
        self._rest = Rest()
        self._chase = tracker.chase
        self._heard: deque[Event] = deque()  # while it was chased, and not looked at yet
        self._resting: asyncio.TimerHandle | None = None
        self._lost = False
        self._root, self._others = True, Others()
        self._relieved = False  # whether somebody else proves that they come
        self._alert = 0  # since when a look is due, as somebody spoke to the kernel; 0: nobody did
        self._connector: Connector | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.Handle | None = None
        self._name: calls.OwnName | None = None
        self._thread = 0

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """OSError: no rights, or a kernel without them."""
        if os.geteuid() != 0:
            raise PermissionError("needs root")
        self._thread, self._name = threading.get_native_id(), calls.OwnName()
        self._silence, self._alert = Silence(), 0
        self._listen(loop)
        self._loop = loop
        self._tracker.catch_up, self._tracker.look = self._catch_up, self._look_around
        self._timer = loop.call_soon(self._turn, loop)

    def stop(self) -> None:
        if self._timer:
            self._timer.cancel()
        self._close()
        self._others.close()
        self._heard.clear()
        self._chase.forget()
        self._relieved = self._lost = False
        self._loop = self._timer = None

    def hear_root(self, *, root: bool) -> None:
        """Whether what root does is of interest from now on."""
        if root is not self._root:
            self._root = root
            self._want()
            if root and self._loop:
                self._loop.call_soon(self._look)  # at what root runs already, of which nobody told

    def relieve(self, *, proved: bool) -> None:
        """Somebody else proves from now on that they come, every two seconds; or does not, or not any more: then we do, now."""
        ours, self._relieved = self._relieved and not proved, proved
        if ours:
            self._turn_in(0)

    def _turn_in(self, seconds: float) -> None:
        if self._loop and self._timer:
            self._timer.cancel()
            self._timer = self._loop.call_later(seconds, self._turn, self._loop)

    def _listen(self, loop: asyncio.AbstractEventLoop) -> None:
        """On a new socket. OSError: the one that there is stays."""
        fresh = Connector()
        self._close()
        self._connector = fresh
        self._want()
        loop.add_reader(fresh.fileno(), self._called)

    def _close(self) -> None:
        if self._resting:
            self._resting.cancel()
            self._resting = None
        if self._connector:
            if self._loop:
                self._loop.remove_reader(self._connector.fileno())
            self._connector.close()
            self._connector = None

    def _want(self) -> None:
        if self._connector:
            with suppress(OSError):  # then the filter of before stays
                # What is said until the next look is not wanted: anybody may say much, and so do we.
                self._connector.want(spoken=not (self._alert or self._silence.on), others=None if self._root else self._others)

    # --- are there any? ----------------------------------------------------------------------------------------------------

    def _turn(self, loop: asyncio.AbstractEventLoop) -> None:
        silent = self._silence.on
        if silent and self._silence.missed:
            self._insist(loop)
        self._silence.ask(self._clock.mono())
        if self._name:
            with suppress(OSError):
                self._name.again()
        drained = self._read()
        now = self._clock.mono()
        due = bool(self._alert) and now - self._alert >= _ALERT_MS
        self._turn_in(self._silence.judge(now, drained=drained, relieved=self._relieved and (due or not self._alert)))
        if self._silence.on and not silent:
            self._tracker.masks.doubting = True
            self._trouble(SILENT)
            self._be_alert()
            self._poller.start(loop)
        elif silent and not self._silence.on:
            self._poller.stop()
            self._poller.look_at_all(silenced=True)
            self._tracker.masks.doubting = False
            self._well(SILENT)
        if due and not self._silence.on:
            self._alert = 0
            self._want()
            self._poller.look_at_all(silenced=True)  # what anybody did until now; of what comes the kernel tells

    def _be_alert(self) -> None:
        self._alert = self._alert or self._clock.mono()
        self._want()

    def _look(self) -> None:
        if self._loop:
            self._poller.look_at_all(silenced=True)

    def _insist(self, loop: asyncio.AbstractEventLoop) -> None:
        """Listen anew, should it be our socket; raise the kernel's count, should it be that."""
        with suppress(OSError):
            self._listen(loop)
        until = self._clock.mono() + _INSIST_MS
        with suppress(OSError):
            while self._connector and self._clock.mono() < until:
                self._connector.insist()

    # --- what they tell ----------------------------------------------------------------------------------------------------

    def _read(self) -> bool:
        """At most for a moment: what is left calls again once the loop has done what else is due. True: nothing is left."""
        if self._connector is None:
            return False
        now = self._clock.mono()
        count, until = 0, now + _AT_ONCE_MS
        try:
            for count, event in enumerate(self._told(self._connector), 1):  # noqa: B007 - read below
                self._happened(event)
                if self._clock.mono() >= until:
                    self._again()
                    return False
        except EventsLostError as error:
            self._missed(error)
            return False
        if not self._connector.drained:
            return False
        self._tracker.settled()
        if self._rest.needed(count, now) and not self._chase:
            self._take_rest()
        if self._lost:
            self._lost = False
            self._tracker.missed = self._clock.mono()
            self._trouble(LOST, again=True)  # until now the kernel dropped more, and told no more of it
        return True

    def _missed(self, error: EventsLostError) -> None:
        self._lost = True
        self._chase.missed()
        self._tracker.missed = self._clock.mono()
        self._trouble(LOST, said_by(error), again=True)

    def _called(self) -> None:
        """What is chased is ended before anything is made of what was told."""
        if self._connector and self._chase:
            try:
                self._chase.run(self._connector, self._heard)
            except EventsLostError as error:
                self._missed(error)
        self._read()

    def _told(self, connector: Connector) -> Iterator[Event]:
        while self._heard:
            yield self._heard.popleft()
        yield from connector.read(_AT_ONCE)

    def _again(self) -> None:
        """The kernel calls for what it has, but not for what was heard."""
        if self._loop and self._heard:
            self._loop.call_soon(self._called)

    def _take_rest(self) -> None:
        if self._loop and self._connector and not self._resting:
            self._loop.remove_reader(self._connector.fileno())
            self._resting = self._loop.call_later(REST_S, self._go_on, self._loop)

    def _go_on(self, loop: asyncio.AbstractEventLoop) -> None:
        self._resting = None
        if self._connector:
            loop.add_reader(self._connector.fileno(), self._called)
            self._called()

    def _catch_up(self) -> bool:
        """Where they are silent, or there are none, nothing is left."""
        return self._read() or self._silence.on or self._connector is None

    def _look_around(self) -> bool:
        caught_up = self._catch_up()
        if self._loop and self._silence.on:
            self._poller.look_for_new()
        return caught_up

    def _happened(self, event: Event) -> None:
        self._chase.meet(event)
        mono = event.ns // _NS
        if event.kind == "exec":
            self._tracker.executed(event.pid, mono)
        elif event.kind == "exit":
            self._tracker.ended(event.pid, mono)
        elif event.kind == "fork":
            self._tracker.forked(event.parent, event.pid, mono)
        elif event.kind == "spoken" and self._loop and not self._alert:
            self._be_alert()
            self._loop.call_soon(self._look)
            if self._relieved:
                self._turn_in(_ALERT_S)
        elif event.kind == "named" and event.pid == self._thread:
            self._silence.hear(mono)
