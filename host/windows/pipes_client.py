"""The client's end of a named pipe: who waits for an answer dials it, who runs a loop opens it (api.Channels).

Whoever answers may be an impostor: it can neither act as us, because it may only look at who we are (SECURITY_IDENTIFICATION),
nor play the system's agent, whose pipe has to belong to somebody who may run it.
"""

from __future__ import annotations

import _winapi
import errno
import hashlib
import io
import math
import ntpath
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Self, cast

import win32pipe
import win32security

from host.api import Kind, Name, UntrustedError
from host.windows import files
from host.windows.win32 import BROKEN_PIPE, IO_PENDING, PIPE_BUSY, AsOSError, Handle, open_file
from i18n.message import msg

if TYPE_CHECKING:
    import asyncio

CLIENT_RIGHTS = 0x0012019B
"""FILE_GENERIC_READ | FILE_GENERIC_WRITE without FILE_CREATE_PIPE_INSTANCE, which GENERIC_WRITE would ask for (winnt.h)."""

# A prefix in which only administrators may make pipes; the agent's own account is none, so that its pipe lies outside.
SYSTEM_DAEMON = r"\\.\pipe\ProtectedPrefix\Administrators\GioChoi\daemon"
SYSTEM_AGENT = r"\\.\pipe\giochoi-agent"

_OVERLAPPED, _SQOS_PRESENT, _IDENTIFICATION = 0x4000_0000, 0x0010_0000, 0x0001_0000
_SEM_TIMEOUT, _PIPE_NOT_CONNECTED, _OPERATION_ABORTED = 121, 233, 995
_PIECE = 1 << 16
_SLICE = 50  # milliseconds, so that Ctrl+C is heard


def address(root: Path, kind: Kind, name: Name) -> str:
    if kind == "system":
        return SYSTEM_DAEMON if name == "daemon" else SYSTEM_AGENT
    home = ntpath.normcase(ntpath.normpath(root)).casefold()
    return rf"\\.\pipe\giochoi-{name}-{hashlib.sha256(home.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def folder(address: str) -> None:
    """Pipes lie in no folder."""


def connect(address: str) -> Handle:
    """A connection, or at once an OSError: FileNotFoundError where nobody listens, winerror PIPE_BUSY, PermissionError."""
    handle = open_file(address, CLIENT_RIGHTS, _OVERLAPPED | _SQOS_PRESENT | _IDENTIFICATION, share=0)
    if address == SYSTEM_AGENT and owner(handle.value) not in files.publishers("system"):
        handle.close()
        raise UntrustedError(msg("another program holds that name"))
    return handle


def owner(handle: int) -> str:
    """The SID of whoever owns the pipe, by a handle of either end: who made its first instance decides that. OSError."""
    with AsOSError():
        found = win32security.GetKernelObjectSecurity(handle, win32security.OWNER_SECURITY_INFORMATION)
        return win32security.ConvertSidToStringSid(found.GetSecurityDescriptorOwner())


def exists(address: str) -> bool:
    """Asks the pipe file system for an instance to wait for; unlike a connection, that takes none away."""
    try:
        _winapi.WaitNamedPipe(address, 1)
    except OSError as error:
        return error.winerror == _SEM_TIMEOUT  # all of its instances have a client
    return True


def server_pid(address: str) -> int | None:
    try:
        return pid_behind(address)
    except OSError:
        return None


def pid_behind(address: str) -> int:
    """The process that made the instance that answers. OSError as `connect`."""
    with connect(address) as handle, AsOSError():
        pid: int = win32pipe.GetNamedPipeServerProcessId(handle.value)
        return pid


async def open(address: str, limit: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:  # noqa: A001 - the seam's name
    try:
        handle = connect(address)
    except OSError as error:
        if error.winerror == PIPE_BUSY:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN)) from error
        raise
    from asyncio.windows_utils import PipeHandle  # noqa: PLC0415 - as in host.rpc_client

    from host.windows.proactor import streams  # noqa: PLC0415 - the same

    return streams(PipeHandle(handle.detach()), limit)


def dial(address: str, timeout: float | None) -> _Connection:
    left = math.inf if timeout is None else timeout * 1000
    while True:
        try:
            return _Connection(connect(address), timeout)
        except OSError as error:
            if error.winerror != PIPE_BUSY or left <= 0:
                raise
        left -= _wait_for_instance(address)


def _wait_for_instance(address: str) -> int:
    """Wait until there may be one. Returns about how many milliseconds at most that took."""
    try:
        _winapi.WaitNamedPipe(address, _SLICE)
    except OSError:
        return _SLICE
    return 1  # another client may be faster: then again


class _Connection:
    """A client's end (api.Connection). An operation's buffer belongs to its Overlapped until the kernel has let go of it."""

    def __init__(self, handle: Handle, timeout: float | None) -> None:
        self._handle = handle
        self._ms = _winapi.INFINITE if timeout is None else math.ceil(timeout * 1000)

    def sendall(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            count, _ = self._finish(*_winapi.WriteFile(self._handle.value, rest[:_PIECE], overlapped=True))
            rest = rest[count:]

    def receive(self, limit: int) -> bytes:
        """What has come, at most `limit` bytes; empty when the other end is closed. OSError, TimeoutError."""
        try:
            _, data = self._finish(*_winapi.ReadFile(self._handle.value, min(limit, _PIECE), overlapped=True))
        except OSError as error:
            if error.winerror in {BROKEN_PIPE, _PIPE_NOT_CONNECTED}:
                return b""
            raise
        return data

    def lines(self) -> BinaryIO:
        return cast("BinaryIO", io.BufferedReader(_Incoming(self), _PIECE))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._handle.close()

    def _finish(self, operation: _winapi.Overlapped, code: int) -> tuple[int, bytes]:
        """How many bytes it moved, and those that were read."""
        came = False
        try:
            came = code != IO_PENDING or self._wait(operation.event)
        finally:  # also on Ctrl+C
            if not came:
                operation.cancel()
            count, code = operation.GetOverlappedResult(True)
        if code == _OPERATION_ABORTED:
            raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
        return count, operation.getbuffer() or b""

    def _wait(self, event: int) -> bool:
        while True:
            try:  # of the calls that wait, the one that Ctrl+C interrupts
                return _winapi.WaitForMultipleObjects([event], False, self._ms) == _winapi.WAIT_OBJECT_0
            except InterruptedError:
                continue  # its handler had nothing against waiting on


class _Incoming(io.RawIOBase):
    """What comes back on a connection, for a BufferedReader."""

    def __init__(self, connection: _Connection) -> None:
        super().__init__()
        self._connection = connection

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._connection.receive(len(buffer))
        buffer[: len(data)] = data
        return len(data)
