"""Asks the windows of some programs to close, as a click on the cross in the corner does; the game may ask back.

Where somebody manages windows and takes it (EWMH), by _NET_CLOSE_WINDOW; else by WM_DELETE_WINDOW (ICCCM 4.2.8.1), which is
what a window manager makes of it. A window that knows no WM_DELETE_WINDOW is not asked: its program would be cut off.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass

from daemon.platforms.linux.ending.displays import Display, cookies
from daemon.platforms.linux.ending.xwire import Screen, XError

_PATIENCE_S = 1.0
_MOST_WINDOWS = 1024
_LARGEST = 1 << 16
_NOW, _PAGER = 0, 2  # CurrentTime; that a person wishes it, not the program itself


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


@dataclass(frozen=True)
class _Window:
    id: int
    root: int
    managed: bool


def _windows(screen: Screen, pids: Collection[int]) -> list[_Window]:
    """All that belong to these and can be asked, as far as the screen says before it fails."""
    found: list[_Window] = []
    with suppress(OSError, XError, struct.error):
        delete = screen.atom("WM_DELETE_WINDOW")
        found.extend(
            one
            for one in _shown(screen)
            if not _whose(screen, one.id).isdisjoint(pids) and delete in screen.words(one.id, "WM_PROTOCOLS")
        )
    return found


def _shown(screen: Screen) -> Iterator[_Window]:
    """The windows that people see: those that are managed, minimised ones too, and what else is there."""
    for root in screen.roots:
        managed = screen.words(root, "_NET_CLIENT_LIST")[:_MOST_WINDOWS] if _manager(screen, root) else ()
        for one in managed:
            yield _Window(one, root, managed=True)
        for one in screen.children(root)[:_MOST_WINDOWS]:
            if one not in managed and screen.viewable(one):
                yield _Window(one, root, managed=False)


def _manager(screen: Screen, root: int) -> bool:
    """Whether somebody manages the windows of this root and can be asked to close one. What one left behind is no proof."""
    who = screen.words(root, "_NET_SUPPORTING_WM_CHECK")[:1]
    here = bool(who) and screen.words(who[0], "_NET_SUPPORTING_WM_CHECK")[:1] == who
    return here and screen.atom("_NET_CLOSE_WINDOW") in screen.words(root, "_NET_SUPPORTED")


def _whose(screen: Screen, window: int) -> frozenset[int]:
    """The pid that the window claims, and the one that the kernel knows."""
    known = screen.pid(window)
    return frozenset(screen.words(window, "_NET_WM_PID")[:1]) | (frozenset() if known is None else {known})


def _close(screen: Screen, one: _Window) -> None:
    with suppress(OSError, XError, struct.error):
        if one.managed:
            screen.message(one.root, one.id, "_NET_CLOSE_WINDOW", (_NOW, _PAGER), manager=True)
        else:
            screen.message(one.id, one.id, "WM_PROTOCOLS", (screen.atom("WM_DELETE_WINDOW"), _NOW), manager=False)
        screen.settle()
