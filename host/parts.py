"""Of what parts a script or an archive is made: what is left of it when a byte is added, or when it is packed anew. Of what
an engine runs: blocks.py.

"ZIP File Format Specification" 4.3 (jar files and Python's zip applications are such). OSError only from reading; whatever else
a file may be, it has no parts. What is read is bounded: a file may be made to cost much.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from host import blocks
from host.blocks import part as _part

_TEXT = 1 << 18
_UNPACKED = 2 * _TEXT  # bytes: much can be unpacked to nothing
_TAIL = 22 + (1 << 16)
_DIRECTORY = 2 << 20
_MOST_MEMBERS = 1 << 14
_SHORT = 12  # characters of a line, bytes of a member: fewer are anybody's
_SMALL = 64
_COMMENTS = (b"#", b"//", b"/*", b"*", b"--")
_MAIN = re.compile(rb"^Main-Class:\s*([\w.$]+)", re.MULTILINE)
_LENGTHS = struct.Struct("<HHH").unpack_from
_MANIFEST, _PYTHON = "META-INF/MANIFEST.MF", "__main__.py"


@dataclass(frozen=True, slots=True)
class _Member:
    name: str
    size: int
    packed: int
    method: int
    crc: int
    at: int

    @property
    def part(self) -> int:
        return self.size << 32 | self.crc


def parts(file: BinaryIO) -> frozenset[int]:
    """All of a file's parts: lines of its text, or members of the archive and lines of those of Python; and itself."""
    behind = blocks.blocks(file)
    if members := _members(file):
        large = frozenset(one.part for one in members if one.size >= _SMALL)
        return large | _lines(b"\n".join(_sources(file, members))) | behind
    text = _beginning(file)
    whole = {_part(text)} if _SMALL <= len(text) < _TEXT else frozenset()
    return _lines(text) | whole | behind


def own(file: BinaryIO) -> tuple[frozenset[int], ...]:
    """Sets of parts by which a game is known: its lines, and itself; of an archive what lies beside its main class, and that
    class; of Python's the lines of what lies at its top. Libraries that it brings along are not its own.
    """
    members = _members(file)
    by_name = {one.name: one for one in members}
    if not members:
        text = _beginning(file)
        whole = {_part(text)} if _SMALL <= len(text) < _TEXT and b"\0" not in text else ()
        return _lines(text), frozenset(whole), *blocks.own(file)
    if _PYTHON in by_name:
        return (_lines(b"\n".join(_sources(file, members))),)
    match = _MAIN.search(_content(file, by_name[_MANIFEST])) if _MANIFEST in by_name else None
    main = match[1].decode("ascii", "replace").replace(".", "/") if match else ""
    beside = "/".join(main.split("/")[:-1][:2]) + "/"
    large = {one.name: one.part for one in members if one.size >= _SMALL}
    mine = frozenset(part for name, part in large.items() if len(beside) > 1 and name.startswith(beside))
    return mine, frozenset(part for name, part in large.items() if name == f"{main}.class")


def manifest(file: BinaryIO) -> bytes:
    """That of a jar; empty where there is none."""
    directory, before = _directory(file)
    at = _place(directory, _MANIFEST.encode())
    return _content(file, next(_listed(directory[at:], before))) if at >= 0 else b""


def _beginning(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read(_TEXT) or b""


def _lines(text: bytes) -> frozenset[int]:
    """Without white space, short ones, and comments, as many share a licence; none of what is no text."""
    if b"\0" in text:
        return frozenset()
    lines = (b"".join(line.split()) for line in text.splitlines())
    return frozenset(_part(line) for line in lines if len(line) >= _SHORT and not line.startswith(_COMMENTS))


# --- archives --------------------------------------------------------------------------------------------------------------


def _members(file: BinaryIO) -> list[_Member]:
    return list(_listed(*_directory(file)))


def _directory(file: BinaryIO) -> tuple[bytes, int]:
    """What lists the members, and how much stands before the archive."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _TAIL))
    tail = file.read(_TAIL) or b""
    end = tail.rfind(b"PK\5\6")
    if end < 0 or len(tail) - end < 22:
        return b"", 0
    length, offset = struct.unpack_from("<II", tail, end + 12)
    start = size - len(tail) + end - length  # also where something stands before the archive
    if start < 0 or length > _DIRECTORY:
        return b"", 0
    file.seek(start)
    return file.read(length) or b"", start - offset


def _place(directory: bytes, wanted: bytes) -> int:
    """Where the first member of this name is listed; -1: nowhere. The others cost as little as they can: there may be many in
    each of many archives that one program was told.
    """
    if wanted not in directory:
        return -1
    at = 0
    for _ in range(_MOST_MEMBERS):
        if directory[at : at + 4] != b"PK\1\2" or len(directory) - at < 46:
            return -1
        name, extra, comment = _LENGTHS(directory, at + 28)
        if name == len(wanted) and directory.startswith(wanted, at + 46):
            return at
        at += 46 + name + extra + comment
    return -1


def _listed(directory: bytes, before: int) -> Iterator[_Member]:
    at = 0
    for _ in range(_MOST_MEMBERS):
        if directory[at : at + 4] != b"PK\1\2" or len(directory) - at < 46:
            return
        method, crc, packed, size, name, extra, comment = struct.unpack_from("<10xH4xIIIHHH", directory, at)
        (offset,) = struct.unpack_from("<I", directory, at + 42)
        text = directory[at + 46 : at + 46 + name].decode("utf-8", "replace")
        yield _Member(text, size, packed, method, crc, before + offset)
        at += 46 + name + extra + comment


def _sources(file: BinaryIO, members: list[_Member]) -> Iterator[bytes]:
    """What Python's at the top of the archive hold, as much as is read of a script."""
    left, unpacking = _TEXT, _UNPACKED
    for one in members:
        if left > 0 and unpacking > 0 and "/" not in one.name and one.name.endswith(".py"):
            text = _content(file, one, left)
            unpacking -= min(one.packed, left)
            left -= len(text) + 1
            yield text


def _content(file: BinaryIO, member: _Member, most: int = _TEXT) -> bytes:
    if member.at < 0:
        return b""
    file.seek(member.at)
    head = file.read(30) or b""
    if head[:4] != b"PK\3\4" or len(head) < 30:
        return b""
    name, extra = struct.unpack_from("<HH", head, 26)
    file.seek(name + extra, 1)
    packed = file.read(min(member.packed, most)) or b""
    if member.method == 0:
        return packed
    try:
        return zlib.decompressobj(-15).decompress(packed, most) if member.method == 8 else b""
    except zlib.error:
        return b""
