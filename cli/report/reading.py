"""The entries of a bundle one tile after the other: those of a year do not fit into memory."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cli.errors import CommandError
from compliance.bundle import CHECKPOINT, KEY
from compliance.entry import MAX_BYTES
from compliance.format.tiles import WIDTH, BundleEncodingError, decode_entries, entry_bundles
from compliance.note import Checkpoint, NoteError, VerifierKey, parse_checkpoint, parse_vkey
from compliance.reporting.counting import Counter
from i18n.message import Arg, msg, said_by

_LARGEST = WIDTH * (MAX_BYTES + 2)  # a tile of the longest entries
_BROKEN = (OSError, KeyError, ValueError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error, NoteError)


@dataclass(frozen=True, slots=True)
class Source:
    """Which log, and how much of it, was counted."""

    checkpoint: Checkpoint
    key: VerifierKey


def count(path: Path, counter: Counter, called: str) -> Source:
    """Show `counter` all entries of the bundle at `path`, which mistakes call `called`. CommandError (2)."""
    try:
        with zipfile.ZipFile(path) as archive:
            key = parse_vkey(_read(archive, KEY).decode().removesuffix("\n"))
            head = parse_checkpoint(_read(archive, CHECKPOINT).decode(), [key])
            for index, data in enumerate(_entries(archive, head.size)):
                counter.take(index, data)
    except _BROKEN as error:
        raise CommandError(msg("{file}: {why}", file=called, why=_why(error))) from None
    return Source(head, key)


def _entries(archive: zipfile.ZipFile, size: int) -> Iterator[bytes]:
    for tile in entry_bundles(size):
        yield from decode_entries(_read(archive, tile.path))


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    """A member that is no larger than an honest one may be."""
    if archive.getinfo(name).file_size > _LARGEST:
        raise BundleEncodingError(0)
    return archive.read(name)


def _why(error: BaseException) -> Arg:
    if isinstance(error, OSError | NoteError):
        return said_by(error)
    return msg("not a whole exported log: look with {command}", command="giochoi-verify")
