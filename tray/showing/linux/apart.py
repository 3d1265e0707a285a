"""A banner in a process of its own: `python -P -m tray.showing.linux.apart` reads one card, prints a line once it is on the
screen, and ends with it, or when its stdin does.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import replace
from typing import IO, Any, Final

import msgspec

from tray.showing.api import Card, Outcome

_MODULE: Final = "tray.showing.linux.apart"


class Apart:
    """One process for each card that is on the screen."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._there: dict[str, subprocess.Popen[bytes]] = {}

    def show(self, card: Card) -> Outcome:
        outcome: Outcome = Outcome()
        self.drop(card.key)
        child = subprocess.Popen([sys.executable, "-P", "-m", _MODULE], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        with self._lock:
            self._there[card.key] = child
        threading.Thread(target=self._follow, args=(child, card, outcome), name="banner", daemon=True).start()
        return outcome

    def drop(self, begins: str) -> None:
        """They end by themselves when nobody holds their stdin."""
        with self._lock:
            gone = [self._there.pop(key) for key in tuple(self._there) if key.startswith(begins)]
        for child in gone:
            _leave(child.stdin)

    def _follow(self, child: subprocess.Popen[bytes], card: Card, outcome: Outcome) -> None:
        with child, suppress(OSError, ValueError):  # ValueError: dropped meanwhile
            if child.stdin and child.stdout:
                child.stdin.write(msgspec.json.encode(replace(card, actions=())) + b"\n")
                child.stdin.flush()
                outcome.set_result(child.stdout.readline() == b"shown\n")
                child.stdout.read()
        with self._lock:
            if self._there.get(card.key) is child:
                del self._there[card.key]
        if not outcome.done():
            outcome.set_result(False)


def _leave(stdin: IO[bytes] | None) -> None:
    with suppress(OSError):
        if stdin:
            stdin.close()


def main() -> int:
    """1: it could not be shown."""
    from tray.showing.linux.cards import Cards  # noqa: PLC0415 - GTK is loaded in the child only
    from tray.showing.linux.system import gio, gtk  # noqa: PLC0415 - as above

    glib, gtk_ = gio()[1], gtk()[0]
    card = msgspec.json.decode(sys.stdin.buffer.readline(), type=Card)
    code = 0

    def told(came: bool) -> None:  # noqa: FBT001 - what `Cards.put` calls
        nonlocal code
        if came:
            sys.stdout.write("shown\n")
            sys.stdout.flush()
        else:
            code = 1
            gtk_.main_quit()

    def hung_up(*_: Any) -> bool:
        gtk_.main_quit()
        return False

    glib.io_add_watch(0, glib.PRIORITY_DEFAULT, glib.IOCondition.IN | glib.IOCondition.HUP, hung_up)
    cards = Cards(empty=gtk_.main_quit)
    glib.idle_add(lambda: cards.put(card, told))
    gtk_.main()
    return code


if __name__ == "__main__":
    sys.exit(main())
