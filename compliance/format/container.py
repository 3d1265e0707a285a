"""A zip with nothing left to choose: stored members in order of their names, fixed dates, nothing optional. Pure.

Its bytes follow from its members alone, so a reader builds them again and compares: whatever differs is named with the member
it belongs to. Layout: PKWARE APPNOTE 4.3; ordinary unzip tools read it. Zips that these tools make: compliance.format.repacked.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple
from zlib import crc32

from i18n.message import Message, msg

MAX_MEMBERS = 0xFFFF
MAX_BYTES = 0xFFFFFFFF

_LOCAL = struct.Struct("<4s5H3I2H")  # signature, version, flags, method, time, date, crc, stored, size, name, extra
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_LOCAL_MARK, _CENTRAL_MARK, _END_MARK = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_VERSION, _DATE = 20, 0x0021  # 2.0; 1980-01-01, the earliest a zip can say


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


def unpack(data: bytes) -> tuple[dict[str, bytes], list[Damage]]:
    """The members, and all that is not as `pack` would have written it. NotAContainer if nothing here looks like one."""
    central, (local, stopped) = _by_directory(data), _by_headers(data)
    if not central and not local:
        raise NotAContainer
    tables = [table for table in (central, local) if table]
    found = [(_compare(data, table), table) for table in tables if table is central or stopped is None]
    if not found:  # no end in sight: cut off, or a header that leads astray
        last = local[-1].name.decode("ascii", "replace")
        return _members(data, local), [Damage(last, stopped or 0, msg("it breaks off after this member"))]
    damage, table = min(found, key=lambda one: len(one[0]))
    return _members(data, table), damage


def _members(data: bytes, table: list[Span]) -> dict[str, bytes]:
    return {span.name.decode("ascii", "replace"): data[span.content : span.end] for span in table}


def _by_directory(data: bytes) -> list[Span] | None:
    """The members that the directory at the end tells of, if it is whole and they fill the file without gaps."""
    at_end = len(data) - _END.size
    if at_end < 0 or data[at_end : at_end + 4] != _END_MARK:
        return None
    *_, size, at, _ = _END.unpack_from(data, at_end)
    if at + size != at_end:
        return None
    table: list[Span] = []
    start, first = 0, at
    while at < at_end:
        if at + _CENTRAL.size > at_end or data[at : at + 4] != _CENTRAL_MARK:
            return None
        fields = _CENTRAL.unpack_from(data, at)
        stored, name_length, offset = fields[8], fields[10], fields[16]
        name = data[at + _CENTRAL.size : at + _CENTRAL.size + name_length]
        end = start + _LOCAL.size + name_length + stored
        if offset != start or end > first or len(name) != name_length:
            return None
        table.append(Span(name, start, end))
        start, at = end, at + _CENTRAL.size + name_length
    return table if start == first else None


def _by_headers(data: bytes) -> tuple[list[Span], int | None]:
    """The members that the headers before them tell of, and where that breaks off; None if it leads up to the directory."""
    table: list[Span] = []
    start = 0
    while data[start : start + 4] == _LOCAL_MARK and start + _LOCAL.size <= len(data):
        fields = _LOCAL.unpack_from(data, start)
        stored, name_length = fields[7], fields[9]
        name = data[start + _LOCAL.size : start + _LOCAL.size + name_length]
        end = start + _LOCAL.size + name_length + stored
        if end > len(data):
            break
        table.append(Span(name, start, end))
        start = end
    return table, None if data[start : start + 4] == _CENTRAL_MARK else start


def _compare(data: bytes, table: list[Span]) -> list[Damage]:
    """All that differs from the container of the members in `table`."""
    damage = []
    at = first = table[-1].end if table else 0
    if [span.name for span in table] != sorted({span.name for span in table}):
        damage.append(Damage("", 0, msg("the members are not in order, or one is there twice")))
    for span in table:
        content = data[span.content : span.end]
        written = _CENTRAL.size + len(span.name)
        told = {data[span.start + 14 : span.start + 18], data[at + 16 : at + 20]}
        crc = crc32(content)
        if len(told) == 1 and told != {crc.to_bytes(4, "little")}:
            damage.append(Damage(_text(span), span.content, msg("its content is not as written")))
            crc = int.from_bytes(told.pop(), "little")
        for expected, start, what in (
            (_local(span.name, crc, len(content)), span.start, msg("its header is not as written")),
            (_entry(span.name, crc, len(content), span.start), at, msg("its line in the directory is not as written")),
        ):
            actual = data[start : start + len(expected)]
            if actual != expected:
                damage.append(Damage(_text(span), start + _first_difference(actual, expected), what))
        at += written
    end = _end(len(table), min(at, len(data)) - first, first)
    if data[at:] != end:
        damage.append(Damage("", at + _first_difference(data[at:], end), msg("the end of the file is not as written")))
    return damage


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
