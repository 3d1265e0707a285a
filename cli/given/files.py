"""Files that the caller names: read with one clear line for what is wrong, written whole or not at all."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from cli.errors import CommandError
from cli.output import Output
from i18n import written
from i18n.message import Arg, msg, said_by, typed
from i18n.streams import put

STDOUT: Final = Path("-")
"""Standard output, where a file to write is named."""
BOM: Final = "\ufeff"
"""A table begins with it: without it, spreadsheets take Vietnamese letters for others."""

_TEXT_LIMIT = 16 << 20


def new_file(text: str) -> Path:
    """A file to write, as it is typed: "-" is standard output, and ./- a file of that name."""
    path = Path(text)
    return STDOUT if text == "-" else path.absolute() if path == STDOUT else path


def alone(args: Namespace, *, json: bool) -> None:
    """CommandError (2) where standard output would get something beside what is written to it."""
    there = sum(value is STDOUT for value in vars(args).values())
    if there and there + json > 1:
        raise CommandError(written.NOT_ALONE)


def named(path: Path) -> Arg:
    """What a file that is written is called."""
    return msg("standard output") if path is STDOUT else str(path)


def answer(out: Output, path: Path, document: dict[str, object], said: Arg) -> None:
    """That the file is written: beside it, if it is standard output."""
    if path is STDOUT:
        out.message(said)
    else:
        out.answer({"file": str(path.absolute()), **document}, said)


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


def write_new(path: Path, pieces: Iterable[bytes], *, secret: bool = False, text: bool = False) -> int:
    """Write a file that did not exist, durably, in one step; returns its size. `secret`: nobody else on this PC may read it.
    `text`: it may stand on a terminal. CommandError: then there is no file.
    """
    if path is STDOUT:
        if sys.stdout.isatty() and not text:
            raise CommandError(written.NO_TEXT)
        return put(pieces)
    if path.is_dir():
        raise CommandError(written.is_folder(str(path)), code=1)
    if os.path.lexists(path):
        raise CommandError(written.exists(str(path)), code=1)
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


def harmless(value: str) -> str:
    """A cell of a table, from who knows whom: a spreadsheet would take what begins like this for a formula."""
    return f"'{value}" if value[:1] in {"=", "+", "-", "@", "\t", "\r"} else value
