"""The members of a bundle and its tree, one tile after the other: what does not hold is raised where it is found. Pure.

Nothing of it is kept but the edge of the tree, as the log's writer has it: a long log takes no more memory than a short one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress

from compliance import tree
from compliance.bundle import CHECKPOINT, KEY
from compliance.entries.place import PlaceChanged
from compliance.entry import AnyEntry, EntryError, decode
from compliance.format.chain import AGENT
from compliance.format.repacked import Unreadable
from compliance.format.tiles import ENTRIES, HEIGHT, WIDTH, BundleEncodingError, Tile, decode_entries, entry_bundles, tiles
from compliance.note import ED25519, Checkpoint, NoteError, VerifierKey, parse_vkey
from compliance.tree import HASH_BYTES, Frontier
from compliance.verifying.overview import Claimed, PlaceAt, place_at
from compliance.verifying.report import NO_MOMENT, Failure, Stage, entry_name
from compliance.verifying.zones import Zones
from i18n.message import Arg, Message, msg

_ABSENT = msg("it is not in the bundle")


class Broken(Exception):
    """A failure after which no later stage can say more. `member`: whose; a difference of its bytes is the same failure."""

    def __init__(self, where: Arg, what: Message, stage: Stage = "file") -> None:
        super().__init__(where)
        self.failure = Failure(where, what, stage=stage)
        of = where.args.get("file") if isinstance(where, Message) else where
        self.member = of if isinstance(of, str) else ""


def content(members: Mapping[str, bytes], name: str) -> bytes:
    """A member. Broken if it is not there, or the archive does not hold it as it says."""
    try:
        return members[name]
    except KeyError:
        raise Broken(name, _ABSENT) from None
    except Unreadable as error:
        raise Broken(name, error.message) from None


def text(members: Mapping[str, bytes], name: str) -> str:
    """A member's text. Broken as `content`, and if it is none."""
    try:
        return content(members, name).decode()
    except UnicodeDecodeError:
        raise Broken(name, msg("not UTF-8")) from None


def check_names(names: Iterable[str], size: int, others: Iterable[str], begins: int = 0) -> None:
    """Broken unless the names are exactly those that a tree of this size has, but for entries before `begins`, and `others`.
    What a size only claims to have is not gone through: the first that is missing is the end of it.
    """
    found = set(names)
    for name in others:
        if name not in found:
            raise Broken(name, _ABSENT)
        found.discard(name)
    for tile in tiles(size, begins):
        path = tile.path
        if path not in found:
            raise Broken(path, _ABSENT)
        found.discard(path)
    if found:
        raise Broken(min(found), msg("a log of {size} entries does not have this file", size=size))


def log_key(members: Mapping[str, bytes]) -> VerifierKey:
    """The key that the log names as its own. Broken if it is none, or none of a log."""
    told = text(members, KEY)
    try:
        key = parse_vkey(told.removesuffix("\n"))
    except NoteError as error:
        raise Broken(KEY, error.message, "head") from None
    if told != key.text + "\n" or key.kind != ED25519:
        raise Broken(KEY, msg("not the verifier key of a log"), "head")
    return key


class Tree:
    """The tree of `size` entries over the tiles among `members`. `seen`: of so many first entries the root is wanted, too.
    Of entries before `begins` there are only the hashes.
    """

    def __init__(self, members: Mapping[str, bytes], size: int, seen: int | None = None, begins: int = 0) -> None:
        self.root = tree.EMPTY_ROOT  # once all tiles were gone through
        self.seen_root = tree.EMPTY_ROOT if seen == 0 else None
        self._members = members
        self._size = size
        self._seen = seen
        self._begins = begins
        self._edge = Frontier()  # its leaves are the full tiles of level 0
        self._levels: dict[int, list[bytes]] = {}  # the hashes of each level's last tile so far; from level 1 on
        self._numbers: dict[int, int] = {}

    def tiles(self) -> Iterator[tuple[int, list[bytes], list[bytes]]]:
        """Of each bundle its first index, entries and leaf hashes; of those that are deleted, no entries. Broken as soon as
        entries and hashes do not agree.
        """
        for tile in entry_bundles(self._size):
            lines = self._lines(tile) if tile.first >= self._begins else []
            leaves = tree.leaf_hashes(lines) or self._told(Tile(0, tile.number, tile.width))
            if lines:
                self._compare(Tile(0, tile.number, tile.width), leaves, lines)
            if self._seen is not None and tile.first < self._seen <= tile.first + tile.width:
                self.seen_root = self._root(leaves[: self._seen - tile.first])
            if tile.first + tile.width == self._size:
                self.root = self._root(leaves)
            if tile.width == WIDTH:
                self._grow(tree.root_of(leaves))
            yield tile.first, lines, leaves
        for level, hashes in self._levels.items():
            if hashes:
                self._compare(Tile(level, self._numbers.get(level, 0), len(hashes)), hashes)

    def _root(self, leaves: list[bytes]) -> bytes:
        """That of all full tiles so far and these leaves."""
        result = tree.root_of(leaves)
        for peak in reversed(self._edge.peaks):
            result = tree.node_hash(peak, result)
        return result

    def _grow(self, hashed: bytes) -> None:
        """One more full tile of level 0: with it, one of each level above may be full."""
        for height, done in [(0, hashed), *self._edge.extend([hashed], HEIGHT)]:
            level = height // HEIGHT + 1
            hashes = self._levels.setdefault(level, [])
            hashes.append(done)
            if len(hashes) == WIDTH:
                number = self._numbers.get(level, 0)
                self._compare(Tile(level, number, WIDTH), hashes)
                self._numbers[level] = number + 1
                hashes.clear()

    def _lines(self, tile: Tile) -> list[bytes]:
        try:
            lines = decode_entries(content(self._members, tile.path))
        except BundleEncodingError as error:
            raise Broken(_in(tile, entry_name(tile.first + error.entry)), msg("it is cut off")) from None
        if len(lines) > WIDTH:
            raise Broken(tile.path, msg("it has more than its {expected} entries", expected=tile.width))
        if len(lines) != tile.width:
            what = msg("it should have {expected} entries and has {found}", expected=tile.width, found=len(lines))
            raise Broken(tile.path, what)
        return lines

    def _told(self, tile: Tile) -> list[bytes]:
        """The hashes of a tile."""
        data = content(self._members, tile.path)
        if len(data) != tile.width * HASH_BYTES:
            expected = tile.width * HASH_BYTES
            what = msg("it should have {expected} bytes and has {found}", expected=expected, found=len(data))
            raise Broken(tile.path, what)
        return [data[start : start + HASH_BYTES] for start in range(0, len(data), HASH_BYTES)]

    def _compare(self, tile: Tile, hashes: list[bytes], lines: list[bytes] | None = None) -> None:
        """Names the first hash of a tile that is not that of what lies under it: of `lines` at level 0."""
        if content(self._members, tile.path) == b"".join(hashes):
            return
        told = self._told(tile)
        at = next(at for at, hashed in enumerate(told) if hashed != hashes[at])
        if lines is None:
            raise Broken(_in(tile, msg("hash {number}", number=str(at))), msg("it is not that of the tile below"))
        try:
            line = decode(lines[at])
        except EntryError:
            line = None
        where = _in(Tile(ENTRIES, tile.number, tile.width), entry_name(tile.first + at, line))
        raise Broken(where, msg("it does not have the hash that {file} says", file=tile.path))


def check_root(checkpoint: Checkpoint, whole: Tree) -> None:
    """Broken unless its root is that of all tiles, which were gone through."""
    if whole.root != checkpoint.root:
        raise Broken(CHECKPOINT, msg("its root is not that of the entries"), "root")


def _in(tile: Tile, part: Message) -> Message:
    return msg("{file}, {part}", file=tile.path, part=part)


_ENTRIES = "tile/entries/"
_WIDTH = re.compile(r"\.p/.*|\D")
_PLACE = b'"kind":"place.changed"'
_MOST = 1_000  # entries that are read: whoever makes millions wastes no time


def claimed(members: Mapping[str, bytes]) -> Claimed:
    """Of what entries can be read."""
    place: PlaceAt | None = None
    zones = Zones()
    ends: list[int] = []
    read = 0
    for lines in _tiles(members):
        told = [line for line in lines if _PLACE in line][: _MOST - read]
        read += len(told)
        for line in _decoded(told):
            if isinstance(line, PlaceChanged) and line.seat == AGENT:
                place = place_at(line)
                zones.change(line.wall, line.zone)
        ends += [line.wall for line in _decoded([*lines[:1], *lines[-1:]])]
    return Claimed(place, zones.last, (min(ends), max(ends)) if ends else None)


def _tiles(members: Mapping[str, bytes]) -> Iterator[Sequence[bytes]]:
    """Their entries, in the order of the log."""
    names = [name for name in members if name.startswith(_ENTRIES)]
    for name in sorted(names, key=lambda name: int(_WIDTH.sub("", name.removeprefix(_ENTRIES))[:18] or 0)):
        with suppress(BundleEncodingError, Unreadable):
            yield decode_entries(members[name])


def _decoded(lines: Sequence[bytes]) -> Iterator[AnyEntry]:
    for data in lines:
        with suppress(EntryError):
            line = decode(data)
            if 0 <= line.wall < NO_MOMENT:
                yield line
