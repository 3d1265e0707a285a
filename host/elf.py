"""The build id of an ELF file: which build of a program this is, also when it was renamed, copied or stripped.

Generic ABI, "ELF Header", "Program Header", "Note Section"; NT_GNU_BUILD_ID as written by `ld --build-id`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

_PT_NOTE = 4
_NT_GNU_BUILD_ID = 3
_HEADERS = 1 << 16  # no linker writes more program headers, or notes in all, than fit in this many bytes
_LONGEST_ID = 64


def build_id(file: BinaryIO) -> str | None:
    """The build id as hex, or None for a file without one or that is no sound ELF file. OSError only from reading."""
    size = file.seek(0, 2)
    file.seek(0)
    head = file.read(64) or b""  # None: a file that has nothing to say yet, opened without waiting
    if len(head) < 52 or head[:4] != b"\x7fELF" or head[4] not in (1, 2) or head[5] not in (1, 2):
        return None
    try:
        left = _HEADERS
        for offset, length in _notes(file, head, size, wide=head[4] == 2, order="<" if head[5] == 1 else ">"):
            if offset >= size:  # leads nowhere; a system that loads it does not mind
                continue
            file.seek(offset)
            notes = file.read(min(length, left)) or b""
            left -= len(notes)
            if found := _in_notes(notes, "<" if head[5] == 1 else ">"):
                return found
    except (struct.error, ValueError, OverflowError):  # offsets that lead nowhere: the file is damaged, or not meant to be read
        return None
    return None


def _notes(file: BinaryIO, head: bytes, end: int, *, wide: bool, order: str) -> Iterator[tuple[int, int]]:
    """(offset, size) of each note segment."""
    start = struct.unpack_from(order + "Q", head, 32)[0] if wide else struct.unpack_from(order + "I", head, 28)[0]
    entry, count = struct.unpack_from(order + "HH", head, 54 if wide else 42)
    if entry < (56 if wide else 32) or start >= end:
        return
    file.seek(start)
    table = file.read(min(entry * count, _HEADERS)) or b""
    for at in range(0, len(table) - entry + 1, entry):
        kind, offset, size = struct.unpack_from(order + ("I4xQ16xQ" if wide else "II8xI"), table, at)
        if kind == _PT_NOTE:
            yield offset, size


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
