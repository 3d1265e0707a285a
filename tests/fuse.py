"""A FUSE file system of a few files (fuse(4)) that answers what it likes: what an ordinary account can make the kernel ask."""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import pwd
import select
import signal
import struct
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.system import until

LOOKUP, GETATTR, OPEN, READ, STATFS = 1, 3, 14, 15, 17
_INIT, _OPENDIR, _FLUSH = 26, 27, 25
_SILENT = frozenset((2, 36, 42))  # forget, interrupt, and many forgets: nobody waits for an answer
_OPENED = struct.pack("<QII", 0, 0, 0)
_FIXED = {
    OPEN: _OPENED, _OPENDIR: _OPENED, STATFS: struct.pack("<5Q4I24x", 1, 0, 0, 1, 0, 4096, 255, 4096, 0),
    **dict.fromkeys((_FLUSH, 18, 29, 34), b""),  # flush, release, of a folder too, access
}  # fmt: skip
_ROOT = 1
_EXECUTES = 0x20  # __FMODE_EXEC of the kernel's
_MOST = 64
_LONGEST_S = 120
_TURN_S = 0.05


class Disk:
    """`hold` says what is asked of it, by number, that it does not answer until it is told others; `held` is what was asked
    meanwhile. `fails`: the error that who opens a file there to read it has, and who executes it has not.
    """

    fails = 0

    def __init__(self, files: Mapping[str, bytes], uid: int) -> None:
        self.server = 0
        self._shared = mmap.mmap(-1, mmap.PAGESIZE)
        self._names = {name.encode(): number for number, name in enumerate(files, 2)}
        self._content = dict(enumerate(files.values(), 2))
        self._uid = uid
        self._waiting: list[bytes] = []

    def hold(self, *opcodes: int) -> None:
        self._shared[:_MOST] = bytes(number in opcodes for number in range(_MOST))

    def end(self) -> None:
        """Whoever waits for an answer gets an error."""
        if self.server:
            os.kill(self.server, signal.SIGKILL)
            os.waitpid(self.server, 0)
            self.server = 0

    @property
    def held(self) -> set[int]:
        return {number for number in range(_MOST) if self._shared[_MOST + number]}

    def answer(self, request: bytes) -> bytes | None:
        opcode, unique, node = struct.unpack_from("<4xIQQ", request)
        if opcode in _SILENT:
            return None
        if opcode < _MOST and self._shared[opcode]:
            self._shared[_MOST + opcode] = 1
            self._waiting.append(request)
            return None
        said = self._body(opcode, node, request[40:])
        number, body = (-said, b"") if isinstance(said, int) else (0, said)
        return struct.pack("<IiQ", 16 + len(body), number, unique) + body

    def late(self) -> list[bytes]:
        """What it held, and holds no more."""
        waiting, self._waiting = self._waiting, []
        return [answer for one in waiting if (answer := self.answer(one)) is not None]

    def _body(self, opcode: int, node: int, data: bytes) -> bytes | int:
        if opcode == _INIT:  # version 7.31
            return struct.pack("<IIIIHHIIHHI28x", 7, 31, 0, 0, 12, 12, 4096, 1, 1, 0, 0)
        if opcode == LOOKUP:
            found = self._names.get(data.rstrip(b"\0"))
            return errno.ENOENT if found is None else struct.pack("<QQQQII", found, 0, 0, 0, 0, 0) + self._attributes(found)
        if opcode == OPEN and self.fails and not struct.unpack_from("<I", data)[0] & _EXECUTES:
            return self.fails
        if opcode == GETATTR:
            return struct.pack("<QII", 0, 0, 0) + self._attributes(node)
        if opcode == READ:
            offset, size = struct.unpack_from("<8xQI", data)
            return self._content[node][offset : offset + size]
        return _FIXED.get(opcode, errno.ENOSYS)

    def _attributes(self, node: int) -> bytes:
        mode, size = (0o40755, 0) if node == _ROOT else (0o100755, len(self._content[node]))
        return struct.pack("<6Q10I", node, size, 1, 1, 1, 1, 0, 0, 0, mode, 1, self._uid, self._uid, 0, 4096, 0)


@contextmanager
def served(folder: Path, uid: int, files: Mapping[str, bytes], more: str = "") -> Iterator[Disk]:
    """Mounted on the folder as this user's; with `more` "allow_other" it is asked also by others, root too. In the end whoever
    waits for an answer gets an error.
    """
    try:
        handle = os.open("/dev/fuse", os.O_RDWR | os.O_NONBLOCK)
    except OSError:
        pytest.skip("no FUSE here")
    libc = ctypes.CDLL(None, use_errno=True)
    gid = pwd.getpwuid(uid).pw_gid
    options = ",".join(filter(None, (f"fd={handle},rootmode=40000,user_id={uid},group_id={gid}", more))).encode()
    if libc.mount(b"tests", bytes(folder), b"fuse.tests", 0, options):
        os.close(handle)
        pytest.skip("no FUSE here")
    disk = Disk(files, uid)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # we fork beside the thread of pytest-timeout
        child = os.fork()  # a server in a process that waits for it could not even be killed
    if not child:
        try:
            signal.alarm(_LONGEST_S)
            _serve(handle, disk)
        finally:
            os._exit(0)
    os.close(handle)
    disk.server = child
    try:
        yield disk
    finally:
        disk.end()
        libc.umount2(bytes(folder), 2)


def until_held(disk: Disk) -> None:
    until(lambda: disk.held)


def _serve(handle: int, disk: Disk) -> None:
    while True:
        ready, _, _ = select.select([handle], [], [], _TURN_S)
        try:
            asked = [disk.answer(os.read(handle, 1 << 18))] if ready else []
            for answer in (*asked, *disk.late()):
                if answer is not None:
                    os.write(handle, answer)
        except OSError as error:
            if error.errno == errno.ENODEV:  # unmounted
                return
