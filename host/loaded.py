"""What a program's code is, by blocks of what is loaded: pages at their addresses, whatever lies around them in the file.

Which pages are taken is a matter of their numbers alone, so programs have many of them in common, and few have to be read to
compare a file with all that are known. The hash is one for speed: whoever makes another block that has it has only made his own
program more like a known one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from heapq import nsmallest
from typing import BinaryIO
from zlib import crc32

from host.images import segments
from host.segment import PAGE, Segment

BLOCK = 256
_GOLDEN = 0x9E37_79B1  # Knuth, The Art of Computer Programming 6.4: spreads consecutive numbers evenly
_PLAIN = 24  # a block of fewer different bytes is padding or a table
_MOST_LOOKED = 64  # pages, to find enough that say something

Blocks = Mapping[tuple[int, int], int]
"""Hashes by page and place in it."""
Pages = Mapping[int, Mapping[int, frozenset[int]]]
"""By page and place in it the hashes that say something."""


def sampled(file: BinaryIO, most: int) -> Blocks:
    """The blocks of so many pages of its code to know the program by. OSError."""
    found: dict[tuple[int, int], int] = {}
    code = [one for one in segments(file) if one.executable]
    pages = {page for one in code for page in range(one.address // PAGE, -(-(one.address + one.size) // PAGE))}
    chosen = nsmallest(_MOST_LOOKED, pages, key=_order)
    where, taken = _where(code, chosen), 0
    for page in chosen:
        content = _page(file, where[page], page)
        hashes = {(page, slot): crc32(block) for slot, block in _blocks(content) if len(set(block)) >= _PLAIN}
        found |= hashes
        taken += bool(hashes)
        if taken == most:
            break
    return found


def compared(file: BinaryIO, wanted: Pages, stop: Callable[[], bool] = lambda: False) -> Blocks | None:
    """Those of `wanted` that this file has there, loaded in whatever way. None: `stop` said so, once a page. OSError."""
    found: dict[tuple[int, int], int] = {}
    for page, part in _where(segments(file) if wanted else (), wanted).items():
        if stop():
            return None
        content = _page(file, part, page)
        for slot, values in wanted[page].items():
            if (value := crc32(content[slot * BLOCK : (slot + 1) * BLOCK])) in values:
                found[page, slot] = value
    return found


def taken(file: BinaryIO, pages: Iterable[int]) -> Blocks:
    """All blocks that this file has of these pages, loaded in whatever way. OSError."""
    found: dict[tuple[int, int], int] = {}
    for page, part in _where(segments(file), pages).items():
        found |= {(page, slot): crc32(block) for slot, block in _blocks(_page(file, part, page))}
    return found


def _order(page: int) -> tuple[int, int]:
    return (page * _GOLDEN & 0xFFFF_FFFF, page)


def _where(parts: Iterable[Segment], pages: Iterable[int]) -> dict[int, Segment]:
    """What is loaded as these pages: of parts that overlap the last one, as the system loads them one after the other."""
    ordered, found = sorted(pages), {}
    for one in parts:
        first, end = one.address // PAGE, -(-(one.address + one.size) // PAGE)
        for page in ordered[bisect_left(ordered, first) : bisect_left(ordered, end)]:
            found[page] = one
    return found


def _page(file: BinaryIO, part: Segment, page: int) -> bytes:
    inside = page * PAGE - part.address
    file.seek(part.offset + inside)
    return file.read(min(PAGE, part.size - inside)) or b""


def _blocks(content: bytes) -> Iterator[tuple[int, bytes]]:
    for at in range(0, len(content) - BLOCK + 1, BLOCK):
        yield at // BLOCK, content[at : at + BLOCK]
