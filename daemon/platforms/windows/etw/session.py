"""Process events as they happen, by a trace session of our own (evntrace.h).

Two threads, for which the loop waits in `close` only:
    etw-trace   lives in ProcessTrace; the system calls it for each event, which it decodes and tells
    etw-flush   has the session deliver every 20 ms in a hurry, else every 250 ms, and once a second asks what it has lost

A session outlives its process: the next daemon takes over what a killed one left behind.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from ctypes import (
    POINTER,
    WINFUNCTYPE,
    byref,
    c_uint8,
    c_uint32,
    c_uint64,
    c_void_p,
    c_wchar_p,
    cast,
    create_unicode_buffer,
    string_at,
)
from dataclasses import dataclass
from typing import Any

from daemon.platforms.windows.etw import structs
from daemon.platforms.windows.etw.events import WANTED, ProcessEvent, decode, session_name
from host.windows.win32 import advapi32, error, function

Tell = Callable[[ProcessEvent], None]
Trouble = Callable[[str, str], None]
"""An Issue's id and its details. "events-lost": look at everything anew; "watch-events": no more comes from this session."""

HURRY_S, CALM_S = 0.02, 0.25
_ASK_S = 1.0
_JOIN_S = 5.0

_ACCESS_DENIED, _ALREADY_THERE, _NOT_THERE = 5, 183, 4201  # winerror.h; the last: no session of this name or handle
_BUFFER_KB, _LEAST_BUFFERS, _MOST_BUFFERS = 64, 64, 256  # fewer and smaller ones lose events in a rush of starts
_SYSTEM_TIME = 2  # Wnode.ClientContext: stamps are FILETIMEs
_TRACED_GUID = 0x00020000  # Wnode.Flags
_REAL_TIME = 0x00000100
_ONE_STREAM = 0x10000000  # EVENT_TRACE_NO_PER_PROCESSOR_BUFFERING: else, stamped so coarsely, a stop may precede its start
_FLUSH_S = 1  # the least that can be asked for; etw-flush is for what has to come sooner
_QUERY, _STOP, _FLUSH = 0, 1, 3  # EVENT_TRACE_CONTROL_*
_ENABLE, _CAPTURE = 1, 2  # EVENT_CONTROL_CODE_*
_KEYWORD_PROCESS, _INFORMATIONAL = 0x10, 4
_MODE = 0x10000000 | 0x00001000 | 0x00000100  # PROCESS_TRACE_MODE_*: EVENT_RECORD, RAW_TIMESTAMP, REAL_TIME
_NO_TRACE = frozenset((0, 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF))  # INVALID_PROCESSTRACE_HANDLE, also as 32-bit code gave it

EventRecordCallback = WINFUNCTYPE(None, POINTER(structs.EventRecord))


@dataclass(frozen=True, slots=True)
class Functions:
    """StartTraceW and so on. All give a number of winerror.h, but `open` a handle. A test gives its own."""

    start: Callable[..., int]
    control: Callable[..., int]
    enable: Callable[..., int]
    open: Callable[..., int]
    process: Callable[..., int]
    close: Callable[..., int]


def system_functions() -> Functions:
    guid, handles, properties = POINTER(structs.Guid), POINTER(c_uint64), POINTER(structs.Properties)
    return Functions(
        start=function(advapi32, "StartTraceW", c_uint32, handles, c_wchar_p, properties),
        control=function(advapi32, "ControlTraceW", c_uint32, c_uint64, c_wchar_p, properties, c_uint32),
        enable=function(
            advapi32, "EnableTraceEx2", c_uint32, c_uint64, guid, c_uint32, c_uint8, c_uint64, c_uint64, c_uint32, c_void_p
        ),
        open=function(advapi32, "OpenTraceW", c_uint64, POINTER(structs.EventTraceLogfile)),
        process=function(advapi32, "ProcessTrace", c_uint32, handles, c_uint32, c_void_p, c_void_p),
        close=function(advapi32, "CloseTrace", c_uint32, c_uint64),
    )


class EtwSession:
    """One life of the session. start, close, pace and arrived belong to one thread, the loop's.

    `tell` and `trouble` are called in threads of the session's own from within `start` on until `close` returns. They must be
    quick, must not raise, must not call `close`, nor wait for the thread that may be in `close`: loop.call_soon_threadsafe is
    what they are for.
    """

    def __init__(self, tell: Tell, trouble: Trouble, name: str = "", functions: Functions | None = None) -> None:
        """`name` as etw_events.session_name gives it: one for each home on this machine."""
        self.reason = ""
        self._tell = tell
        self._trouble = trouble
        self._name = name or session_name()
        self._call = functions or system_functions()
        self._arrived = False
        self._session = 0
        self._trace = 0
        self._kept: tuple[Any, ...] = ()  # what the system goes on calling and reading while ProcessTrace runs
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
            self._session = self._started()
            self._trace = self._opened()
            self._begin("etw-trace", self._tracing, self._trace)
            self._enable(_ENABLE)
        except OSError as failed:
            self.close()
            self.reason = f"{failed.filename}: {failed.strerror}" if failed.filename else str(failed.strerror or failed)
            return False
        with suppress(OSError):  # then events come once something starts
            self._enable(_CAPTURE)  # what runs is told as events of its own (rundown)
        self._begin("etw-flush", self._flushing)
        return True

    def close(self) -> None:
        """End session and threads. Harmless when there are none."""
        self._ended.set()
        self._flush_now.set()
        session, self._session = self._session, 0
        if session:
            with suppress(OSError):  # somebody else has stopped it
                self._control(_STOP, session)
        trace, self._trace = self._trace, 0
        if trace:
            self._call.close(trace)  # ProcessTrace returns when it has told what it already had
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

    def _begin(self, name: str, run: Callable[..., None], *args: int) -> None:
        thread = threading.Thread(target=run, name=name, args=args, daemon=True)
        thread.start()
        self._threads.append(thread)

    # --- calls: every failure is an OSError that names the function -----------------------------------------------------------

    def _started(self) -> int:
        """The handle of a session of this name, which a killed daemon may have left behind. While an anti-cheat runs, starting
        one may be denied, but not enabling and opening it.
        """
        wanted = structs.properties()
        head = wanted.head
        head.LogFileNameOffset = 0  # no file
        head.Wnode.ClientContext = _SYSTEM_TIME
        head.Wnode.Flags = _TRACED_GUID
        head.BufferSize, head.MinimumBuffers, head.MaximumBuffers = _BUFFER_KB, _LEAST_BUFFERS, _MOST_BUFFERS
        head.LogFileMode = _REAL_TIME | _ONE_STREAM
        head.FlushTimer = _FLUSH_S
        handle = c_uint64()
        code = self._call.start(byref(handle), self._name, byref(wanted))
        if code in {_ACCESS_DENIED, _ALREADY_THERE}:
            with suppress(OSError):  # there is none, or it is not for us: StartTraceW says why
                return int(self._control(_QUERY, 0, self._name).Wnode.HistoricalContext)  # its handle
        _check(code, "StartTraceW")
        return handle.value

    def _opened(self) -> int:
        """The handle of a trace of it. This is what fails where ETW is only pretended (Wine)."""
        callback = EventRecordCallback(self._heard)
        name = create_unicode_buffer(self._name)
        log = structs.EventTraceLogfile()
        log.LoggerName = cast(name, c_void_p)
        log.ProcessTraceMode = _MODE
        log.EventRecordCallback = cast(callback, c_void_p)
        self._kept = (callback, name, log)
        handle = self._call.open(byref(log))
        if handle in _NO_TRACE:
            raise error("OpenTraceW")
        return handle

    def _enable(self, what: int) -> None:
        provider = structs.Guid.from_buffer_copy(structs.KERNEL_PROCESS)
        code = self._call.enable(self._session, byref(provider), what, _INFORMATIONAL, _KEYWORD_PROCESS, 0, 0, None)
        _check(code, "EnableTraceEx2")

    def _control(self, what: int, session: int, name: str | None = None) -> structs.EventTraceProperties:
        properties = structs.properties()
        _check(self._call.control(session, name, byref(properties), what), "ControlTraceW")
        head: structs.EventTraceProperties = properties.head
        return head

    # --- etw-trace ---------------------------------------------------------------------------------------------------------

    def _tracing(self, trace: int) -> None:
        code = self._call.process(byref(c_uint64(trace)), 1, None, None)  # with a start time the rundown would be kept back
        self._gone(f"ProcessTrace: {code}")

    def _heard(self, record: Any) -> None:
        """The system calls this for every event: as quick as can be, for as long as it runs more events wait."""
        found = record.contents
        header = found.EventHeader
        descriptor = header.EventDescriptor
        if descriptor.Id not in WANTED or bytes(header.ProviderId) != structs.KERNEL_PROCESS:
            return
        payload = string_at(found.UserData, found.UserDataLength) if found.UserDataLength else b""
        event = decode(descriptor.Id, descriptor.Version, payload, header.TimeStamp)
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
                self._control(_FLUSH, self._session)
                if waited >= _ASK_S:
                    waited = 0.0
                    head = self._control(_QUERY, self._session)
                    self._count(self._dropped + head.EventsLost + head.RealTimeBuffersLost)
            except OSError as failed:
                if failed.winerror == _NOT_THERE:
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


def _check(code: int, what: str) -> None:
    if code:
        raise error(what, code)
