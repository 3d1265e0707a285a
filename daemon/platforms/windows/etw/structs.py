"""The structures of ETW (wmistr.h, evntrace.h, evntprov.h, evntcons.h) with the headers' own names and types of fixed width.

Declared on every system, so that a test can compare them with the headers of mingw-w64; pointers are those of a 64-bit process.
Of a union that member stands here which is used, or else the largest; of a structure inside that nobody reads, its size.
"""

from __future__ import annotations

import uuid
from ctypes import Structure, c_int32, c_int64, c_uint8, c_uint16, c_uint32, c_uint64, c_void_p, sizeof
from typing import Any

Guid = c_uint8 * 16

KERNEL_PROCESS = uuid.UUID("22fb2cd6-0e7b-422b-a0c7-2fad1fd0e716").bytes_le
"""The provider Microsoft-Windows-Kernel-Process as a GUID lies in memory."""

NAME_CHARACTERS = 1024
"""What evntrace.h allows for the name of a session and of its file, each."""


def _all(kind: Any, names: str) -> tuple[tuple[str, Any], ...]:
    """Fields of one type."""
    return tuple((name, kind) for name in names.split())


class WnodeHeader(Structure):
    _fields_ = (
        *_all(c_uint32, "BufferSize ProviderId"), ("HistoricalContext", c_uint64), ("TimeStamp", c_int64), ("Guid", Guid),
        *_all(c_uint32, "ClientContext Flags"),
    )  # fmt: skip


class EventTraceProperties(Structure):
    """`BufferSize` in KB, `FlushTimer` in seconds."""

    _fields_ = (
        ("Wnode", WnodeHeader),
        *_all(c_uint32, "BufferSize MinimumBuffers MaximumBuffers MaximumFileSize LogFileMode FlushTimer EnableFlags"),
        ("AgeLimit", c_int32),
        *_all(c_uint32, "NumberOfBuffers FreeBuffers EventsLost BuffersWritten LogBuffersLost RealTimeBuffersLost"),
        ("LoggerThreadId", c_void_p),
        *_all(c_uint32, "LogFileNameOffset LoggerNameOffset"),
    )


class Properties(Structure):
    """EVENT_TRACE_PROPERTIES followed by room for the two names that the system writes behind it."""

    _fields_ = (("head", EventTraceProperties), *_all(c_uint16 * NAME_CHARACTERS, "logger file"))


class EventTraceLogfile(Structure):
    """`CurrentEvent`: EVENT_TRACE, as older consumers are told of events. `LogfileHeader`: TRACE_LOGFILE_HEADER."""

    _fields_ = (
        *_all(c_void_p, "LogFileName LoggerName"), ("CurrentTime", c_int64), *_all(c_uint32, "BuffersRead ProcessTraceMode"),
        ("CurrentEvent", c_uint64 * 11), ("LogfileHeader", c_uint64 * 35), ("BufferCallback", c_void_p),
        *_all(c_uint32, "BufferSize Filled EventsLost"), ("EventRecordCallback", c_void_p), ("IsKernelTrace", c_uint32),
        ("Context", c_void_p),
    )  # fmt: skip


class EventDescriptor(Structure):
    _fields_ = (("Id", c_uint16), *_all(c_uint8, "Version Channel Level Opcode"), ("Task", c_uint16), ("Keyword", c_uint64))


class EventHeader(Structure):
    _fields_ = (
        *_all(c_uint16, "Size HeaderType Flags EventProperty"), *_all(c_uint32, "ThreadId ProcessId"), ("TimeStamp", c_int64),
        ("ProviderId", Guid), ("EventDescriptor", EventDescriptor), ("ProcessorTime", c_uint64), ("ActivityId", Guid),
    )  # fmt: skip


class EventRecord(Structure):
    """`BufferContext`: ETW_BUFFER_CONTEXT."""

    _fields_ = (
        ("EventHeader", EventHeader), ("BufferContext", c_uint16 * 2), *_all(c_uint16, "ExtendedDataCount UserDataLength"),
        *_all(c_void_p, "ExtendedData UserData UserContext"),
    )  # fmt: skip


def properties() -> Properties:
    """Properties with their sizes and offsets set and all else 0, as ControlTraceW wants them."""
    made = Properties()
    made.head.Wnode.BufferSize = sizeof(Properties)
    made.head.LoggerNameOffset = Properties.logger.offset
    made.head.LogFileNameOffset = Properties.file.offset
    return made
