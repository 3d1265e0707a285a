"""What small files and folders hold that a command line names. Anybody may choose the path: as with images, nothing is opened
for reading before it is known to be a plain file with content of its own. BlindError leaves, no OSError.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from itertools import islice

from daemon.platforms.linux import calls, procfs
from host import parts

_READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY


def beginning(path: str, most: int) -> bytes:
    """So many bytes of the plain file at `path`, fewer if it is shorter; nothing if there is none that we may read."""
    return _of_file(path, lambda handle: os.read(handle, most))


def manifest(path: str, most: int) -> bytes:
    """So many bytes of that of the jar at `path`; nothing if there is none."""
    return _of_file(path, lambda handle: _manifest(handle)[:most])


def _manifest(handle: int) -> bytes:
    with open(handle, "rb", buffering=0, closefd=False) as file:
        return parts.manifest(file)


def _of_file(path: str, read: Callable[[int], bytes]) -> bytes:
    try:
        node = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        return _nothing(error)
    try:
        if not stat.S_ISREG(os.fstat(node).st_mode) or calls.is_kernels(node):
            return b""
        handle = os.open(f"/proc/self/fd/{node}", _READ)
        try:
            return read(handle)
        finally:
            os.close(handle)
    except OSError as error:
        return _nothing(error)
    finally:
        os.close(node)


def names(path: str, most: int) -> tuple[str, ...]:
    """So many names of what lies in the folder at `path`."""
    try:
        with os.scandir(path) as found:
            return tuple(one.name for one in islice(found, most))
    except (OSError, ValueError) as error:
        _nothing(error)
        return ()


def _nothing(error: OSError | ValueError) -> bytes:
    if isinstance(error, OSError):  # else no name that a file could have
        procfs.check(error)
    return b""
