r"""Where a word of a command line leads, and what stands in the small files and folders that it names.

All is opened as `\\?\…`: a plain path may name a device, which could keep us waiting.
"""

from __future__ import annotations

import ntpath
import os
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice
from typing import BinaryIO

from daemon.platforms.interpreters.runs import View
from daemon.platforms.windows.watching.opening import opened
from host import parts

PROLONGED = "\\\\?\\"
ON_DRIVE = re.compile(r"[A-Za-z]:\\")
ABSOLUTE = re.compile(r"[A-Za-z]:[\\/].+|\\\\.+")
_OF_DEVICE = re.compile(r"\\\\[?.]\\(?=[A-Za-z]:\\)")
_TEXT = 1 << 16
_MOST_NAMES = 1024


def as_windows_reads(path: str) -> str:
    r"""Where a program ends up that opens this: `game.py.` and `game.py ` are `game.py`, but for what begins with `\\?\`."""
    return path if path.startswith(PROLONGED) else ntpath.abspath(path)


def prolonged(path: str) -> str:
    r"""An absolute path as `\\?\…`; nothing if it is on no drive of this PC."""
    whole = _OF_DEVICE.sub("", ntpath.normpath(path))
    return PROLONGED + whole if ON_DRIVE.match(whole) else ""


Paths = Callable[[str], tuple[str, ...]]
"""Where a word of a command line leads, from the root of a drive (working.py)."""


def view(paths: Paths) -> View:
    def there(word: str) -> Iterator[str]:
        found = (prolonged(as_windows_reads(path)) for path in paths(word)) if "\0" not in word else ()
        return filter(None, found)

    def read(word: str, do: Callable[[BinaryIO], bytes]) -> str:
        found = []
        for path in there(word):
            with suppress(OSError, ValueError), opened(path) as (file, _):
                found.append(do(file)[:_TEXT].decode("utf-8", "surrogateescape"))
        return "\n".join(found)

    def text(word: str) -> str:
        """Java's files of arguments and Node's packages: either slash is one to Windows, a backslash means more to them."""
        found = read(word, lambda file: file.read(_TEXT) or b"")
        return found if word.lower().endswith(".json") else found.replace("\\", "/")

    def names(word: str) -> tuple[str, ...]:
        found: list[str] = []
        for path in there(word):
            with suppress(OSError, ValueError), os.scandir(path) as entries:
                found += (entry.name for entry in islice(entries, _MOST_NAMES))
        return tuple(dict.fromkeys(found))

    return View(text=text, names=names, manifest=lambda word: read(word, parts.manifest))
