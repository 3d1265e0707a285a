"""The kernel's process events over netlink (linux/connector.h, linux/cn_proc.h), where it does not carry tags for us.

A classic BPF filter lets through each exec and the starts and ends of whole processes. Needs CAP_NET_ADMIN, the initial network
and process namespaces, and CONFIG_PROC_EVENTS.
"""

from __future__ import annotations

import errno
import os
import socket
import struct
from contextlib import suppress
from ctypes import addressof, create_string_buffer

from daemon.platforms.linux.process_events import Event, EventsLostError, Kind, in_first_namespaces

_NETLINK_CONNECTOR = 11
_CN_IDX_PROC, _CN_VAL_PROC = 1, 1
_LISTEN, _IGNORE = 1, 2
_NLMSG_DONE = 3
_SO_ATTACH_FILTER, _SO_RCVBUFFORCE = 26, 33
_BUFFER = 16 << 20  # bytes
_AT_ONCE = 1_024

_HEADER = struct.Struct("=IHHII")  # nlmsghdr: len, type, flags, seq, pid
_MESSAGE = struct.Struct("=IIIIHH")  # cn_msg: idx, val, seq, ack, len, flags
_EVENT = struct.Struct("=IIQ4I")  # proc_event: what, cpu, timestamp_ns, then four numbers of the event
_EVENT_AT = _HEADER.size + _MESSAGE.size
_FORK, _EXEC, _EXIT = 0x1, 0x2, 0x80000000
_KINDS: dict[int, Kind] = {_FORK: "fork", _EXEC: "exec", _EXIT: "exit"}

# Classic BPF (linux/filter.h): code, jump if true, jump if false, constant. Numbers are loaded as big-endian.
_INSTRUCTION = struct.Struct("=HBBI")
_LOAD, _TO_X, _EQUALS, _EQUALS_X, _RETURN = 0x20, 0x07, 0x15, 0x1D, 0x06
_FIRST, _SECOND, _THIRD, _FOURTH = range(_EVENT_AT + 16, _EVENT_AT + 32, 4)
_TAKE, _DROP = (_RETURN, 0, 0, 0xFFFFFFFF), (_RETURN, 0, 0, 0)
_Classic = tuple[int, int, int, int]


class Connector:
    """One subscription."""

    def __init__(self) -> None:
        """OSError."""
        if not in_first_namespaces():
            raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK, _NETLINK_CONNECTOR)
        try:
            self._attach()
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER)
            self._socket.bind((0, _CN_IDX_PROC))
            self._say(_LISTEN)
        except OSError:
            self._socket.close()
            raise

    def fileno(self) -> int:
        return self._socket.fileno()

    def read(self) -> list[Event]:
        """What has happened, in order, at most so much. EventsLostError."""
        events: list[Event] = []
        while len(events) < _AT_ONCE:
            try:
                data, sender = self._socket.recvfrom(1024)
            except BlockingIOError:
                break
            except OSError:  # ENOBUFS, and whatever else keeps us from reading
                raise EventsLostError(events) from None
            event = _parse(data) if sender[0] == 0 else None  # 0 is the kernel; nobody else is to be believed
            events += [event] if event else []
        return events

    def close(self) -> None:
        with suppress(OSError):  # its end says the same
            self._say(_IGNORE)
        self._socket.close()

    def _say(self, what: int) -> None:
        body = struct.pack("=I", what)
        message = _MESSAGE.pack(_CN_IDX_PROC, _CN_VAL_PROC, 0, 0, len(body), 0) + body
        self._socket.send(_HEADER.pack(_HEADER.size + len(message), _NLMSG_DONE, 0, 0, os.getpid()) + message)

    def _attach(self) -> None:
        """exec: take. exit: take the leader's. fork: take what is no thread. Anything else: drop. OSError."""
        wanted: list[_Classic] = [
            (_LOAD, 0, 0, _EVENT_AT),
            (_EQUALS, 0, 1, _big(_EXEC)),
            _TAKE,
            (_EQUALS, 0, 6, _big(_EXIT)),
            *_same(_FIRST, _SECOND),
            (_EQUALS, 0, 6, _big(_FORK)),
            *_same(_THIRD, _FOURTH),
            _DROP,
        ]
        program = b"".join(_INSTRUCTION.pack(*one) for one in wanted)
        code = create_string_buffer(program, len(program))
        fprog = struct.pack("@HP", len(wanted), addressof(code))
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, fprog)


def _same(one: int, other: int) -> list[_Classic]:
    """Take it if these two numbers are one, else drop it."""
    return [(_LOAD, 0, 0, one), (_TO_X, 0, 0, 0), (_LOAD, 0, 0, other), (_EQUALS_X, 0, 1, 0), _TAKE, _DROP]


def _big(number: int) -> int:
    return int.from_bytes(struct.pack("=I", number), "big")


def _parse(data: bytes) -> Event | None:
    if len(data) < _EVENT_AT + _EVENT.size or _MESSAGE.unpack_from(data, _HEADER.size)[:2] != (_CN_IDX_PROC, _CN_VAL_PROC):
        return None
    what, _, ns, first, second, third, fourth = _EVENT.unpack_from(data, _EVENT_AT)
    kind = _KINDS.get(what)
    if kind == "fork":  # parent_pid, parent_tgid, child_pid, child_tgid: equal ones for a process, not for a thread
        return Event(kind, fourth, ns, second) if third == fourth else None
    return Event(kind, second, ns) if kind and first == second else None  # process_pid, process_tgid
