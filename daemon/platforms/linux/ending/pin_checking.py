"""The errand that holds a PIN against its hash (errands.py): in the child."""

from __future__ import annotations

import os
import resource
import socket
import sys
from contextlib import suppress
from typing import Any

from daemon.platforms.linux.ending.become import become, bound
from daemon.platforms.linux.first import be_ordinary
from daemon.platforms.pin_check import load, matches

LIMIT_MS = 10_000
RIGHT, WRONG, UNKNOWN = 1, 2, 3
_NOBODY = 65534
_BOUNDS = (
    (resource.RLIMIT_AS, 768 << 20),  # bytes; a hash may ask for 256 MiB
    (resource.RLIMIT_CPU, 8),  # seconds
    (resource.RLIMIT_CORE, 0),
    (resource.RLIMIT_FSIZE, 0),
)


def run(order: dict[str, Any], line: socket.socket) -> None:
    """Says RIGHT, WRONG or UNKNOWN. What it needs is loaded while that can still be read."""
    said = UNKNOWN
    with suppress(Exception):  # whatever it is, nobody waits for it
        said = RIGHT if _matches(*order["check"]) else WRONG
    line.send(b"%d" % said)
    line.recv(8)


def _matches(hashed: str, pin: str, places: list[str]) -> bool:
    sys.dont_write_bytecode = True
    sys.path += places
    load()
    if os.geteuid() == 0:
        become(_NOBODY, _NOBODY)
    else:
        be_ordinary()
    for what, most in _BOUNDS:
        bound(what, most)
    return matches(hashed, pin)
