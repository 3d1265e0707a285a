"""The stand-in game of `giochoi demo`, label VN00: it plays on its own, and saves when it is asked to close.

It runs as a copy of this file, by itself: only the standard library, nothing of ours. With GIOCHOI_STANDIN_STUBBORN set it does
not listen when asked to close, as some games do not.
"""

from __future__ import annotations

import itertools
import os
import signal
import sys
import threading

_BOARD = ("🐢      🏁", " 🐢     🏁", "  🐢    🏁", "   🐢   🏁", "    🐢  🏁", "     🐢 🏁", "      🐢🏁")


def main() -> int:
    """Play until asked to close."""
    closing = threading.Event()
    stubborn = bool(os.environ.get("GIOCHOI_STANDIN_STUBBORN"))

    def asked(_signal: int, _frame: object) -> None:
        say("không nghe đâu! / not listening!" if stubborn else "đang lưu / saving")
        if not stubborn:
            closing.set()

    signal.signal(signal.SIGTERM, asked)
    say("Rùa chạy đua: chào bạn! / Turtle race: hello!")
    for lap in itertools.count(1):
        for board in _BOARD:
            if sys.stdout.isatty():
                sys.stdout.write(f"\r{board}")
                sys.stdout.flush()
            if closing.wait(0.2):
                say(f"đã lưu ở vòng {lap}, tạm biệt / saved in lap {lap}, goodbye")
                return 0
    return 1


def say(text: str) -> None:
    """One line for whoever watches, if somebody does."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
