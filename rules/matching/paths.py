"""Paths of programs, of Linux and Windows alike, as recognition compares them: pure, whatever system this runs on."""

from __future__ import annotations

import posixpath
import re

WINDOWS = ".exe"
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")


def is_windows(path: str) -> bool:
    return path[-len(WINDOWS) :].lower() == WINDOWS


def has_drive(path: str) -> bool:
    """Whether it is an absolute path of Windows, of a drive or of another machine."""
    return path[:1] != "/" and ((path[1:2] == ":" and _DRIVE.match(path) is not None) or path[:2] == "\\\\")


def name_key(path: str) -> str:
    """The file's name as it is indexed: Windows, and Wine, take names in any case and separate folders by either slash."""
    if is_windows(path):
        return path.replace("\\", "/").rpartition("/")[2].casefold()
    return posixpath.basename(path)


def path_key(path: str) -> str:
    """The path as it is indexed."""
    return path.removeprefix("\\\\?\\").replace("\\", "/").casefold() if has_drive(path) else path
