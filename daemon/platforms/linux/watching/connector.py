"""The kernel's process events over netlink: EXEC, FORK and EXIT with stamps in nanoseconds of CLOCK_MONOTONIC.

linux/connector.h, linux/cn_proc.h. A classic BPF filter lets through only what is wanted, so that an idle machine wakes nobody:
every exec, the starts and ends of whole processes (not of their threads), and our own names; with unheard.py's, of all but
root.
"""

from __future__ import annotations

import errno
import os
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import suppress
from ctypes import addressof, create_string_buffer
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from daemon.platforms.linux.watching.unheard import Classic, without_root

_NETLINK_CONNECTOR = 11
_CN_IDX_PROC, _CN_VAL_PROC = 1, 1
_UNKNOWN, _LISTEN, _IGNORE = 0, 1, 2
_NLMSG_DONE = 3
_SO_ATTACH_FILTER, _SO_ATTACH_BPF = 26, 50
_SO_RCVBUFFORCE = 33
_BUFFER = 16 << 20  # bytes of the kernel's, when it has so much to tell: some two seconds of a game that forks itself away
_FIRST_NAMESPACES = {"pid": 0xEFFFFFFC, "user": 0xEFFFFFFD}  # linux/proc_ns.h
_RAISES = 50

_HEADER = struct.Struct("=IHHII")  # nlmsghdr: len, type, flags, seq, pid
_MESSAGE = struct.Struct("=IIIIHH")  # cn_msg: idx, val, seq, ack, len, flags
_EVENT = struct.Struct("=IIQ4I")  # proc_event: what, cpu, timestamp_ns, then four numbers of the event
_EVENT_AT = _HEADER.size + _MESSAGE.size
_STAMP, _STAMP_AT = struct.Struct("=Q"), _EVENT_AT + 8
_ACK, _FORK, _EXEC, _COMM, _EXIT = 0, 0x1, 0x2, 0x200, 0x80000000
_Kind = Literal["spoken", "fork", "exec", "named", "exit"]
_KINDS: dict[int, _Kind] = {_ACK: "spoken", _FORK: "fork", _EXEC: "exec", _COMM: "named", _EXIT: "exit"}

# Classic BPF (linux/filter.h): code, jump if true, jump if false, constant. Numbers are loaded as big-endian.
_INSTRUCTION = struct.Struct("=HBBI")
_LOAD, _TO_X, _EQUALS, _EQUALS_X, _RETURN = 0x20, 0x07, 0x15, 0x1D, 0x06
_WHAT = _EVENT_AT
_FIRST, _SECOND, _THIRD, _FOURTH = range(_EVENT_AT + 16, _EVENT_AT + 32, 4)
_ALL = 0xFFFFFFFF
_TAKE, _DROP = (_RETURN, 0, 0, _ALL), (_RETURN, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Event:
    """Process `pid` (its leader) was executed, has ended, or was forked by process `parent`, at `ns` of CLOCK_MONOTONIC; or
    the thread `pid` was given a name, which none but its own process can do; or somebody has spoken to the kernel about
    listening, by which it may have changed whom it tells.
    """

    kind: _Kind
    pid: int
    ns: int
    parent: int = 0


class EventsLostError(Exception):
    """The kernel had to drop events: what runs has to be looked at anew."""


class Others:
    """Filters that leave out what root does, where the kernel has them. It takes 20 ms over each, so they are kept: `close`."""

    def __init__(self) -> None:
        self._made: dict[tuple[Classic, ...], int | None] = {}

    def filter(self, wanted: list[Classic]) -> int | None:
        key = tuple(wanted)
        if key not in self._made:
            self._made[key] = None
            with suppress(OSError):
                self._made[key] = without_root(wanted, _WHAT, tuple(map(_big, (_EXEC, _FORK, _EXIT))))
        return self._made[key]

    def close(self) -> None:
        for handle in self._made.values():
            if handle is not None:
                os.close(handle)
        self._made.clear()


class Connector:
    """One subscription, for the thread that makes it. Needs CAP_NET_ADMIN, the initial network and process namespaces, and
    CONFIG_PROC_EVENTS. `drained`: the last `read` left nothing.
    """

    def __init__(self) -> None:
        """OSError."""
        if not in_first_namespaces():
            raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))
        self.drained = False
        self._thread = threading.get_native_id()
        self._socket = _opened()
        try:
            self.want()
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER)
            self._socket.bind((0, _CN_IDX_PROC))
            self._say(_LISTEN)
        except OSError:
            self._socket.close()
            raise

    def fileno(self) -> int:
        return self._socket.fileno()

    def want(self, *, spoken: bool = False, others: Others | None = None) -> None:
        """Let through what is wanted; `spoken`: also whether somebody speaks to the kernel about listening; with `others`, what
        root does is left out. OSError.
        """
        wanted = _filter(self._thread, spoken=spoken)
        handle = others.filter(wanted) if others else None
        if handle is not None:
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_BPF, handle)
            return
        _attach(self._socket, wanted)

    def read(self, most: int) -> Iterator[Event]:
        """What has come, at most so many events. EventsLostError."""
        self.drained = False
        for _ in range(most):
            try:
                data, sender = self._socket.recvfrom(1024)
            except BlockingIOError:
                self.drained = True
                return
            except OSError as error:  # ENOBUFS, and whatever else keeps us from reading
                raise EventsLostError(error.strerror) from error
            event = _parse(data) if sender[0] == 0 else None  # 0 is the kernel; nobody else is to be believed
            if event:
                yield event

    def insist(self) -> None:
        """Raises the kernel's count of listeners, which others may have lowered below one: it counts each LISTEN that follows
        upon something else. OSError.
        """
        for _ in range(_RAISES):
            self._say(_UNKNOWN)
            self._say(_LISTEN)

    def close(self) -> None:
        with suppress(OSError):  # its end says the same
            self._say(_IGNORE)
        self._socket.close()

    def _say(self, what: int) -> None:
        body = struct.pack("=I", what)
        message = _MESSAGE.pack(_CN_IDX_PROC, _CN_VAL_PROC, 0, 0, len(body), 0) + body
        header = _HEADER.pack(_HEADER.size + len(message), _NLMSG_DONE, 0, 0, os.getpid())
        self._socket.send(header + message)


def in_first_namespaces(ours: Path = Path("/proc/self/ns")) -> bool:
    """Whether the kernel would hear us, and number processes as we do: it takes no others at their word, and tells them
    nothing, which looks as if somebody had silenced it.
    """
    try:
        return all((ours / name).stat().st_ino == first for name, first in _FIRST_NAMESPACES.items())
    except OSError:
        return True


class OwnNames:
    """Hears of the names that the thread which makes it is given, as long as the kernel tells anybody anything. It does not say
    that it listens, so the kernel counts it not, and tells nobody of it.
    """

    def __init__(self) -> None:
        """OSError."""
        self._socket, self._buffer = _opened(), bytearray(_EVENT_AT + _EVENT.size)
        try:
            _attach(self._socket, [(_LOAD, 0, 0, _WHAT), *_named(threading.get_native_id())])
            self._socket.bind((0, _CN_IDX_PROC))
        except OSError:
            self._socket.close()
            raise

    def told(self, since: int) -> bool:
        """Whether one that was given at `since` (ns of CLOCK_MONOTONIC) or later has come. Nothing else passes the filter,
        and this is asked so often that no more is made of it.
        """
        try:
            while True:
                _, sender = self._socket.recvfrom_into(self._buffer)
                if sender[0] == 0 and _STAMP.unpack_from(self._buffer, _STAMP_AT)[0] >= since:
                    return True
        except OSError:  # nothing more, as a rule
            return False

    def close(self) -> None:
        self._socket.close()


def _opened() -> socket.socket:
    return socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK, _NETLINK_CONNECTOR)


def _attach(line: socket.socket, wanted: list[Classic]) -> None:
    """Lets through what is wanted. OSError."""
    program = b"".join(_INSTRUCTION.pack(*one) for one in wanted)
    code = create_string_buffer(program, len(program))
    fprog = struct.pack("@HP", len(program) // _INSTRUCTION.size, addressof(code))
    line.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, fprog)


def _parse(data: bytes) -> Event | None:
    if len(data) < _EVENT_AT + _EVENT.size:
        return None
    if _MESSAGE.unpack_from(data, _HEADER.size)[:2] != (_CN_IDX_PROC, _CN_VAL_PROC):
        return None
    what, _, ns, first, second, third, fourth = _EVENT.unpack_from(data, _EVENT_AT)
    kind = _KINDS.get(what)
    if kind is None:
        return None
    if kind == "fork":  # parent_pid, parent_tgid, child_pid, child_tgid: equal ones for a process, not for a thread
        return Event(kind, fourth, ns, second) if third == fourth else None
    if kind in {"named", "spoken"}:  # process_pid, process_tgid: of any thread; an error's number
        return Event(kind, first, ns)
    return Event(kind, second, ns) if first == second else None  # process_pid, process_tgid


def _filter(thread: int, *, spoken: bool) -> list[Classic]:
    """exec: take. named: take this thread's. exit: take the leader's. fork: take what is no thread. Anything else: drop."""
    return [
        (_LOAD, 0, 0, _WHAT),
        (_EQUALS, 0, 1, _big(_EXEC)),
        _TAKE,
        (_EQUALS, 0, 1, _ACK),
        _TAKE if spoken else _DROP,
        (_EQUALS, 0, 6, _big(_EXIT)),
        *_same(_FIRST, _SECOND),
        (_EQUALS, 0, 6, _big(_FORK)),
        *_same(_THIRD, _FOURTH),
        *_named(thread),
    ]


def _named(thread: int) -> list[Classic]:
    """Take this thread's names, drop all else."""
    return [(_EQUALS, 0, 3, _big(_COMM)), (_LOAD, 0, 0, _FIRST), (_EQUALS, 0, 1, _big(thread)), _TAKE, _DROP]


def _same(one: int, other: int) -> list[Classic]:
    """Take it if these two numbers are one, else drop it."""
    return [(_LOAD, 0, 0, one), (_TO_X, 0, 0, 0), (_LOAD, 0, 0, other), (_EQUALS_X, 0, 1, 0), _TAKE, _DROP]


def _big(number: int) -> int:
    return int.from_bytes(number.to_bytes(4, "little" if _LITTLE else "big"), "big")


_LITTLE = struct.pack("=H", 1) == b"\1\0"
