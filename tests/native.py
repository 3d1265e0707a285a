"""A native program made from nothing, for x86-64: small, with code of its own, and able to be loaded in every way.

It makes the file named by its first word, then waits for a byte of input, as the games of tests do.
"""

from __future__ import annotations

import platform
import random
import secrets
import struct
from dataclasses import dataclass
from pathlib import Path

PAGE = 4096
LOADER = b"/lib64/ld-linux-x86-64.so.2"
HERE = platform.machine() == "x86_64" and platform.system() == "Linux"
_CODE = bytes.fromhex(
    "488b7c2410"  # rdi: the first word
    "be41040000bab6010000b8020000000f05"  # open(it, O_WRONLY | O_CREAT | O_APPEND, 0o666)
    "31ff4889e6ba0100000031c00f05"  # read(0, stack, 1)
    "31ffb8e70000000f05"  # exit_group(0)
)
_TEXT, _DATA = PAGE, 1 << 20  # addresses
_ID = 20
_HEADERS, _STACK = 8, 0x6474_E551


@dataclass(frozen=True)
class Made:
    content: bytes
    build_id: bytes


def leaving(generations: int, turns: int) -> bytes:
    """Code that does nothing for so many turns and goes on in a child, so many times; then it says one byte."""
    work = b"\xb9" + struct.pack("<I", turns) + bytes.fromhex("ffc975fc")
    over = bytes.fromhex("31ffb83c0000000f05")  # exit(0)
    fork = bytes.fromhex("b8390000000f0585c0")  # jump where it is 0
    count = bytes.fromhex("41ffcc74") + bytes((len(fork) + 2 + len(over),))  # as long as any are left
    back = struct.pack("<b", -len(work + count + fork) - 2)
    said = bytes.fromhex("bf010000004889e6ba01000000b8010000000f05")  # write(1, stack, 1)
    return b"\x41\xbc" + struct.pack("<I", generations) + work + count + fork + b"\x74" + back + over + said + over


def program(seed: str = "", pages: int = 6, code: bytes = _CODE) -> Made:
    """`seed`: programs of one have the same code."""
    some = random.Random(seed or secrets.token_hex(16))
    text = (code + some.randbytes(pages * PAGE))[: pages * PAGE]
    build = secrets.token_bytes(_ID)
    note = struct.pack("<III", 4, _ID, 3) + b"GNU\0" + build
    at = 64 + 56 * _HEADERS
    data = PAGE + len(text)
    # What the loader wants of a library, though there is nothing in it: DT_STRTAB, DT_SYMTAB, DT_STRSZ, DT_SYMENT.
    dynamic = b"".join(struct.pack("<QQ", *one) for one in ((5, _DATA + 256), (6, _DATA + 256), (10, 1), (11, 24), (0, 0)))
    head = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\2\1\1", 3, 62, 1, _TEXT, 64, 0, 0, 64, 56, _HEADERS, 64, 0, 0)
    table = _entry(1, 4, 0, 0, at + len(note) + len(LOADER) + 1) + _entry(1, 5, PAGE, _TEXT, len(text))
    table += _entry(1, 6, data, _DATA, 512) + _entry(2, 6, data, _DATA, len(dynamic))
    table += _entry(4, 4, at, at, len(note)) + _entry(3, 4, at + len(note), at + len(note), len(LOADER) + 1)
    table += _entry(_STACK, 6, 0, 0, 0)  # else the loader is to make stacks executable, which not every system does
    table = _entry(6, 4, 64, 64, 56 * _HEADERS) + table
    return Made((head + table + note + LOADER + b"\0").ljust(PAGE, b"\0") + text + dynamic.ljust(512, b"\0"), build)


def _entry(kind: int, flags: int, offset: int, address: int, size: int) -> bytes:
    return struct.pack("<IIQQQQQQ", kind, flags, offset, address, address, size, size, PAGE)


def write(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    path.chmod(0o755)
