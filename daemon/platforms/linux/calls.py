"""The system calls that Python does not have, with their constants (fanotify(7), prctl(2)). Failures are OSError."""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from dataclasses import dataclass

_libc = ctypes.CDLL(None, use_errno=True)
_libc.fanotify_init.argtypes = (ctypes.c_uint, ctypes.c_uint)
_libc.fanotify_mark.argtypes = (ctypes.c_int, ctypes.c_uint, ctypes.c_uint64, ctypes.c_int, ctypes.c_char_p)
_libc.fstatfs.argtypes = (ctypes.c_int, ctypes.c_void_p)
_prctl = ctypes.PyDLL(None, use_errno=True).prctl  # it never waits: the interpreter's lock is kept meanwhile
_prctl.argtypes = (ctypes.c_int, ctypes.c_ulong, ctypes.c_ulong, ctypes.c_ulong, ctypes.c_ulong)

_AT_FDCWD = -100
_OPEN_EXEC_PERM = 0x40000
_CLOEXEC, _NONBLOCK, _CLASS_CONTENT, _UNLIMITED_QUEUE, _UNLIMITED_MARKS, _FD_ERROR = 0x1, 0x2, 0x4, 0x10, 0x20, 0x2000
_ADD, _IGNORED_MASK, _FLUSH, _FILESYSTEM, _EVICTABLE = 0x1, 0x20, 0x80, 0x100, 0x200
_ALLOW, _DENY = 1, 2
_VERSION = 3
_ALL = 0xFFFFFFFF
_EVENT = struct.Struct("=IBBHQii")  # event_len, vers, reserved, metadata_len, mask, fd, pid
_RESPONSE = struct.Struct("=iI")
AT_ONCE = 170  # questions

_STATFS = 256  # no struct statfs is larger; its first word is the type (statfs(2))
# procfs, sysfs, tracefs, debugfs, securityfs, configfs, cgroup, cgroup2, bpf, efivarfs, pstore
_KERNELS = frozenset((
    0x9FA0, 0x62656572, 0x74726163, 0x64626720, 0x73636673, 0x62656570, 0x27E0EB, 0x63677270, 0xCAFE4A11, 0xDE5E81E4, 0x6165676C
))  # fmt: skip

_PR_SET_NAME = 15


@dataclass(frozen=True, slots=True)
class Question:
    """The kernel asks whether process `pid` may execute the open file `handle`, which has to be closed.

    A negative one is the errno, negated, for which the file could not be opened: that start is refused already.
    """

    handle: int
    pid: int


def fanotify_open() -> int:
    """A descriptor that will be asked before programs are executed. Needs CAP_SYS_ADMIN.

    Files are opened without waiting: else who holds a lease of one (fcntl(2), F_SETLEASE) has us wait, and all others for us.
    """
    flags = _CLOEXEC | _NONBLOCK | _CLASS_CONTENT | _UNLIMITED_QUEUE | _UNLIMITED_MARKS
    files = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_LARGEFILE
    handle = int(_libc.fanotify_init(flags | _FD_ERROR, files))
    if handle < 0 and ctypes.get_errno() == errno.EINVAL:  # before 6.13, but not on Debian 13: such starts are refused silently
        handle = int(_libc.fanotify_init(flags, files))
    return _checked(handle, "fanotify_init")


def fanotify_read(handle: int) -> list[Question]:
    """What the kernel asks at the moment. ValueError: a kernel that speaks otherwise. OSError also where a file could not be
    opened, if the kernel does not say which: none then if it would have had to wait.
    """
    try:
        data = os.read(handle, AT_ONCE * _EVENT.size)
    except BlockingIOError:
        return []
    asked, at = [], 0
    while at + _EVENT.size <= len(data):
        length, version, _, _, mask, file, pid = _EVENT.unpack_from(data, at)
        if version != _VERSION or length < _EVENT.size:
            raise ValueError(f"fanotify version {version}")
        if mask & _OPEN_EXEC_PERM:
            asked.append(Question(file, pid))
        at += length
    return asked


def fanotify_answer(handle: int, file: int, *, allow: bool) -> None:
    os.write(handle, _RESPONSE.pack(file, _ALLOW if allow else _DENY))


def fanotify_watch(handle: int, path: str) -> None:
    """Be asked for every program on the filesystem that `path` lies on."""
    _mark(handle, _ADD | _FILESYSTEM, _OPEN_EXEC_PERM, path)


def fanotify_ignore(handle: int, path: str) -> None:
    """Be asked no more for this file until its content is modified, its inode leaves memory, or all is flushed."""
    try:
        _mark(handle, _ADD | _IGNORED_MASK | _EVICTABLE, _OPEN_EXEC_PERM, path)
    except OSError:  # evictable marks are known since Linux 5.19
        _mark(handle, _ADD | _IGNORED_MASK, _OPEN_EXEC_PERM, path)


def fanotify_flush(handle: int) -> None:
    """Forget which files to ignore."""
    _mark(handle, _FLUSH, 0, None)


def is_kernels(handle: int) -> bool:
    """Whether the file is one of those that the kernel makes up: reading may wait, take away or do something. OSError."""
    return kind_of_filesystem(handle) in _KERNELS


def kind_of_filesystem(handle: int) -> int:
    """By its number in statfs(2). OSError."""
    buffer = ctypes.create_string_buffer(_STATFS)
    _checked(int(_libc.fstatfs(handle, buffer)), "fstatfs")
    return int(ctypes.c_ulong.from_buffer(buffer).value) & _ALL


def name_process(name: str) -> None:
    """What ps shows for this process; at most 15 bytes."""
    buffer = ctypes.create_string_buffer(name.encode()[:15])
    _checked(int(_prctl(_PR_SET_NAME, ctypes.addressof(buffer), 0, 0, 0)), "prctl")


def _mark(handle: int, flags: int, mask: int, path: str | None) -> None:
    name = None if path is None else os.fsencode(path)
    _checked(int(_libc.fanotify_mark(handle, flags, mask, _AT_FDCWD, name)), path or "fanotify_mark")


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)
    return result
