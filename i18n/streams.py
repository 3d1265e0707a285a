"""Vietnamese on standard output, whoever reads it, and however long."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterable
from io import TextIOWrapper

_READER_LEFT = {errno.EPIPE, errno.EINVAL}  # of a pipe that nobody reads any more; the second is Windows' word for it


def speak_utf8() -> None:
    """Files and pipes get the same UTF-8 bytes on every system. A terminal keeps its encoding and shows ? for what it lacks."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            encoding, newline = (None, None) if stream.isatty() else ("utf-8", "\n")
            stream.reconfigure(encoding=encoding, errors="replace", newline=newline)


def put(pieces: Iterable[bytes]) -> int:
    """What is no text of ours, to standard output as it is; returns how many bytes. OSError."""
    sys.stdout.flush()
    size = sum(sys.stdout.buffer.write(piece) for piece in pieces)
    sys.stdout.flush()
    return size


def drop_output(error: OSError) -> bool:
    """Give up what could not be written for this reason. Whether that is fine: whoever reads has seen enough.

    It stays in the buffer; Python tries again when it ends, and would exit with 120.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return error.errno in _READER_LEFT
