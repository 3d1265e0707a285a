"""A zip with nothing left to choose: stored members in order of their names, fixed dates, nothing optional. Pure.

Its bytes follow from its members alone, so a reader builds them again and compares: whatever differs is named with the member
it belongs to. Layout: PKWARE APPNOTE 4.3; ordinary unzip tools read it. Zips that these tools make: compliance.format.repacked.

Whoever wrote it may mean ill. So nothing is read that is larger than what an exported log has, never more than one member is
held, and what is done is in proportion to the bytes that are there, whatever they claim.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, Protocol, TypeVar
from zlib import crc32

from compliance.format.tiles import MAX_BUNDLE
from i18n.message import Message, msg

MAX_MEMBERS = 0xFFFF
MAX_BYTES = 0xFFFFFFFF
MAX_NAME = 100  # bytes; the longest name in a log is that of a pack, with 75
MAX_MEMBER = MAX_BUNDLE  # bytes; nothing in a log is larger than its entry bundles

_LOCAL = struct.Struct("<4s5H3I2H")  # signature, version, flags, method, time, date, crc, stored, size, name, extra
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_LOCAL_MARK, _CENTRAL_MARK, _END_MARK = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_T = TypeVar("_T")
_VERSION, _DATE = 20, 0x0021  # 2.0; 1980-01-01, the earliest a zip can say


class Pieces(Protocol):
    """Bytes of which pieces are read: a file, or simply `bytes`."""

    def __len__(self) -> int: ...
    def __getitem__(self, piece: slice, /) -> bytes: ...


class Members(Mapping[str, _T]):
    """Members, or what they are made into, by name. Each is read when it is asked for, and not kept."""

    def __init__(self, readers: Mapping[str, Callable[[], _T]]) -> None:
        self._readers = readers

    def __getitem__(self, name: str) -> _T:
        return self._readers[name]()

    def __contains__(self, name: object) -> bool:  # Mapping's own would read it
        return name in self._readers

    def __iter__(self) -> Iterator[str]:
        return iter(self._readers)

    def __len__(self) -> int:
        return len(self._readers)


class NotAContainer(ValueError):
    """Bytes that are not a zip of this kind, not even a damaged one."""


@dataclass(frozen=True, slots=True)
class Damage:
    """A difference from the bytes that `pack` writes: in which member ("" for none), from which byte of the file on."""

    member: str
    offset: int
    what: Message


class Span(NamedTuple):
    """A member as it lies in the file: its header at `start`, its content at [content, end)."""

    name: bytes
    start: int
    end: int

    @property
    def content(self) -> int:
        return self.start + _LOCAL.size + len(self.name)

    @property
    def possible(self) -> bool:
        """Whether a log may have such a member."""
        return len(self.name) <= MAX_NAME and self.end - self.content <= MAX_MEMBER


def pack(members: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """The container of these members, whose names ascend, piece by piece. OverflowError if they are too many or too large."""
    central, offset = [], 0
    for name, data in members:
        encoded, crc = name.encode("ascii"), crc32(data)
        header = _local(encoded, crc, len(data))
        central.append(_entry(encoded, crc, len(data), offset))
        offset += len(header) + len(data)
        if len(central) > MAX_MEMBERS or offset > MAX_BYTES:
            raise OverflowError(f"more than {MAX_MEMBERS} members or {MAX_BYTES} bytes")
        yield header
        yield data
    directory = b"".join(central)
    yield directory
    yield _end(len(central), len(directory), offset)


def unpack(data: Pieces) -> tuple[Members[bytes], list[Damage]]:
    """The members, and all that is not as `pack` would have written it. NotAContainer if nothing here looks like one."""
    central = _by_directory(data)
    if central and not (damage := _compare(data, central)):
        return _members(data, central), damage
    local, stopped = _by_headers(data)
    if not central and not local:
        raise NotAContainer
    tables = [table for table in (central, local) if table]
    found = [(_compare(data, table), table) for table in tables if table is central or stopped is None]
    if not found:  # no end in sight: cut off, or a header that leads astray
        last = local[-1].name.decode("ascii", "replace")
        return _members(data, local), [Damage(last, stopped or 0, msg("it breaks off after this member"))]
    damage, table = min(found, key=lambda one: len(one[0]))
    return _members(data, table), damage


def _members(data: Pieces, table: list[Span]) -> Members[bytes]:
    return Members({_text(span): partial(_piece, data, span.content, span.end) for span in table})


def _piece(data: Pieces, start: int, end: int) -> bytes:
    return data[start:end]


def _by_directory(data: Pieces) -> list[Span] | None:
    """The members that the directory at the end tells of, if it is whole and they fill the file without gaps."""
    at_end = len(data) - _END.size
    end = data[max(0, at_end) :]
    if len(end) < _END.size or end[:4] != _END_MARK:
        return None
    *_, size, first, _ = _END.unpack(end)
    if first + size != at_end or size > MAX_MEMBERS * (_CENTRAL.size + MAX_NAME):
        return None
    directory = data[first:at_end]
    table: list[Span] = []
    at = start = 0
    while at < len(directory):
        if at + _CENTRAL.size > len(directory) or directory[at : at + 4] != _CENTRAL_MARK:
            return None
        fields = _CENTRAL.unpack_from(directory, at)
        stored, name_length, offset = fields[8], fields[10], fields[16]
        name = directory[at + _CENTRAL.size : at + _CENTRAL.size + name_length]
        span = Span(name, start, start + _LOCAL.size + name_length + stored)
        if offset != start or span.end > first or len(name) != name_length or not span.possible:
            return None
        table.append(span)
        start, at = span.end, at + _CENTRAL.size + name_length
    return table if start == first else None


def _by_headers(data: Pieces) -> tuple[list[Span], int | None]:
    """The members that the headers before them tell of, and where that breaks off; None if it leads up to the directory."""
    table: list[Span] = []
    start = 0
    while len(table) < MAX_MEMBERS:
        header = data[start : start + _LOCAL.size + MAX_NAME]
        if len(header) < _LOCAL.size or header[:4] != _LOCAL_MARK:
            break
        fields = _LOCAL.unpack_from(header)
        stored, name_length = fields[7], fields[9]
        span = Span(header[_LOCAL.size : _LOCAL.size + name_length], start, start + _LOCAL.size + name_length + stored)
        if span.end > len(data) or name_length > MAX_NAME or not span.possible:
            break
        table.append(span)
        start = span.end
    return table, None if data[start : start + 4] == _CENTRAL_MARK else start


def _compare(data: Pieces, table: list[Span]) -> list[Damage]:
    """All that differs from the container of the members in `table`, or so much that it is none."""
    damage = []
    first = table[-1].end if table else 0
    directory = data[first : first + sum(_CENTRAL.size + len(span.name) for span in table) + _END.size]
    if [span.name for span in table] != sorted({span.name for span in table}):
        damage.append(Damage("", 0, msg("the members are not in order, or one is there twice")))
    at = 0
    for span in table:
        if len(damage) > len(table):
            return damage
        written = _CENTRAL.size + len(span.name)
        damage += _differences(span, data[span.start : span.end], directory[at : at + written], first + at)
        at += written
    end = _end(len(table), min(at, len(directory)), first)
    if directory[at:] != end or first + at + len(end) != len(data):
        different = first + at + _first_difference(directory[at:], end)
        damage.append(Damage("", different, msg("the end of the file is not as written")))
    return damage


def _differences(span: Span, member: bytes, line: bytes, at: int) -> Iterator[Damage]:
    """What of a member, header and content, or of its line at `at` in the directory, is not as written."""
    header = _LOCAL.size + len(span.name)
    size, crc = len(member) - header, crc32(memoryview(member)[header:])
    told = {member[14:18], line[16:20]}
    if len(told) == 1 and told != {crc.to_bytes(4, "little")}:
        yield Damage(_text(span), span.content, msg("its content is not as written"))
        crc = int.from_bytes(told.pop(), "little")
    for expected, actual, start, what in (
        (_local(span.name, crc, size), member[:header], span.start, msg("its header is not as written")),
        (_entry(span.name, crc, size, span.start), line, at, msg("its line in the directory is not as written")),
    ):
        if actual != expected:
            yield Damage(_text(span), start + _first_difference(actual, expected), what)


def _text(span: Span) -> str:
    return span.name.decode("ascii", "replace")


def _first_difference(actual: bytes, expected: bytes) -> int:
    for at, (one, other) in enumerate(zip(actual, expected, strict=False)):
        if one != other:
            return at
    return min(len(actual), len(expected))


def _local(name: bytes, crc: int, size: int) -> bytes:
    return _LOCAL.pack(_LOCAL_MARK, _VERSION, 0, 0, 0, _DATE, crc, size, size, len(name), 0) + name


def _entry(name: bytes, crc: int, size: int, offset: int) -> bytes:
    head = _CENTRAL.pack(
        _CENTRAL_MARK, _VERSION, _VERSION, 0, 0, 0, _DATE, crc, size, size, len(name), 0, 0, 0, 0, 0, offset
    )  # fmt: skip
    return head + name


def _end(count: int, size: int, offset: int) -> bytes:
    return _END.pack(_END_MARK, 0, 0, count, count, size, offset, 0)
