"""What Microsoft-Windows-Kernel-Process says of processes, from its payloads, without TDH. Pure: no call to the system.

The payloads follow the provider's manifest (its templates ProcessStartArgs to _V2, ProcessRundownArgs to _V1, ProcessStopArgs
to _V2; start v4 as recorded events show it, rundown v2 by analogy), packed, little-endian:
    start v0         pid u32, created FILETIME, parent u32, session u32, image UTF-16 with NUL
    start v1, v2     …, session u32, flags u32, image, and in v2 more                         rundown v0 = start v2
    start v3, v4     pid u32, number u64, created FILETIME, parent u32, parent's number u64, session u32, flags u32,
                     elevation type u32, elevated u32, label SID, image, and more             rundown v1, v2 = start v3, v4
    stop v0, v1      pid u32, created FILETIME, exited FILETIME, exit code u32, and more
    stop v2          pid u32, number u64, created FILETIME, exited FILETIME, exit code u32, and more
Version 3 puts a number in front of what was there, so that nothing can be concluded for a version that is not known.
A FILETIME counts 100 ns since 1601 in UTC; `created` is what GetProcessTimes and NtQuerySystemInformation give too.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from struct import Struct
from typing import Final, Literal

START, STOP, RUNDOWN = 1, 2, 15
WANTED: Final = frozenset((START, STOP, RUNDOWN))

_NAME = "GioChoi-Process"

_START_FIRST = Struct("<IQII")  # pid, created, parent, session
_START_FLAGS = Struct("<IQIII")  # …, flags
_START_NUMBERED = Struct("<IQQIQIIII")  # pid, number, created, parent, its number, session, flags, elevation, elevated
_STOP_FIRST = Struct("<IQQI")  # pid, created, exited, exit code
_STOP_NUMBERED = Struct("<IQQQI")  # pid, number, …

_MOST_TIME = 1 << 63  # a FILETIME is signed wherever it is used
_SID_HEAD, _SID_PART, _SID_PARTS, _SID_REVISION = 8, 4, 15, 1


@dataclass(frozen=True, slots=True)
class ProcessEvent:
    """Signals that the process (`pid`, `created`) started, stopped, or was `running` when the session asked what runs.

    `at`: FILETIME of the start or end; of `running` when it was asked. `image`: path as the kernel names it, or "".
    A stop has no parent, session and image; anything else has no exit code.
    """

    kind: Literal["start", "stop", "running"]
    pid: int
    created: int
    at: int
    parent: int = 0
    session: int = 0
    image: str = ""
    exit_code: int = 0


def decode(event_id: int, version: int, payload: bytes, timestamp: int) -> ProcessEvent | None:
    """The event, logged at `timestamp` (FILETIME). None: another id, an unknown version, or a payload that is not right."""
    if event_id == START:
        return _started(version, payload, timestamp, "start")
    if event_id == RUNDOWN:  # its versions 0, 1, 2 have the fields of start 2, 3, 4
        return _started(version + 2, payload, timestamp, "running")
    if event_id == STOP:
        return _stopped(version, payload, timestamp)
    return None


def session_name(root: str | None = None) -> str:
    """The trace session's name: of the system's home (None), or of another home at `root`, each with its own."""
    if root is None:
        return _NAME
    return f"{_NAME}-{hashlib.sha256(root.casefold().encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"


def _started(version: int, payload: bytes, timestamp: int, kind: Literal["start", "running"]) -> ProcessEvent | None:
    layout = {0: _START_FIRST, 1: _START_FLAGS, 2: _START_FLAGS, 3: _START_NUMBERED, 4: _START_NUMBERED}.get(version)
    if layout is None or len(payload) < layout.size:
        return None
    after: int | None = layout.size
    if layout is _START_NUMBERED:
        pid, _, created, parent, _, session, *_ = layout.unpack_from(payload)
        after = _behind_sid(payload, layout.size)
    else:
        pid, created, parent, session, *_ = layout.unpack_from(payload)
    image = None if after is None else _text(payload, after)
    if image is None or created >= _MOST_TIME:
        return None
    return ProcessEvent(kind, pid, created, created if kind == "start" else timestamp, parent, session, image)


def _stopped(version: int, payload: bytes, timestamp: int) -> ProcessEvent | None:
    layout = {0: _STOP_FIRST, 1: _STOP_FIRST, 2: _STOP_NUMBERED}.get(version)
    if layout is None or len(payload) < layout.size:
        return None
    pid, *_, created, exited, code = layout.unpack_from(payload)
    if created >= _MOST_TIME:
        return None
    # A time of end that the kernel has not set, or set by a clock that was stepped, is none: then it ended when it was logged.
    at = exited if created <= exited < _MOST_TIME else timestamp
    return ProcessEvent("stop", pid, created, at, exit_code=code)


def _behind_sid(payload: bytes, at: int) -> int | None:
    """Where the SID at this offset ends: revision, number of parts, six bytes of authority, the parts."""
    if len(payload) < at + _SID_HEAD or payload[at] != _SID_REVISION or payload[at + 1] > _SID_PARTS:
        return None
    return at + _SID_HEAD + _SID_PART * payload[at + 1]


def _text(payload: bytes, at: int) -> str | None:
    """The UTF-16 text from this offset to its NUL. A lone surrogate, which a file's name may hold, is kept."""
    end = at
    while (end := payload.find(b"\0\0", end)) >= 0 and (end - at) % 2:
        end += 1
    return None if end < 0 else payload[at:end].decode("utf-16-le", "surrogatepass")
