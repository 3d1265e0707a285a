"""Files that the caller names: read with one clear line for what is wrong, written whole or not at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from cli.errors import CommandError
from i18n.message import msg, said_by, typed

_TEXT_LIMIT = 16 << 20


def read_text(name: str) -> str:
    """The text of the file, or of stdin for "-". CommandError (2) if it cannot be read, is no UTF-8, or too large."""
    data = read_bytes(name, _TEXT_LIMIT + 1)
    if len(data) > _TEXT_LIMIT:
        raise CommandError(msg("{path} is larger than {size} MiB", path=name, size=_TEXT_LIMIT >> 20))
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise CommandError(msg("{path} is not a text in UTF-8 (byte {at})", path=name, at=error.start)) from None


def read_bytes(name: str, limit: int = -1) -> bytes:
    """What is in the file, or comes from stdin for "-"; of that at most `limit` bytes. CommandError (2)."""
    try:
        if name == "-":
            return sys.stdin.buffer.read(limit)
        with Path(name).open("rb") as file:
            return file.read(limit)
    except OSError as error:
        raise CommandError(msg("{path} cannot be read: {why}", path=name, why=said_by(error))) from None
    except ValueError:  # a name with a zero byte
        raise CommandError(msg("{name} cannot be the name of a file", name=typed(name))) from None


def write_new(path: Path, pieces: Iterable[bytes], *, secret: bool = False) -> int:
    """Write a file that did not exist, durably, in one step; returns its size. `secret`: nobody else on this PC may read it.
    CommandError (1): then there is no file.
    """
    if os.path.lexists(path):
        raise CommandError(msg("{path} exists; choose another name or remove it first", path=str(path)), code=1)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        mode = 0o600 if secret else 0o666
        with open(part, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
            size = sum(file.write(piece) for piece in pieces)
            file.flush()
            os.fsync(file.fileno())
        _publish(part, path)
    except FileExistsError:
        raise CommandError(msg("{path}: somebody else has just made it", path=str(path)), code=1) from None
    except OSError as error:
        raise CommandError(msg("{path} cannot be written: {why}", path=str(path), why=said_by(error)), code=1) from None
    finally:
        with suppress(OSError):
            part.unlink()
    return size


def _publish(part: Path, path: Path) -> None:
    """Give the finished file its name, never over another one. FileExistsError."""
    try:
        path.hardlink_to(part)
    except FileExistsError:
        raise
    except OSError:  # a stick with FAT knows no links; there the look before has to do
        part.rename(path)
