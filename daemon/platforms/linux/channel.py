"""One message each way between the daemon and its reader: JSON over a SEQPACKET socket (unix(7)), a long one in a memfd."""

from __future__ import annotations

import errno
import json
import os
import socket
import struct
from typing import Any

_INLINE = 1 << 16  # bytes
_LONGEST = 16 << 20

Message = dict[str, Any]


def send(line: socket.socket, message: Message) -> None:
    """Never waits. OSError, also where there is no room."""
    data = json.dumps(message).encode()
    if len(data) > _LONGEST:
        raise OSError(errno.EMSGSIZE, os.strerror(errno.EMSGSIZE))
    if len(data) <= _INLINE:
        line.send(data, socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
        return
    handle = os.memfd_create("message", os.MFD_CLOEXEC)
    try:
        os.pwrite(handle, data, 0)
        beside = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, struct.pack("=i", handle))]
        line.sendmsg([b" "], beside, socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
    finally:
        os.close(handle)


def receive(line: socket.socket, *, wait: bool = False) -> Message | None:
    """None: nobody is at the other end. BlockingIOError: nothing is there. OSError."""
    flags = socket.MSG_CMSG_CLOEXEC | (0 if wait else socket.MSG_DONTWAIT)
    data, beside, _, _ = line.recvmsg(_INLINE, socket.CMSG_SPACE(4), flags)
    if beside:
        (handle,) = struct.unpack("=i", beside[0][2][:4])
        try:
            data = os.pread(handle, os.fstat(handle).st_size, 0)
        finally:
            os.close(handle)
    elif data == b" ":  # we had no descriptor left for it
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
    found: Message | None = json.loads(data) if data else None
    return found
