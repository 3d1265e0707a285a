r"""HOME/daemon/denials.json: what is denied, on disk before it is done, so that whoever finds it can undo it.

::

    {"format": 1, "task": true, "known": [["roblox", "C:\\…\\RobloxPlayerBeta.exe"]],
     "held": [{"path": …, "volume": …, "file": "…", "sid": "S-1-5-21-…", "mask": 32, "expires": …, "set_at": …, "boot": "…"}]}

Daemon and `lift` are two processes: whoever changes it holds denials.lock meanwhile.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from daemon.platforms.windows.denial import Denial
from host.files import write_atomic
from host.system import files

NAME = "denials.json"
_LOCK = "denials.lock"
_LARGEST = 1 << 22
_ASIDE = 10
_OBJECT = re.compile(rb"\{[^{}]*\}")  # a denial holds no object, so that each can be found in a broken file


class Ledger(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`task`: one that lifts was registered. `known`: (game, path) of executables once recognised, the newest last."""

    format: int = 1
    task: bool = False
    known: tuple[tuple[str, str], ...] = ()
    held: tuple[Denial, ...] = ()


EMPTY = Ledger()


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Nobody else changes the ledger meanwhile. TakenError if somebody does already, OSError."""
    handle = files().lock(folder / _LOCK)
    try:
        yield
    finally:
        os.close(handle)


def read(folder: Path) -> tuple[Ledger, Path | None]:
    """What is held. If the file is damaged: what could be made out, and where the file is kept now. Under the lock. OSError."""
    path = folder / NAME
    try:
        with path.open("rb") as opened:
            data = opened.read(_LARGEST + 1)
    except FileNotFoundError:
        return EMPTY, None
    with suppress(msgspec.MsgspecError, ValueError):
        ledger = msgspec.json.decode(data, type=Ledger)
        if len(data) <= _LARGEST and ledger.format == EMPTY.format and all(one.whole for one in ledger.held):
            return ledger, None
    found = Ledger(task=True, held=tuple(_salvaged(data)))  # whether there is a task cannot be known: removing it harms nothing
    # What was made out is written first: the name under which others look for it never holds nothing.
    aside = _aside(folder)
    write_atomic(aside, data)
    write(folder, found)
    return found, aside


def write(folder: Path, ledger: Ledger) -> None:
    """Durable when it returns; under the lock. What says nothing is no file. OSError."""
    if ledger == EMPTY:
        (folder / NAME).unlink(missing_ok=True)
    else:
        write_atomic(folder / NAME, msgspec.json.encode(ledger))


def forget(folder: Path) -> None:
    """Leaves nothing of ours; the lock's file too, which nobody may hold any more. OSError."""
    for name in (NAME, _LOCK):
        (folder / name).unlink(missing_ok=True)


def _salvaged(data: bytes) -> Iterator[Denial]:
    for found in _OBJECT.finditer(data):
        with suppress(msgspec.MsgspecError, ValueError):
            denial = msgspec.json.decode(found[0], type=Denial)
            if denial.whole:
                yield denial


def _aside(folder: Path) -> Path:
    """A name that is free; the last one is used again and again."""
    names = [folder / f"denials.damaged-{number}.json" for number in range(1, _ASIDE + 1)]
    return next((path for path in names if not path.exists()), names[-1])
