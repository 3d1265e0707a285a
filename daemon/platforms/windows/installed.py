"""Who can have put a file where it lies: of an administrator's its name, and of some what it says, can be believed."""

from __future__ import annotations

import ntpath
import os
import uuid
from contextlib import suppress
from functools import cache
from pathlib import Path

from daemon.platforms.windows.registry import Hive, WindowsRegistry
from daemon.platforms.windows.shops import TRUSTED, Shops, holds, slashes
from host.windows.descriptors import descriptor_of
from host.windows.files import known_folder
from host.windows.sids import Entry, replacers, writers
from host.windows.win32 import READ_CONTROL, open_itself

# knownfolders.h: ProgramFiles, ProgramFilesX86, Windows
_FOLDERS = (
    uuid.UUID("905e63b6-c1bf-494e-b29c-65b732d3d21a"),
    uuid.UUID("7c5a40ef-a0fb-4bfc-874a-c0f2e0b9fa8e"),
    uuid.UUID("f38bf404-1d43-42f2-9305-67de0b28fc23"),
)


@cache
def places() -> tuple[str, ...]:
    """The folders that Windows itself keeps from users, in lower case, each with a backslash at its end."""
    found = []
    for folder in _FOLDERS:
        with suppress(OSError):
            found.append(str(known_folder(folder)).casefold().rstrip("\\") + "\\")
    return tuple(dict.fromkeys(found))


def kept(path: str) -> bool:
    r"""Of an absolute path: it lies in one of those places, and nobody but administrators may change a folder above it. In some
    of them everybody may (`C:\Windows\Temp`).

    Asked from above down: what lies below a folder that others may change is not looked at, as it may lead anywhere.
    """
    place = next((one for one in places() if path.casefold().startswith(one)), None)
    return place is not None and all(only_administrators(one) for one in _folders(path, len(place) - 1))


def installed(path: str) -> bool:
    """The same, and the file itself can be changed by nobody else."""
    return kept(path) and only_administrators(path)


def only_administrators(path: str) -> bool:
    """Whether nobody else owns or may change this file or folder. False where that is not seen."""
    try:
        owner, entries = _descriptor(path)
    except OSError:
        return False
    return writers(entries, owner) | {owner} <= TRUSTED


def believable(told: str, folder: str) -> bool:
    """Whether what the file at the first path says holds for the folder at the second, by the access lists of both. The paths
    have slashes. False also where that is not seen.
    """
    try:
        teller, entries = _descriptor(told.replace("/", "\\"))
        owner, of_folder = _descriptor(folder.replace("/", "\\"))
    except OSError:
        return False
    return holds(writers(entries, teller) | {teller}, replacers(of_folder, owner))


def shops(registry: WindowsRegistry, *hives: Hive) -> Shops:
    """Of this PC."""
    drives = tuple(f"{letter}:" for letter in "CDEFGH" if Path(f"{letter}:/").is_dir())
    return Shops(registry, slashes(os.environ.get("PROGRAMDATA", "C:/ProgramData")), drives, hives, believes=believable)


def _descriptor(path: str) -> tuple[str, tuple[Entry, ...] | None]:
    with open_itself(path, READ_CONTROL) as handle:
        return descriptor_of(handle.value)


def _folders(path: str, shortest: int) -> list[str]:
    """Those above it, the highest first; the first is that long."""
    found = []
    while len(path := ntpath.dirname(path)) >= shortest:
        found.append(path)
    return found[::-1]
