"""The stand-in game of `giochoi demo`, label VN00: it plays on its own, and saves when it is to close.

It runs as a copy of this file, by itself: only the standard library, nothing of ours. On Windows it has a window to close;
elsewhere it has none, and SIGTERM closes it. With GIOCHOI_STANDIN_STUBBORN set its window does not listen when it is asked to
close, as some games do not.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading


def main() -> int:
    """Play until asked to close."""
    stubborn = bool(os.environ.get("GIOCHOI_STANDIN_STUBBORN"))
    windows = getattr(ctypes, "WinDLL", None)
    closing = threading.Event()
    if windows is None:
        signal.signal(signal.SIGTERM, lambda *_: closing.set())
    while True:
        if windows is None:
            closing.wait()
        else:  # a message box: its button, its cross and WM_CLOSE close it
            windows("user32").MessageBoxW(None, "@). . . . . |", "Rùa chạy đua", 0)
        if windows is None or not stubborn:
            print("saved", flush=True)
            return 0
        print("not now", flush=True)


if __name__ == "__main__":
    sys.exit(main())
