"""Asks the windows of some programs to close, as a click on the cross in the corner does; the game may ask back.

By WM_DELETE_WINDOW (ICCCM 4.2.8.1), which is what a window manager makes of such a click. A window that does not know it is not
asked: its program would be cut off.

Which screens a program may have windows on its environment says, and a file what opens them (Xsecurity(7)). Both are written by
whoever plays, and what answers there may be a program of theirs: whoever calls this has become that user, with small bounds.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from importlib import import_module

from Xlib import X, display, error, ext
from Xlib.ext import res
from Xlib.protocol import event
from Xlib.xobject.drawable import Window

_MOST_WINDOWS = 1024
_MOST_WORDS = 4096  # of 32 bits, in a property of a window
_LOCAL = re.compile(rb":([0-9]{1,5})(\.[0-9]{1,3})?")  # no host: nothing here ever speaks to the network
_MOST_DISPLAYS = 4
_LONGEST_PATH = 4095

for _late in ("support.unix_connect", *(f"ext.{name}" for _, name in ext.__extensions__)):
    import_module(f"Xlib.{_late}")  # as long as it can be read: Xlib itself does when it meets a screen

Display = tuple[int, str]  # its number, and the file of its cookies or ""


def ask(pids: Collection[int], displays: Collection[Display], home: str, announce: Callable[[int], None]) -> None:
    """Asks all windows of these. `announce` is told of how many there are, if any, before the first one is asked."""
    screens = [found for number, path in displays if (found := _screen(number, path or f"{home}/.Xauthority"))]
    windows = [(screen, one) for screen in screens for one in _windows(screen, pids)]
    if windows:
        announce(len(windows))
    for screen, one in windows:
        with suppress(Exception):  # it is gone by now
            _close(screen, one)


def _screen(number: int, cookies: str) -> display.Display | None:
    os.environ["XAUTHORITY"] = cookies
    with suppress(Exception):  # whatever the player's program answers
        return display.Display(f":{number}")
    return None


def _windows(screen: display.Display, pids: Collection[int]) -> list[Window]:
    """All that belong to these and can be asked, as far as the screen says before it fails."""
    found: list[Window] = []
    with suppress(Exception):
        delete = screen.get_atom("WM_DELETE_WINDOW")
        for one in _shown(screen):
            with suppress(error.XError):  # it is gone by now
                if not _whose(screen, one).isdisjoint(pids) and delete in _words(screen, one, "WM_PROTOCOLS"):
                    found.append(one)
    return found


def _shown(screen: display.Display) -> Iterator[Window]:
    """The windows that people see: those that a manager lists, minimised ones too, and what else is there."""
    for number in range(screen.screen_count()):
        root = screen.screen(number).root
        managed = _words(screen, root, "_NET_CLIENT_LIST")[:_MOST_WINDOWS]
        yield from (screen.create_resource_object("window", one) for one in managed)
        yield from (one for one in root.query_tree().children[:_MOST_WINDOWS] if one.id not in managed and _viewable(one))


def _viewable(window: Window) -> bool:
    with suppress(error.XError):  # it is gone by now
        return bool(window.get_attributes().map_state == X.IsViewable)
    return False


def _whose(screen: display.Display, window: Window) -> frozenset[int]:
    """The pid that the window claims, and the one that the screen's server was told by the kernel (X-Resource 1.2)."""
    known: list[int] = []
    if screen.has_extension("X-Resource"):
        asked = [{"client": window.id, "mask": res.LocalClientPIDMask}]
        known = [pid for one in screen.res_query_client_ids(asked).ids for pid in one.value]
    return frozenset((*_words(screen, window, "_NET_WM_PID")[:1], *known))


def _words(screen: display.Display, window: Window, name: str) -> tuple[int, ...]:
    """A property of 32-bit words, nothing if it has none such."""
    found = window.get_property(screen.get_atom(name), X.AnyPropertyType, 0, _MOST_WORDS)
    return tuple(found.value) if found is not None and found.format == 32 else ()


def _close(screen: display.Display, window: Window) -> None:
    words = (32, [screen.get_atom("WM_DELETE_WINDOW"), X.CurrentTime, 0, 0, 0])
    window.send_event(event.ClientMessage(window=window, client_type=screen.get_atom("WM_PROTOCOLS"), data=words))
    screen.sync()


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
