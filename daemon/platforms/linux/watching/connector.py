"""The kernel's process events over netlink: EXEC, FORK and EXIT with stamps in nanoseconds of CLOCK_MONOTONIC.

linux/connector.h, linux/cn_proc.h. A classic BPF filter lets through only what is wanted, so that an idle machine wakes nobody:
every exec, and the starts and ends of whole processes (not of their threads).
"""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from ctypes import addressof, create_string_buffer
from dataclasses import dataclass
from typing import Literal

_NETLINK_CONNECTOR = 11
_CN_IDX_PROC, _CN_VAL_PROC = 1, 1
_LISTEN, _IGNORE = 1, 2
_NLMSG_DONE = 3
_SO_ATTACH_FILTER = 26
_SO_RCVBUFFORCE = 33
_BUFFER = 4 << 20

_HEADER = struct.Struct("=IHHII")  # nlmsghdr: len, type, flags, seq, pid
_MESSAGE = struct.Struct("=IIIIHH")  # cn_msg: idx, val, seq, ack, len, flags
_EVENT = struct.Struct("=IIQ4I")  # proc_event: what, cpu, timestamp_ns, then four numbers of the event
_EVENT_AT = _HEADER.size + _MESSAGE.size
_FORK, _EXEC, _EXIT = 0x1, 0x2, 0x80000000
_KINDS: dict[int, Literal["fork", "exec", "exit"]] = {_FORK: "fork", _EXEC: "exec", _EXIT: "exit"}

# Classic BPF (linux/filter.h): code, jump if true, jump if false, constant. Numbers are loaded as big-endian.
_INSTRUCTION = struct.Struct("=HBBI")
_LOAD, _TO_X, _EQUALS, _EQUALS_X, _RETURN = 0x20, 0x07, 0x15, 0x1D, 0x06
_WHAT = _EVENT_AT
_FIRST, _SECOND, _THIRD, _FOURTH = range(_EVENT_AT + 16, _EVENT_AT + 32, 4)
_ALL = 0xFFFFFFFF
_DROP = (_RETURN, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Event:
    """Process `pid` (its leader) was executed, has ended, or was forked by process `parent`, at `ns` of CLOCK_MONOTONIC."""

    kind: Literal["fork", "exec", "exit"]
    pid: int
    ns: int
    parent: int = 0


class EventsLostError(Exception):
    """The kernel had to drop events: what runs has to be looked at anew."""


class Connector:
    """One subscription. Needs CAP_NET_ADMIN, the initial network and process namespaces, and CONFIG_PROC_EVENTS."""

    def __init__(self) -> None:
        """OSError."""
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK, _NETLINK_CONNECTOR)
        try:
            self._filter()
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER)
            self._socket.bind((0, _CN_IDX_PROC))
            self._say(_LISTEN)
        except OSError:
            self._socket.close()
            raise

    def fileno(self) -> int:
        return self._socket.fileno()

    def read(self, most: int) -> Iterator[Event]:
        """What has come, at most so many events. EventsLostError."""
        for _ in range(most):
            try:
                data, sender = self._socket.recvfrom(1024)
            except BlockingIOError:
                return
            except OSError as error:  # ENOBUFS, and whatever else keeps us from reading
                raise EventsLostError(error.strerror) from error
            event = _parse(data) if sender[0] == 0 else None  # 0 is the kernel; nobody else is to be believed
            if event:
                yield event

    def close(self) -> None:
        with suppress(OSError):  # its end says the same
            self._say(_IGNORE)
        self._socket.close()

    def _filter(self) -> None:
        program = b"".join(_INSTRUCTION.pack(*one) for one in _WANTED)
        code = create_string_buffer(program, len(program))
        fprog = struct.pack("@HP", len(program) // _INSTRUCTION.size, addressof(code))
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, fprog)

    def _say(self, what: int) -> None:
        body = struct.pack("=I", what)
        message = _MESSAGE.pack(_CN_IDX_PROC, _CN_VAL_PROC, 0, 0, len(body), 0) + body
        header = _HEADER.pack(_HEADER.size + len(message), _NLMSG_DONE, 0, 0, os.getpid())
        self._socket.send(header + message)


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
    return Event(kind, second, ns) if first == second else None  # process_pid, process_tgid


def _big(number: int) -> int:
    return int.from_bytes(number.to_bytes(4, "little" if _LITTLE else "big"), "big")


_LITTLE = struct.pack("=H", 1) == b"\1\0"


def _same(one: int, other: int) -> list[tuple[int, int, int, int]]:
    """Take it if these two numbers are one, else drop it."""
    return [(_LOAD, 0, 0, one), (_TO_X, 0, 0, 0), (_LOAD, 0, 0, other), (_EQUALS_X, 0, 1, 0), (_RETURN, 0, 0, _ALL), _DROP]


# exec: take. exit: take the leader's. fork: take what is no thread. Anything else: drop.
_WANTED = (
    (_LOAD, 0, 0, _WHAT),
    (_EQUALS, 0, 1, _big(_EXEC)),
    (_RETURN, 0, 0, _ALL),
    (_EQUALS, 0, 6, _big(_EXIT)),
    *_same(_FIRST, _SECOND),
    (_EQUALS, 0, 6, _big(_FORK)),
    *_same(_THIRD, _FOURTH),
    _DROP,
)
