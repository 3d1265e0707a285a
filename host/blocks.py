"""Parts of what an engine runs, beside itself or behind: a byte more at its end, or another engine before it, changes few of
them. They lie at distances from its beginning that double; a small one has a beginning that is known.

Godot's packs ("file_access_pack.cpp"), Electron's asar, Ren'Py's archives and scripts, GameMaker's data; behind a program also
a squashfs (AppImage) and PyInstaller's archive ("CArchive"), whose own tables say which it is. OSError only from reading.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from host import elf, pe

_BLOCK, _MOST = 512, 18  # bytes; of them: up to 64 MiB
_LIVELY = 16  # different bytes: what is almost empty is anybody's
_BEGINNINGS = tuple(1 << power for power in range(10, 17))
_SEARCHED = 1 << 20  # bytes from the beginning, in which what runs an AppImage ends
_TAIL, _TABLE = 1 << 16, 1 << 20
_PACK, _SQUASHFS, _CARCHIVE = b"GDPC", b"hsqs", b"MEI\014\013\012\013\016"
_DATA = (_PACK, b"RPA-", b"RENPY RPC2")


def blocks(file: BinaryIO) -> frozenset[int]:
    """All such parts; of any other file none."""
    return frozenset().union(*_tables(file), *(_spread(file, at) | _beginnings(file, at) for at in _starts(file)))


def own(file: BinaryIO) -> Iterator[frozenset[int]]:
    """Sets of parts by which it is known."""
    yield from _tables(file)
    for at in _starts(file):
        small = file.seek(0, 2) - at < _BEGINNINGS[-1]
        yield frozenset(sorted(_beginnings(file, at))[-1:]) if small else _spread(file, at)


def part(content: bytes) -> int:
    """As rules.matching.alike has them."""
    return len(content) << 32 | zlib.crc32(content)


def _starts(file: BinaryIO) -> set[int]:
    """Where what the engine runs begins."""
    head, size = _read(file, 0, 24), file.seek(0, 2)
    if head.startswith(_DATA) or head[16:].startswith(b'{"files"') or (head[:4] == b"FORM" and head[8:12] == b"GEN8"):
        return {0}
    if not _is_program(head):
        return set()
    tail = _read(file, max(0, size - _TAIL), _TAIL)
    packs = {size - max(elf.appended(file), pe.appended(file))}
    if (at := tail.rfind(_PACK)) >= 8:  # its last bytes are its length and this
        packs.add(size - len(tail) + at - 8 - struct.unpack_from("<Q", tail, at - 8)[0])
    return {at for at in packs if 0 < at < size and _read(file, at, 4) == _PACK}


def _tables(file: BinaryIO) -> Iterator[frozenset[int]]:
    """Each says by itself what lies behind a program."""
    if not _is_program(_read(file, 0, 4)):
        return
    beginning = _read(file, 0, _SEARCHED)
    at = beginning.find(_SQUASHFS)
    while at >= 0:
        if beginning[at + 28 : at + 32] == b"\4\0\0\0":  # its version
            yield frozenset((part(beginning[at : at + 96]),))
        at = beginning.find(_SQUASHFS, at + 1)
    tail = _read(file, max(0, (size := file.seek(0, 2)) - _TAIL), _TAIL)
    at = tail.rfind(_CARCHIVE)
    if at >= 0 and len(tail) - at >= 88:
        whole, table, length = struct.unpack_from(">III", tail, at + 8)
        begins = size - len(tail) + at + 88 - whole + table
        if 0 < begins <= size - length and 0 < length <= _TABLE:
            yield frozenset((part(_read(file, begins, length)),))


def _is_program(head: bytes) -> bool:
    return head[:4] == b"\x7fELF" or head[:2] == b"MZ"


def _spread(file: BinaryIO, begins: int) -> frozenset[int]:
    places = (begins, *(begins + (_BLOCK << number) for number in range(_MOST - 1)))
    found = (_read(file, at, _BLOCK) for at in places)
    return frozenset(part(block) for block in found if len(block) == _BLOCK and len(set(block)) >= _LIVELY)


def _beginnings(file: BinaryIO, begins: int) -> frozenset[int]:
    content = _read(file, begins, _BEGINNINGS[-1])
    return frozenset(part(content[:length]) for length in _BEGINNINGS if length <= len(content))


def _read(file: BinaryIO, at: int, size: int) -> bytes:
    file.seek(at)
    return file.read(size) or b""
