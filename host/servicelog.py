"""What a service prints. It has no terminal, so that its lines go into a file: stamped, bounded, and never in its way."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

NAME = "service.log"
LIMIT = 1 << 20
_TAIL = 4096


class ServiceLog(io.TextIOBase):
    """A text stream into the file at `path`. Past LIMIT bytes it begins anew; the one before stays beside it as `.old`.

    `wall` gives Unix milliseconds. OSError: it cannot be opened. What cannot be written later (a full disk) is lost without a
    word: a service does not end because nobody reads what it prints.
    """

    def __init__(self, path: Path, wall: Callable[[], int]) -> None:
        self._path, self._wall = path, wall
        self._lock = threading.Lock()
        self._fresh = True
        self._file = path.open("ab", buffering=0)

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        with self._lock, suppress(OSError, ValueError):  # ValueError: a thread still prints after `close`
            data = self._stamped(text).encode("utf-8", "backslashreplace")
            if self._file.tell() + len(data) > LIMIT:
                self._begin_anew()
            self._file.write(data)
        return len(text)

    def close(self) -> None:
        with self._lock:
            self._file.close()
        super().close()

    def _stamped(self, text: str) -> str:
        stamp = datetime.fromtimestamp(self._wall() // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ ")
        lines = []
        for line in text.splitlines(keepends=True):
            lines.append(stamp + line if self._fresh else line)
            self._fresh = line.endswith("\n")
        return "".join(lines)

    def _begin_anew(self) -> None:
        self._file.close()
        with suppress(OSError):  # somebody has one of them open: then what was there is lost, not the bound
            self._path.replace(self._path.with_name(self._path.name + ".old"))
        self._file = self._path.open("wb", buffering=0)


def size(path: Path) -> int:
    """In bytes; 0 where it cannot be seen."""
    with suppress(OSError):
        return path.stat().st_size
    return 0


def last_line(path: Path, since: int) -> str | None:
    """The last line printed after the file had `since` bytes, without its stamp; None: none was, or it is not ours to read."""
    with suppress(OSError), path.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        begin = since if since <= end else 0  # it began anew
        file.seek(max(begin, end - _TAIL))
        lines = file.read().decode("utf-8", "replace").split("\n")
        told = [line.strip() for line in lines if line.strip()]
        if told:
            stamp, _, line = told[-1].partition(" ")
            return line if stamp.endswith("Z") and line else told[-1]
    return None
