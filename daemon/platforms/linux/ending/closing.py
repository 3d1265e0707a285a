"""Asks the windows of some programs to close, as a click on the cross in the corner does; the game may ask back.

By WM_DELETE_WINDOW (ICCCM 4.2.8.1), which is what a window manager makes of such a click. A window that does not know it is not
asked: its program would be cut off.

Which screens a program may have windows on its environment says, and a file what opens them (Xsecurity(7)). Both are written by
whoever plays: nothing of them is believed but their form.
"""

from __future__ import annotations

import os
import re
import struct
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress

from daemon.platforms.linux.ending.xwire import COOKIE, Screen, XError

_PATIENCE_S = 1.0
_MOST_WINDOWS = 1024
_LARGEST = 1 << 16
_LOCAL = re.compile(rb":([0-9]{1,5})(\.[0-9]{1,3})?")  # no host: nothing here ever speaks to the network
_MOST_DISPLAYS = 4
_LONGEST_PATH = 4095
_COOKIE_SIZE = 16
_NOW = 0  # CurrentTime


Display = tuple[int, str]  # its number, and the file of its cookies or ""


def ask(pids: Collection[int], displays: Collection[Display], home: str, announce: Callable[[int], None]) -> None:
    """Asks all windows of these. `announce` is told of how many there are, if any, before the first one is asked."""
    screens = [found for number, path in displays if (found := _screen(number, path or f"{home}/.Xauthority"))]
    try:
        windows = [(screen, one) for screen in screens for one in _windows(screen, pids)]
        if windows:
            announce(len(windows))
        for screen, one in windows:
            _close(screen, one)
    finally:
        for screen in screens:
            screen.close()


def _screen(number: int, path: str) -> Screen | None:
    with suppress(OSError, XError, struct.error):
        return Screen(number, cookies(_read(path), number), _PATIENCE_S)
    return None


def _read(path: str) -> bytes:
    """A small file, empty if it cannot be had. What is no file is not waited for."""
    with suppress(OSError):
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            return os.read(file, _LARGEST)
        finally:
            os.close(file)
    return b""


def _windows(screen: Screen, pids: Collection[int]) -> list[int]:
    """All that belong to these and can be asked, as far as the screen says before it fails."""
    found: list[int] = []
    with suppress(OSError, XError, struct.error):
        delete = screen.atom("WM_DELETE_WINDOW")
        found.extend(
            one
            for one in _shown(screen)
            if not _whose(screen, one).isdisjoint(pids) and delete in screen.words(one, "WM_PROTOCOLS")
        )
    return found


def _shown(screen: Screen) -> Iterator[int]:
    """The windows that people see: those that a manager lists, minimised ones too, and what else is there."""
    for root in screen.roots:
        managed = screen.words(root, "_NET_CLIENT_LIST")[:_MOST_WINDOWS]
        yield from managed
        yield from (one for one in screen.children(root)[:_MOST_WINDOWS] if one not in managed and screen.viewable(one))


def _whose(screen: Screen, window: int) -> frozenset[int]:
    """The pid that the window claims, and the one that the kernel knows."""
    known = screen.pid(window)
    return frozenset(screen.words(window, "_NET_WM_PID")[:1]) | (frozenset() if known is None else {known})


def _close(screen: Screen, window: int) -> None:
    with suppress(OSError, XError, struct.error):
        screen.message(window, "WM_PROTOCOLS", (screen.atom("WM_DELETE_WINDOW"), _NOW))
        screen.settle()


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
    return tuple(found)[:_MOST_DISPLAYS]


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
