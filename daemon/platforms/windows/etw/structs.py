"""The structures of ETW (wmistr.h, evntrace.h, evntprov.h, evntcons.h) with the headers' own names and types of fixed width.

Declared on every system, so that a test can compare them with the headers of mingw-w64; pointers are those of a 64-bit process.
Of a union that member stands here which is used, or else the largest; of a structure inside that nobody reads, its size.
"""

from __future__ import annotations

import uuid
from ctypes import Structure, c_int32, c_int64, c_uint8, c_uint16, c_uint32, c_uint64, c_void_p, sizeof

Guid = c_uint8 * 16

KERNEL_PROCESS = uuid.UUID("22fb2cd6-0e7b-422b-a0c7-2fad1fd0e716").bytes_le
"""The provider Microsoft-Windows-Kernel-Process as a GUID lies in memory."""

NAME_CHARACTERS = 1024
"""What evntrace.h allows for the name of a session and of its file, each."""


class WnodeHeader(Structure):
    """WNODE_HEADER."""

    _fields_ = (
        ("BufferSize", c_uint32),
        ("ProviderId", c_uint32),
        ("HistoricalContext", c_uint64),
        ("TimeStamp", c_int64),
        ("Guid", Guid),
        ("ClientContext", c_uint32),
        ("Flags", c_uint32),
    )


class EventTraceProperties(Structure):
    """EVENT_TRACE_PROPERTIES."""

    _fields_ = (
        ("Wnode", WnodeHeader),
        ("BufferSize", c_uint32),  # in KB
        ("MinimumBuffers", c_uint32),
        ("MaximumBuffers", c_uint32),
        ("MaximumFileSize", c_uint32),
        ("LogFileMode", c_uint32),
        ("FlushTimer", c_uint32),  # in seconds
        ("EnableFlags", c_uint32),
        ("AgeLimit", c_int32),
        ("NumberOfBuffers", c_uint32),
        ("FreeBuffers", c_uint32),
        ("EventsLost", c_uint32),
        ("BuffersWritten", c_uint32),
        ("LogBuffersLost", c_uint32),
        ("RealTimeBuffersLost", c_uint32),
        ("LoggerThreadId", c_void_p),
        ("LogFileNameOffset", c_uint32),
        ("LoggerNameOffset", c_uint32),
    )


class Properties(Structure):
    """EVENT_TRACE_PROPERTIES followed by room for the two names that the system writes behind it."""

    _fields_ = (
        ("head", EventTraceProperties),
        ("logger", c_uint16 * NAME_CHARACTERS),
        ("file", c_uint16 * NAME_CHARACTERS),
    )


class EventTraceLogfile(Structure):
    """EVENT_TRACE_LOGFILEW."""

    _fields_ = (
        ("LogFileName", c_void_p),
        ("LoggerName", c_void_p),
        ("CurrentTime", c_int64),
        ("BuffersRead", c_uint32),
        ("ProcessTraceMode", c_uint32),
        ("CurrentEvent", c_uint64 * 11),  # EVENT_TRACE, as older consumers are told of events
        ("LogfileHeader", c_uint64 * 35),  # TRACE_LOGFILE_HEADER
        ("BufferCallback", c_void_p),
        ("BufferSize", c_uint32),
        ("Filled", c_uint32),
        ("EventsLost", c_uint32),
        ("EventRecordCallback", c_void_p),
        ("IsKernelTrace", c_uint32),
        ("Context", c_void_p),
    )


class EventDescriptor(Structure):
    """EVENT_DESCRIPTOR."""

    _fields_ = (
        ("Id", c_uint16),
        ("Version", c_uint8),
        ("Channel", c_uint8),
        ("Level", c_uint8),
        ("Opcode", c_uint8),
        ("Task", c_uint16),
        ("Keyword", c_uint64),
    )


class EventHeader(Structure):
    """EVENT_HEADER."""

    _fields_ = (
        ("Size", c_uint16),
        ("HeaderType", c_uint16),
        ("Flags", c_uint16),
        ("EventProperty", c_uint16),
        ("ThreadId", c_uint32),
        ("ProcessId", c_uint32),
        ("TimeStamp", c_int64),
        ("ProviderId", Guid),
        ("EventDescriptor", EventDescriptor),
        ("ProcessorTime", c_uint64),
        ("ActivityId", Guid),
    )


class EventRecord(Structure):
    """EVENT_RECORD."""

    _fields_ = (
        ("EventHeader", EventHeader),
        ("BufferContext", c_uint16 * 2),  # ETW_BUFFER_CONTEXT
        ("ExtendedDataCount", c_uint16),
        ("UserDataLength", c_uint16),
        ("ExtendedData", c_void_p),
        ("UserData", c_void_p),
        ("UserContext", c_void_p),
    )


def properties() -> Properties:
    """Properties with their sizes and offsets set and all else 0, as ControlTraceW wants them."""
    made = Properties()
    made.head.Wnode.BufferSize = sizeof(Properties)
    made.head.LoggerNameOffset = Properties.logger.offset
    made.head.LogFileNameOffset = Properties.file.offset
    return made
