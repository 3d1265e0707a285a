"""A full-screen window that stands for a game: prints FOCUS, LOST and each key that reaches it (by python-xlib).

`python game.py` is full-screen as the window manager makes it; `game.py window` is an ordinary window.
"""

from __future__ import annotations

import os
import sys
import threading

from Xlib import X, Xatom
from Xlib.display import Display
from Xlib.XK import keysym_to_string


def say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def leave() -> None:
    sys.stdin.read()
    os._exit(0)


threading.Thread(target=leave, daemon=True).start()
display = Display()
screen = display.screen()
wide, high = screen.width_in_pixels, screen.height_in_pixels
full = "window" not in sys.argv
window = screen.root.create_window(
    0, 0, wide if full else 400, high if full else 300, 0, screen.root_depth, background_pixel=0x28553C,
    event_mask=X.KeyPressMask | X.FocusChangeMask | X.StructureNotifyMask | X.ButtonPressMask,
)  # fmt: skip
window.set_wm_name("game")
if full:
    window.change_property(
        display.intern_atom("_NET_WM_STATE"), Xatom.ATOM, 32, [display.intern_atom("_NET_WM_STATE_FULLSCREEN")],
    )  # fmt: skip
window.map()
while True:
    event = display.next_event()
    if event.type == X.KeyPress:
        say("KEY", keysym_to_string(display.keycode_to_keysym(event.detail, 0)))
    elif event.type == X.ButtonPress:
        say("CLICK", event.event_x, event.event_y)
    elif event.type == X.FocusIn:
        say("FOCUS")
    elif event.type == X.FocusOut:
        say("LOST", event.mode, event.detail)
