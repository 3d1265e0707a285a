r"""Where a word of a command line leads, and what stands in the small files and folders that it names.

Only what is named from the root of a drive: where a process works is in its own memory, which we do not read. All is opened as
`\\?\…`: a plain path may name a device, which could keep us waiting.
"""

from __future__ import annotations

import ntpath
import os
import re
from collections.abc import Callable
from contextlib import suppress
from itertools import islice
from typing import BinaryIO

from daemon.platforms.interpreters.view import View
from daemon.platforms.windows.reading.readers import step
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


def _there(word: str) -> str:
    return prolonged(as_windows_reads(word)) if ABSOLUTE.fullmatch(word) and "\0" not in word else ""


def _read(word: str, read: Callable[[BinaryIO], bytes]) -> str:
    with suppress(OSError, ValueError):
        if there := _there(word):
            with opened(there) as (file, _):
                return read(file)[:_TEXT].decode("utf-8", "surrogateescape")
    return ""


def _text(word: str) -> str:
    """Java's files of arguments and Node's packages: either slash is one to Windows, a backslash means more to them."""
    text = _read(word, lambda file: file.read(_TEXT) or b"")
    return text if word.lower().endswith(".json") else text.replace("\\", "/")


def _names(word: str) -> tuple[str, ...]:
    with suppress(OSError, ValueError):
        if there := _there(word):
            step()
            with os.scandir(there) as entries:
                return tuple(entry.name for entry in islice(entries, _MOST_NAMES))
    return ()


VIEW = View(text=_text, names=_names, manifest=lambda word: _read(word, parts.manifest))
