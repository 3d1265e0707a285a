"""What an inspector carries away and opens offline: checkpoint, key, tiles, entries and the texts of the packs, in one file.

    checkpoint  heads  kept  key  packs/<sha256>.toml  tile/0/000.p/57  tile/entries/000.p/57

The members are those that C2SP tlog-tiles serves, under the same names, so other people's tools read an unpacked bundle; see
docs/spec/log.md. The file is a zip whose bytes follow from them (compliance.format.container); one that another tool packed
anew is read as well (compliance.format.repacked).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from io import SEEK_END
from pathlib import Path
from typing import Protocol

from compliance.format import container, kept, repacked
from compliance.format.container import Damage, NotAContainer, Pieces
from compliance.format.cosigning import write_heads
from compliance.format.mistaken import mistaken
from compliance.format.tiles import ENTRIES, Tile, encode_entries, entry_bundles, hash_tiles
from compliance.note import VerifierKey, read_checkpoint
from i18n.message import MessageError, msg, said_by

CHECKPOINT = "checkpoint"
HEADS = "heads"
KEY = "key"
KEPT = "kept"
MOST_HEADS = 1 << 16


class BundleError(MessageError):
    """A file that cannot be read, or is not a bundle at all."""


class Source(Protocol):
    """What a bundle is written from: compliance.log.Log."""

    @property
    def checkpoint(self) -> str: ...
    @property
    def key(self) -> VerifierKey: ...
    @property
    def begins(self) -> int: ...
    def kept(self) -> Sequence[tuple[int, bytes]]: ...
    def heads(self, end: int) -> Sequence[str]: ...
    def tile(self, tile: Tile) -> bytes: ...
    def entries(self, first: int | None = None, end: int | None = None) -> Iterator[bytes]: ...


@dataclass(frozen=True, slots=True)
class Bundle:
    """The members by name, and where the file differs from what was written. `repacked`: it is another tool's, and sound."""

    members: Mapping[str, bytes]
    damage: tuple[Damage, ...] = ()
    repacked: bool = False


def pack_path(digest: str) -> str:
    """The member that holds the text of the pack with this SHA-256 (hex)."""
    return f"packs/{digest}.toml"


def write(log: Source, packs: Iterable[str] = ()) -> Iterator[bytes]:
    """The bundle of all that the log's latest checkpoint covers, piece by piece; `packs` are texts of packs that were in force.

    Entries appended meanwhile do not disturb it. OverflowError if it becomes larger than a zip of 4 GiB or 65,535 members.
    """
    note = log.checkpoint
    size = read_checkpoint(note).size
    texts = {pack_path(sha256(text.encode()).hexdigest()): text.encode() for text in packs}
    begins = log.begins
    tiles = {tile.path: tile for tile in (*hash_tiles(size), *entry_bundles(size, begins))}
    # What witnesses cosigned: this very head, if they did yet, and those before it.
    note, heads = _cosigned(note, log.heads(size))
    fixed = {CHECKPOINT: note.encode(), KEY: (log.key.text + "\n").encode(), **texts}
    if begins:
        fixed[KEPT] = kept.write(begins, log.kept())
    if heads:
        fixed[HEADS] = write_heads(heads).encode()

    def content(name: str) -> bytes:
        return fixed[name] if name in fixed else _tile(log, tiles[name])

    return container.pack((name, content(name)) for name in sorted({*fixed, *tiles}))


def _cosigned(note: str, heads: Sequence[str]) -> tuple[str, Sequence[str]]:
    """More heads than a verifier reads become fewer, evenly."""
    if heads and heads[-1].startswith(note):
        note, heads = heads[-1], heads[:-1]
    while len(heads) > MOST_HEADS or len(write_heads(heads).encode()) > container.MAX_MEMBER:
        heads = heads[::-2][::-1]
    return note, heads


def _tile(log: Source, tile: Tile) -> bytes:
    if tile.level == ENTRIES:
        return encode_entries(log.entries(tile.first, tile.first + tile.width))
    return log.tile(tile)


@contextmanager
def read(path: Path | str) -> Iterator[Bundle]:
    """The bundle in a file, whose members are read when they are asked for, within the `with`. BundleError if it cannot be read
    or is none.
    """
    if Path(path).is_dir():
        raise BundleError(msg("{file} is a folder: name the exported file in it", file=str(path)))
    if Path(path).exists() and not Path(path).is_file():  # a pipe may never end
        raise BundleError(msg("{file} is not a file: write it to one first", file=str(path)))
    try:
        data = _File(path)
    except OSError as error:
        raise BundleError(msg("{file} cannot be read: {why}", file=str(path), why=said_by(error))) from None
    with closing(data):
        try:
            found = parse(data)
        except BundleError as error:
            raise BundleError(msg("{where}: {why}", where=str(path), why=said_by(error))) from None
        yield found


class _File:
    """A file as bytes of which pieces are read until it is closed. Opening it may raise OSError, reading it BundleError."""

    def __init__(self, path: Path | str) -> None:
        self._file = Path(path).open("rb")  # noqa: SIM115 - close does
        self._size = self._file.seek(0, SEEK_END)

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, piece: slice, /) -> bytes:
        try:
            start, end, _ = piece.indices(self._size)
            self._file.seek(start)
            return self._file.read(max(0, end - start))
        except OSError as error:
            raise BundleError(msg("cannot be read: {why}", why=said_by(error))) from None

    def close(self) -> None:
        self._file.close()


def parse(data: Pieces) -> Bundle:
    """The bundle that these bytes are, damaged or not. BundleError if they are something else."""
    members: Mapping[str, bytes]
    try:
        members, damage = container.unpack(data)
    except NotAContainer:
        members, damage = {}, []
    found = Bundle(members, tuple(damage))
    if damage or not members:
        found = _packed_anew(data, found)
    if not {CHECKPOINT, KEY} & found.members.keys():
        raise BundleError(mistaken(data))
    return found


def _packed_anew(data: Pieces, ours: Bundle) -> Bundle:
    """The bundle as any zip of its members. One that is neither that nor nearly `ours` has a single fault, and not one for each
    member.
    """
    try:
        return Bundle(repacked.unpack(data), repacked=True)
    except repacked.Unreadable as error:
        if len(ours.damage) < len(ours.members):
            return ours
        return replace(ours, damage=(Damage("", 0, error.message),))
