"""One message each way between the daemon and its readers: a head (JSON), bytes, at most one descriptor (unix(7))."""

from __future__ import annotations

import errno
import json
import os
import socket
import stat
import struct
from contextlib import suppress
from typing import Any, NamedTuple

from daemon.platforms.linux import calls

_LARGEST = 1 << 16
_INLINE = 1 << 15  # what is longer goes in a file in memory


class Message(NamedTuple):
    """`handle`, if any, is the receiver's to close; -1: none."""

    head: dict[str, Any]
    body: bytes = b""
    handle: int = -1


class Found(NamedTuple):
    """What a file is, as os.stat_result has it. `kernels`: a plain one that the kernel makes up."""

    st_mode: int
    st_dev: int
    st_ino: int
    st_size: int
    st_uid: int
    st_mtime_ns: int
    st_ctime_ns: int
    kernels: bool


def found(handle: int) -> Found:
    """OSError. It may take as long as whoever answers for the file system likes."""
    one = os.fstat(handle)
    kernels = stat.S_ISREG(one.st_mode) and one.st_size > 0 and calls.is_kernels(handle)
    return Found(
        one.st_mode, one.st_dev, one.st_ino, one.st_size, one.st_uid, one.st_mtime_ns, one.st_ctime_ns, kernels
    )  # fmt: skip


def send(line: socket.socket, message: Message, flags: int = 0) -> None:
    """OSError, also where it is longer than anybody receives."""
    head, body, handle = message
    made = -1
    if len(body) > _INLINE:
        made = handle = os.memfd_create("answer", os.MFD_CLOEXEC)
    try:
        if made >= 0:
            os.pwrite(made, body, 0)
            head, body = {**head, "length": len(body)}, b""
        data = json.dumps(head).encode() + b"\0" + body
        if len(data) > _LARGEST:
            raise OSError(errno.EMSGSIZE, os.strerror(errno.EMSGSIZE))
        beside = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, struct.pack("=i", handle))] if handle >= 0 else []
        line.sendmsg([data], beside, flags | socket.MSG_NOSIGNAL)  # socket.send_fds forgets its flags
    finally:
        if made >= 0:
            os.close(made)


def receive(line: socket.socket, flags: int = 0) -> Message | None:
    """None: nobody is at the other end. OSError, also for want of descriptors."""
    data, beside, cut, _ = line.recvmsg(_LARGEST, socket.CMSG_SPACE(4), flags | socket.MSG_CMSG_CLOEXEC)
    handle = struct.unpack("=i", beside[0][2][:4])[0] if beside else -1
    if not data:
        return None
    if cut & socket.MSG_CTRUNC:
        shut(handle)
        raise OSError("no descriptor left")
    text, _, body = data.partition(b"\0")
    head = json.loads(text)
    if "length" in head:
        try:
            body = os.pread(handle, head["length"], 0)
        finally:
            shut(handle)
        handle = -1
    return Message(head, body, handle)


def shut(handle: int) -> None:
    if handle >= 0:
        with suppress(OSError):
            os.close(handle)
