"""Process events as they happen, by a trace session of our own.

Two threads, for which the loop waits in `close` only:
    etw-trace   lives in ProcessTrace; the system calls it for each event, which it decodes and tells
    etw-flush   has the session deliver every 20 ms in a hurry, else every 250 ms, and once a second asks what it has lost

A session outlives its process: the next one of the same name stops what a killed daemon left behind.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

from daemon.platforms.windows.etw.api import NOT_THERE, Api, Trace
from daemon.platforms.windows.etw.events import ProcessEvent, decode, session_name

Tell = Callable[[ProcessEvent], None]
Trouble = Callable[[str, str], None]
"""An Issue's id and its details. "events-lost": look at everything anew; "watch-events": no more comes from this session."""

HURRY_S, CALM_S = 0.02, 0.25
_ASK_S = 1.0
_JOIN_S = 5.0


class EtwSession:
    """One life of the session. start, close, pace and arrived belong to one thread, the loop's.

    `tell` and `trouble` are called in threads of the session's own from within `start` on until `close` returns. They must be
    quick, must not raise, must not call `close`, nor wait for the thread that may be in `close`: loop.call_soon_threadsafe is
    what they are for.
    """

    def __init__(self, tell: Tell, trouble: Trouble, name: str = "", api: Api | None = None) -> None:
        """`name` as etw_events.session_name gives it: one for each home on this machine."""
        self.reason = ""
        self._tell = tell
        self._trouble = trouble
        self._name = name or session_name()
        self._api = api or Api()
        self._arrived = False
        self._session = 0
        self._trace: Trace | None = None
        self._threads: list[threading.Thread] = []
        self._pace_s = CALM_S
        self._flush_now = threading.Event()
        self._ended = threading.Event()
        self._dropped = 0  # not to be understood
        self._told_lost = 0
        self._over = False  # no more will come
        self._over_once = threading.Lock()

    def start(self) -> bool:
        """Begin. False: `reason` says why not, and nothing is left of the attempt."""
        try:
            self._start()
        except OSError as failed:
            self.close()
            self.reason = f"{failed.filename}: {failed.strerror}" if failed.filename else str(failed.strerror or failed)
            return False
        return True

    def _start(self) -> None:
        self._session = self._api.start(self._name)
        self._trace = trace = self._api.open(self._name, self._heard)
        self._begin("etw-trace", lambda: self._tracing(trace))
        self._api.enable(self._session)
        with suppress(OSError):  # then events come once something starts
            self._api.capture(self._session)
        self._begin("etw-flush", self._flushing)

    def close(self) -> None:
        """End session and threads. Harmless when there are none."""
        self._ended.set()
        self._flush_now.set()
        session, self._session = self._session, 0
        if session:
            with suppress(OSError):  # somebody else has stopped it
                self._api.stop(session)
        trace, self._trace = self._trace, None
        if trace:
            self._api.close(trace)
        for thread in self._threads:
            thread.join(_JOIN_S)

    @property
    def arrived(self) -> bool:
        """Whether starts, or what runs already, are told by this session: only then is it to be relied on.

        The session asks for what runs when it begins, so that on a system that delivers this is so within a second.
        """
        return self._arrived and not self._over and not self._ended.is_set()

    def pace(self, *, hurry: bool) -> None:
        """Whether events are wanted within 20 ms."""
        pace = HURRY_S if hurry else CALM_S
        if pace != self._pace_s:
            self._pace_s = pace
            self._flush_now.set()

    def _begin(self, name: str, run: Callable[[], None]) -> None:
        thread = threading.Thread(target=run, name=name, daemon=True)
        thread.start()
        self._threads.append(thread)

    # --- etw-trace ---------------------------------------------------------------------------------------------------------

    def _tracing(self, trace: Trace) -> None:
        code = self._api.process(trace)
        self._gone(f"ProcessTrace: {code}")

    def _heard(self, event_id: int, version: int, payload: bytes, timestamp: int) -> None:
        event = decode(event_id, version, payload, timestamp)
        if event is None:
            self._dropped += 1
            return
        if event.kind != "stop":  # ends alone would not do: a Windows whose starts we cannot read is one without events
            self._arrived = True
        if not self._ended.is_set():
            self._tell(event)

    # --- etw-flush ---------------------------------------------------------------------------------------------------------

    def _flushing(self) -> None:
        waited = 0.0
        while True:
            pace = self._pace_s
            self._flush_now.wait(pace)
            self._flush_now.clear()
            if self._ended.is_set():
                return
            waited += pace
            try:
                self._api.flush(self._session)
                if waited >= _ASK_S:
                    waited = 0.0
                    self._count(self._dropped + self._api.lost(self._session))
            except OSError as failed:
                if failed.winerror == NOT_THERE:
                    self._gone(f"ControlTraceW: {failed.strerror}")
                    return
                # Otherwise the next time may do, and the session itself flushes once a second.

    def _count(self, lost: int) -> None:
        if lost != self._told_lost:
            new, self._told_lost = lost - self._told_lost, lost
            self._trouble("events-lost", f"ETW: {new}")

    def _gone(self, why: str) -> None:
        """Nobody asked the session to end, and yet it did: an administrator can stop it."""
        with self._over_once:
            if self._over or self._ended.is_set():
                return
            self._over = True
        self._trouble("watch-events", why)
