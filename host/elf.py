"""What an ELF file is, whatever it is called: its build id, which stays when it is stripped, and what is loaded of it.

Generic ABI, "ELF Header", "Program Header", "Note Section"; NT_GNU_BUILD_ID as written by `ld --build-id`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from host.segment import Segment, segment

_PT_LOAD, _PT_NOTE = 1, 4
_EXECUTABLE = 1
_NT_GNU_BUILD_ID = 3
_HEADERS = 1 << 16  # no linker writes more program headers, or notes in all, than fit in this many bytes
_LONGEST_ID = 64


# By e_machine, whether addresses have 64 bits. The kernel goes by this and by nothing else that the file says of its form.
_WIDE = {3: False, 40: False, 62: True, 183: True}  # Intel 386, ARM, x86-64, AArch64: all little-endian here


_SHT_NOBITS = 8


class _Entry(NamedTuple):
    """Of the program header table."""

    kind: int
    flags: int
    offset: int
    address: int
    size: int


def build_id(file: BinaryIO) -> str | None:
    """The build id as hex, or None for a file without one or that is no sound ELF file. OSError only from reading."""
    end = file.seek(0, 2)
    try:
        order, entries = _program_headers(file, end)
        left = _HEADERS
        for entry in entries:
            if entry.kind != _PT_NOTE or entry.offset >= end:  # leads nowhere; a system that loads it does not mind
                continue
            file.seek(entry.offset)
            notes = file.read(min(entry.size, left)) or b""
            left -= len(notes)
            if found := _in_notes(notes, order):
                return found
    except (struct.error, ValueError, OverflowError):  # offsets that lead nowhere: the file is damaged, or not meant to be read
        return None
    return None


def loads(file: BinaryIO) -> tuple[Segment, ...]:
    """What of it is loaded; nothing of a file that is no sound ELF file. OSError only from reading."""
    end = file.seek(0, 2)
    try:
        _, entries = _program_headers(file, end)
        found = (
            segment(one.address, one.offset, one.size, end, executable=bool(one.flags & _EXECUTABLE))
            for one in entries if one.kind == _PT_LOAD
        )  # fmt: skip
        return tuple(one for one in found if one is not None)
    except (struct.error, ValueError, OverflowError):  # as above
        return ()


def appended(file: BinaryIO) -> int:
    """How many bytes follow all that headers speak of: a program may carry there what it really runs. OSError from reading."""
    end = file.seek(0, 2)
    file.seek(0)
    head = file.read(64) or b""
    try:
        order, wide = _form(head)
        _, entries = _program_headers(file, end)
        known = max((one.offset + one.size for one in entries), default=end)
        start = struct.unpack_from(order + "Q", head, 40)[0] if wide else struct.unpack_from(order + "I", head, 32)[0]
        length, count = struct.unpack_from(order + "HH", head, 58 if wide else 46)
        if 0 < start < end:
            file.seek(start)
            table = file.read(min(length * count, _HEADERS)) or b""
            known = max(known, start + len(table), *_section_ends(table, length, order, wide=wide))
    except (struct.error, ValueError, OverflowError):  # as above
        return 0
    return max(0, end - known)


def _section_ends(table: bytes, length: int, order: str, *, wide: bool) -> Iterator[int]:
    yield 0
    for at in range(0, len(table) - length + 1, max(length, 1)):
        kind, offset, size = struct.unpack_from(order + ("4xI16xQQ" if wide else "4xI8xII"), table, at)
        if kind != _SHT_NOBITS:
            yield offset + size


def _form(head: bytes) -> tuple[str, bool]:
    """Byte order, and whether addresses have 64 bits. struct.error."""
    machine = struct.unpack_from("<H", head, 18)[0]
    order = ">" if head[5] == 2 and machine not in _WIDE else "<"
    return order, _WIDE.get(machine, head[4] == 2)


def _program_headers(file: BinaryIO, end: int) -> tuple[str, Iterator[_Entry]]:
    """Byte order and program headers. struct.error, ValueError, OverflowError."""
    file.seek(0)
    head = file.read(64) or b""  # None: a file that has nothing to say yet, opened without waiting
    if len(head) < 52 or head[:4] != b"\x7fELF":
        return "<", iter(())
    order, wide = _form(head)
    start = struct.unpack_from(order + "Q", head, 32)[0] if wide else struct.unpack_from(order + "I", head, 28)[0]
    length, count = struct.unpack_from(order + "HH", head, 54 if wide else 42)
    if length < (56 if wide else 32) or start >= end:
        return order, iter(())
    file.seek(start)
    return order, _entries(file.read(min(length * count, _HEADERS)) or b"", length, order, wide=wide)


def _entries(table: bytes, length: int, order: str, *, wide: bool) -> Iterator[_Entry]:
    for at in range(0, len(table) - length + 1, length):
        if wide:
            kind, flags, offset, address, size = struct.unpack_from(order + "IIQQ8xQ", table, at)
        else:
            kind, offset, address, size, flags = struct.unpack_from(order + "III4xI4xI", table, at)
        yield _Entry(kind, flags, offset, address, size)


def _in_notes(notes: bytes, order: str) -> str | None:
    """The build id among these notes; names and descriptions are padded to four bytes."""
    at = 0
    while at + 12 <= len(notes):
        name_size, size, kind = struct.unpack_from(order + "III", notes, at)
        name = notes[at + 12 : at + 12 + name_size]
        described = at + 12 + (name_size + 3) // 4 * 4
        if kind == _NT_GNU_BUILD_ID and name == b"GNU\0" and 0 < size <= _LONGEST_ID and described + size <= len(notes):
            return notes[described : described + size].hex()
        at = described + (size + 3) // 4 * 4
    return None
