"""A small game with a window on X, by itself: `saving_game.py FILE SECONDS [deaf]`.

Asked to close by its window manager it takes so many seconds to save into FILE, and ends. `deaf`: it knows no such request
(WM_DELETE_WINDOW). It writes "open" into FILE once its window is there, and "signal" when it gets SIGTERM.
"""

import ctypes
import signal
import sys
import time
from pathlib import Path

file, seconds, deaf = Path(sys.argv[1]), float(sys.argv[2]), "deaf" in sys.argv
CLIENT_MESSAGE, MAP_NOTIFY, STRUCTURE = 33, 19, 1 << 17

x = ctypes.CDLL("libX11.so.6")
for name in ("XOpenDisplay", "XCreateSimpleWindow", "XInternAtom", "XDefaultRootWindow"):
    getattr(x, name).restype = ctypes.c_void_p
display = ctypes.c_void_p(x.XOpenDisplay(None))
assert display, "no display"
root = ctypes.c_ulong(x.XDefaultRootWindow(display))
window = ctypes.c_ulong(x.XCreateSimpleWindow(display, root, 0, 0, 200, 100, 0, ctypes.c_ulong(0), ctypes.c_ulong(0)))
delete = ctypes.c_ulong(x.XInternAtom(display, b"WM_DELETE_WINDOW", 0))
if not deaf:
    x.XSetWMProtocols(display, window, ctypes.byref(delete), 1)
x.XStoreName(display, window, b"saving game")
x.XSelectInput(display, window, ctypes.c_long(STRUCTURE))
x.XMapWindow(display, window)


def told(*_):
    file.write_text("signal")
    sys.exit(3)


signal.signal(signal.SIGTERM, told)
event = (ctypes.c_long * 24)()
while True:
    while not x.XPending(display):  # Python hears signals in between only
        time.sleep(0.01)
    x.XNextEvent(display, event)
    kind = ctypes.cast(event, ctypes.POINTER(ctypes.c_int))[0]
    if kind == MAP_NOTIFY:
        file.write_text("open")
    if kind == CLIENT_MESSAGE and event[7] == delete.value:
        file.write_text("saving")
        time.sleep(seconds)
        file.write_text("saved")
        sys.exit(0)
