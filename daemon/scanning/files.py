"""Files of a user who may want the scan to hang, fail or swell: read bounded, or not at all and with a line that says why.

Whoever scans has that user's rights and no others, so a link leads only where the user could read anyway. What is bounded here
is time and memory: nothing that is not a plain file is opened (a named pipe would wait for its other end), nothing is read
beyond its limit, no folder is listed without end. Paths are the scanned machine's own; `root`, without links, says where that
machine's / lies.
"""

from __future__ import annotations

import itertools
import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from i18n.message import Arg, Message, MessageError, msg, msgn, plain, said_by
from i18n.printable import printable

MIB = 1 << 20
MAX_NAMES = 20_000  # of one folder
MAX_LOOKED = 1_000_000  # names in all folders together: of 3,000 games, 300 each near the top
MAX_OPENED = 60_000
MAX_BYTES = 512 * MIB
_MAX_PROBLEMS = 100
_OPEN = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)


class _NotPlainError(MessageError, OSError):
    pass


class Problems:
    """What could not be read or understood, a printable line each; of very many the first, and how many more."""

    def __init__(self) -> None:
        self._found: dict[str, Message] = {}
        self._more = 0

    def add(self, where: str, why: Arg) -> None:
        found = msg("{where}: {why}", where=printable(where, 300), why=printable(why, 200) if isinstance(why, str) else why)
        key = plain(found)
        if len(self._found) < _MAX_PROBLEMS:
            self._found[key] = found
        elif key not in self._found:
            self._more += 1

    @contextmanager
    def guard(self, where: str) -> Iterator[None]:
        """Whatever goes wrong with one thing costs that thing alone: otherwise one odd file would hide all games after it."""
        try:
            yield
        except MessageError as error:
            self.add(where, error.message)
        except Exception as error:  # noqa: BLE001 - said as a problem: to abort is what hostile files want
            self.add(where, said_by(error) if isinstance(error, OSError) else f"{type(error).__name__}: {error}")

    def found(self) -> list[Message]:
        more = [msgn("and {n} more problem", "and {n} more problems", self._more)] if self._more else []
        return [*self._found.values(), *more]


class Files:
    """The scanned machine's files. What cannot be had is None or nothing, and a line in `problems` unless it is not there."""

    def __init__(self, problems: Problems, root: str = "/") -> None:
        self.problems = problems
        self._root = root.rstrip("/\\")
        self._opened = self._bytes = self._looked = 0

    def read(self, path: str, limit: int = MIB) -> bytes | None:
        """The content of a plain file of at most `limit` bytes."""
        data = self.start(path, limit + 1)
        if data is not None and len(data) > limit:
            self.problems.add(path, msg("larger than {limit} bytes", limit=limit))
            return None
        return data

    def start(self, path: str, size: int) -> bytes | None:
        """The first `size` bytes of a plain file, however long it is."""
        if self._opened >= MAX_OPENED or self._bytes >= MAX_BYTES:
            self.problems.add("scan", _rest(MAX_OPENED))
            return None
        try:
            data = _read_plain(self.host(path), size)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError) as error:
            self.problems.add(path, said_by(error))
            return None
        self._opened += 1
        self._bytes += len(data)
        return data

    def text(self, path: str, limit: int = MIB) -> str | None:
        """The same as text: UTF-8, with whatever is none replaced."""
        data = self.read(path, limit)
        return None if data is None else data.decode("utf-8", "replace")

    def json(self, path: str, limit: int = 16 * MIB) -> Any:
        """What a JSON file holds; None, and a problem, if it is none, or longer than `limit` bytes."""
        text = self.text(path, limit)
        if text is None:
            return None
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            self.problems.add(path, msg("not valid JSON: {why}", why=said_by(error)))
            return None

    def names(self, folder: str) -> list[str]:
        """The names in a folder, sorted; nothing if there is no such folder."""
        try:
            with os.scandir(self.host(folder)) as entries:
                names = [entry.name for entry in itertools.islice(entries, MAX_NAMES + 1)]
        except (FileNotFoundError, NotADirectoryError):
            return []
        except (OSError, ValueError) as error:
            self.problems.add(folder, said_by(error))
            return []
        if len(names) > MAX_NAMES:
            self.problems.add(folder, _rest(MAX_NAMES))
        return sorted(names[:MAX_NAMES])

    def under(self, folder: str, *suffixes: str, depth: int = 4, most: int = MAX_NAMES) -> Iterator[str]:
        """Paths of plain files below `folder` with one of these endings (in any case), as `real(folder)/…`.

        Links to folders are not followed.
        """
        waiting = [(self.real(folder), depth)]
        seen = 0
        while waiting:
            here, left = waiting.pop()
            for name in self.names(here):
                seen += 1
                self._looked += 1
                if seen > most or self._looked > MAX_LOOKED:
                    self.problems.add(folder, _rest(most if seen > most else MAX_LOOKED))
                    return
                path = f"{here.rstrip('/')}/{name}"
                mode = self._mode(path, links=False)
                if stat.S_ISDIR(mode):
                    if left > 0:
                        waiting.append((path, left - 1))
                elif name.lower().endswith(suffixes) and (stat.S_ISREG(mode) or self.is_file(path)):
                    yield path

    def is_file(self, path: str) -> bool:
        return stat.S_ISREG(self._mode(path))

    def is_folder(self, path: str) -> bool:
        return stat.S_ISDIR(self._mode(path))

    def is_program(self, path: str) -> bool:
        """Whether this is a plain file that somebody may execute."""
        mode = self._mode(path)
        return stat.S_ISREG(mode) and mode & 0o111 != 0

    def owner(self, path: str) -> int | None:
        """The number of the account that a file is of, where accounts have one; None: it is not there."""
        try:
            return Path(self.host(path)).stat().st_uid
        except (OSError, ValueError):
            return None

    def may_change(self, folder: str) -> bool:
        """Whether whoever scans may put other files into a folder."""
        return os.access(self.host(folder), os.W_OK)

    def real(self, path: str) -> str:
        """The path without links, as this machine sees it; as it is on a drive of Windows."""
        return path if path[1:2] == ":" else os.path.realpath(self.host(path)).removeprefix(self._root) or "/"

    def host(self, path: str) -> str:
        """Where the path lies for the running process: the same, unless another root is scanned."""
        return f"{self._root}/{path.lstrip('/')}" if self._root else path

    def _mode(self, path: str, *, links: bool = True) -> int:
        """0 for what is not there."""
        try:
            return Path(self.host(path)).stat(follow_symlinks=links).st_mode
        except (OSError, ValueError):
            return 0


def _read_plain(path: str, size: int) -> bytes:
    """OSError, also for what is not a plain file. Looked at before it is opened: opening a device may do something."""
    if stat.S_ISREG(Path(path).stat().st_mode):
        with open(os.open(path, _OPEN), "rb") as file:  # noqa: PTH123 - a descriptor
            if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return file.read(size)
    raise _NotPlainError(msg("not a plain file"))


def _rest(most: int) -> Message:
    return msg("over {most} files; the rest is left out", most=most)
