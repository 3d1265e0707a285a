"""What a program's file is, whatever system it was made for: its build, what it says of itself, who vouches for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from host import choose, elf, pe


def build_id(file: BinaryIO, is_shared: Callable[[str], bool]) -> str | None:
    """The build id of an ELF or PE file as hex; None for any other file, or one without. OSError only from reading.

    `is_shared`: whether many programs are builds of the one that has this name, so that its build says nothing of them.
    """
    file.seek(0)
    start = file.read(4) or b""  # None: a file that has nothing to say yet, opened without waiting
    if start == b"\x7fELF":
        return elf.build_id(file)
    return pe.build_id(file, is_shared) if start[:2] == b"MZ" else None


def version(file: BinaryIO) -> pe.Version:
    """What a program for Windows says of itself, if this is one. OSError only from reading."""
    return pe.version(file)


def appended(file: BinaryIO) -> int:
    """How many bytes a program for Windows carries behind itself: many have one build id and differ there. OSError as above."""
    return pe.appended(file)


def signer(path: str) -> str | None:
    """Who signed the program at this path, if this machine knows that the signature holds; reads the whole file."""
    return choose.signatures().signer(path)
