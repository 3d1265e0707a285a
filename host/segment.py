"""A part of a program's file that the system loads."""

from __future__ import annotations

from typing import NamedTuple

PAGE = 4096


class Segment(NamedTuple):
    """`address`: where it is loaded, from wherever the whole program is; in whole pages, as the system does it."""

    address: int
    offset: int
    size: int
    executable: bool


def segment(address: int, offset: int, size: int, end: int, *, executable: bool) -> Segment | None:
    """None: this file, which ends at `end`, has nothing of it."""
    before = address % PAGE
    address, offset = address - before, offset - before
    size = min(-(-(size + before) // PAGE) * PAGE, end - offset)
    return Segment(address, offset, size, executable) if size > 0 and 0 <= offset < end else None
