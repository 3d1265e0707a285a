"""The stand-in game of `giochoi demo`, label VN00: it plays on its own, and saves when it is asked to close.

It runs as a copy of this file, by itself: only the standard library, nothing of ours. Where the system closes programs by their
windows (Windows), it has one; elsewhere SIGTERM closes it. With GIOCHOI_STANDIN_STUBBORN set it does not listen when asked to
close, as some games do not.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading

_TITLE = "Rùa chạy đua"


def main() -> int:
    """Play until asked to close."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", line_buffering=True)
    stubborn = bool(os.environ.get("GIOCHOI_STANDIN_STUBBORN"))
    print(_TITLE)
    windows = getattr(ctypes, "WinDLL", None)
    closing = threading.Event()
    if windows is None:
        signal.signal(signal.SIGTERM, lambda *_: closing.set())
    while True:
        if windows is None:
            while not closing.wait(0.2):
                pass
            closing.clear()
        else:  # a message box: its button, its cross and WM_CLOSE close it
            windows("user32").MessageBoxW(None, "@). . . . . |", _TITLE, 0)
        if not stubborn:
            print("saved")
            return 0
        print("not now")


if __name__ == "__main__":
    sys.exit(main())
