"""Which screens a program may have windows on, by its environment, and what opens them (Xsecurity(7)). Pure.

Environment and file are written by whoever plays: nothing of them is believed but their form.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator

COOKIE = b"MIT-MAGIC-COOKIE-1"
_LOCAL = re.compile(rb":([0-9]{1,5})(\.[0-9]{1,3})?")  # no host: nothing here ever speaks to the network
_MOST = 4
_LONGEST_PATH = 4095
_COOKIE_SIZE = 16

Display = tuple[int, str]  # its number, and the file of its cookies or ""


def displays(environments: Iterable[bytes]) -> tuple[Display, ...]:
    """The local displays that these environments (environ of proc(5)) name, each once, at most four."""
    found: dict[Display, None] = {}
    for block in environments:
        named = dict(line.partition(b"=")[::2] for line in reversed(block.split(b"\0")))  # the first of two holds, as in getenv
        local = _LOCAL.fullmatch(named.get(b"DISPLAY", b""))
        if local:
            path = named.get(b"XAUTHORITY", b"")
            usable = path.startswith(b"/") and len(path) <= _LONGEST_PATH
            found[int(local[1]), path.decode("utf-8", "surrogateescape") if usable else ""] = None
    return tuple(found)[:_MOST]


def cookies(file: bytes, number: int) -> tuple[bytes, ...]:
    """The cookies for this display in a file as xauth(1) writes it, each once. Whatever follows a line that is none is left."""
    wanted = (b"", str(number).encode())
    return tuple(dict.fromkeys(
        data for display, name, data in _lines(file) if display in wanted and name == COOKIE and len(data) == _COOKIE_SIZE
    ))  # fmt: skip


def _lines(file: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Of each: number of the display, kind, data. Before them stand the family and an address, which we need not."""
    at = 2
    while at + 2 <= len(file):
        fields = []
        for _ in range(4):
            if at + 2 > len(file):
                return
            (size,) = struct.unpack_from(">H", file, at)
            fields.append(file[at + 2 : at + 2 + size])
            at += 2 + size
        yield fields[1], fields[2], fields[3]
        at += 2
