"""Which build of a program a file is, and what of it is loaded, whatever system it was made for."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from host import elf, pe
from host.segment import Segment

_MARK = 256  # bytes: as a packer's name or a signature


def build_id(file: BinaryIO, is_shared: Callable[[str], bool]) -> str | None:
    """The build id of an ELF or PE file as hex; None for any other file, or one without. OSError only from reading.

    `is_shared`: whether many programs are builds of the one that has this name, so that its build says nothing of them.
    """
    start = _magic(file)
    if start == b"\x7fELF":
        return elf.build_id(file)
    return pe.build_id(file, is_shared) if start[:2] == b"MZ" else None


def segments(file: BinaryIO) -> tuple[Segment, ...]:
    """What of an ELF or PE file is loaded; nothing of any other file. OSError only from reading."""
    start = _magic(file)
    if start == b"\x7fELF":
        return elf.loads(file)
    return pe.loads(file) if start[:2] == b"MZ" else ()


def appended(file: BinaryIO) -> bool:
    """Whether an ELF or PE file carries something behind itself that may be what it runs. OSError only from reading."""
    start = _magic(file)
    if start == b"\x7fELF":
        return elf.appended(file) > _MARK
    return start[:2] == b"MZ" and pe.appended(file) > 0


def _magic(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read(4) or b""  # None: a file that has nothing to say yet, opened without waiting
