"""The calls that a real-time trace session takes: start, enable, open, process, flush, ask for losses, stop.

evntrace.h. Every failure is an OSError that names the function. The functions themselves can be given by a test.
"""

from __future__ import annotations

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
from daemon.platforms.windows.etw.events import WANTED
from host.windows.win32 import advapi32, error, function

Heard = Callable[[int, int, bytes, int], None]
"""Called in the processing thread with an event's id, version, payload and time (FILETIME). Must not raise."""

NOT_THERE = 4201  # ERROR_WMI_INSTANCE_NOT_FOUND: no session of this name or handle
_ALREADY_THERE = 183
_STARTS = 3  # a name is free a moment after its session was stopped

_BUFFER_KB, _LEAST_BUFFERS, _MOST_BUFFERS = 64, 64, 256  # fewer and smaller ones lose events in a rush of starts
_SYSTEM_TIME = 2  # Wnode.ClientContext: stamps are FILETIMEs
_TRACED_GUID = 0x00020000  # Wnode.Flags
_REAL_TIME = 0x00000100
_ONE_STREAM = 0x10000000  # EVENT_TRACE_NO_PER_PROCESSOR_BUFFERING: else, stamped so coarsely, a stop may precede its start
_FLUSH_S = 1  # the least that can be asked for; `flush` is for what has to come sooner

_QUERY, _STOP, _FLUSH = 0, 1, 3  # EVENT_TRACE_CONTROL_*
_ENABLE, _CAPTURE = 1, 2  # EVENT_CONTROL_CODE_*
_KEYWORD_PROCESS, _INFORMATIONAL = 0x10, 4
_MODE = 0x10000000 | 0x00001000 | 0x00000100  # PROCESS_TRACE_MODE_*: EVENT_RECORD, RAW_TIMESTAMP, REAL_TIME
_NO_TRACE = frozenset((0, 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF))  # INVALID_PROCESSTRACE_HANDLE, also as 32-bit code gave it

EventRecordCallback = WINFUNCTYPE(None, POINTER(structs.EventRecord))


@dataclass(frozen=True, slots=True)
class Functions:
    """StartTraceW and so on. All give a number of winerror.h, but `open` a handle."""

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


@dataclass(frozen=True, slots=True)
class Trace:
    """An opened trace. `kept` is what the system goes on calling and reading: never let go of it while `process` runs."""

    handle: int
    kept: tuple[Any, ...]


class Api:
    """A name is one session's at a time; `session` is the handle that `start` gave."""

    def __init__(self, functions: Functions | None = None) -> None:
        self._call = functions or system_functions()

    def start(self, name: str) -> int:
        """A session of this name; one that was left over under it is stopped first."""
        code, handle = _ALREADY_THERE, c_uint64()
        for _ in range(_STARTS):
            if code != _ALREADY_THERE:
                break
            with suppress(OSError):  # mostly there is none; if it may not be stopped, StartTraceW says why
                self._control(0, name, _STOP)
            code = self._call.start(byref(handle), name, byref(_wanted()))
        _check(code, "StartTraceW")
        return handle.value

    def enable(self, session: int) -> None:
        """Process events are wanted from now on."""
        self._enable(session, _ENABLE)

    def capture(self, session: int) -> None:
        """What runs is told as events of its own (rundown)."""
        self._enable(session, _CAPTURE)

    def open(self, name: str, heard: Heard) -> Trace:
        """Somebody who listens to the session. This is what fails where ETW is only pretended (Wine)."""
        callback = EventRecordCallback(_hearing(heard))
        text = create_unicode_buffer(name)
        log = structs.EventTraceLogfile()
        log.LoggerName = cast(text, c_void_p)
        log.ProcessTraceMode = _MODE
        log.EventRecordCallback = cast(callback, c_void_p)
        handle = self._call.open(byref(log))
        if handle in _NO_TRACE:
            raise error("OpenTraceW")
        return Trace(handle, (callback, text, log))

    def process(self, trace: Trace) -> int:
        """Calls `heard` until the session ends or the trace is closed; then why, a number of winerror.h."""
        handle = c_uint64(trace.handle)
        return self._call.process(byref(handle), 1, None, None)  # with a start time the rundown would be kept back

    def close(self, trace: Trace) -> None:
        """`process` returns when it has told what it already had."""
        self._call.close(trace.handle)

    def flush(self, session: int) -> None:
        """Deliver what is buffered now, not when a buffer is full or its second is over."""
        self._control(session, None, _FLUSH)

    def lost(self, session: int) -> int:
        """How many events, and buffers of events, the session has lost since it started."""
        head = self._control(session, None, _QUERY).head
        return int(head.EventsLost + head.RealTimeBuffersLost)

    def stop(self, session: int) -> None:
        self._control(session, None, _STOP)

    def _control(self, session: int, name: str | None, what: int) -> structs.Properties:
        properties = structs.properties()
        _check(self._call.control(session, name, byref(properties), what), "ControlTraceW")
        return properties

    def _enable(self, session: int, what: int) -> None:
        provider = structs.Guid.from_buffer_copy(structs.KERNEL_PROCESS)
        code = self._call.enable(session, byref(provider), what, _INFORMATIONAL, _KEYWORD_PROCESS, 0, 0, None)
        _check(code, "EnableTraceEx2")


def _wanted() -> structs.Properties:
    properties = structs.properties()
    head = properties.head
    head.LogFileNameOffset = 0  # no file
    head.Wnode.ClientContext = _SYSTEM_TIME
    head.Wnode.Flags = _TRACED_GUID
    head.BufferSize, head.MinimumBuffers, head.MaximumBuffers = _BUFFER_KB, _LEAST_BUFFERS, _MOST_BUFFERS
    head.LogFileMode = _REAL_TIME | _ONE_STREAM
    head.FlushTimer = _FLUSH_S
    return properties


def _hearing(heard: Heard) -> Callable[[Any], None]:
    """What the system calls for every event: as quick as can be, for as long as it runs more events wait."""

    def called(record: Any) -> None:
        event = record.contents
        header = event.EventHeader
        descriptor = header.EventDescriptor
        if descriptor.Id in WANTED and bytes(header.ProviderId) == structs.KERNEL_PROCESS:
            length = event.UserDataLength
            payload = string_at(event.UserData, length) if length else b""
            heard(descriptor.Id, descriptor.Version, payload, header.TimeStamp)

    return called


def _check(code: int, what: str) -> None:
    if code:
        raise error(what, code)
