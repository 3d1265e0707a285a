"""Banners on Windows: a thread for each that is on the screen."""

from __future__ import annotations

import logging
import threading
from contextlib import suppress

import pywintypes
import win32con
import win32gui

from tray.showing.api import Card, Outcome, settled
from tray.showing.windows.card import Window

_log = logging.getLogger(__name__)


class Banner:
    """What is on the screen, by key, and how much room each takes from the top."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._there: dict[str, Window] = {}
        self._room: dict[str, tuple[int, int]] = {}  # from, to

    def show(self, card: Card) -> Outcome:
        outcome: Outcome = Outcome()
        with self._lock:
            there = self._there.get(card.key)
        if card.full and there is not None and there.card == card:
            there.again()  # it does not flicker
            return settled(came=True)
        self.drop(card.key)
        threading.Thread(target=self._run, args=(card, outcome), name="banner", daemon=True).start()
        return outcome

    def drop(self, begins: str) -> None:
        with self._lock:
            gone = [self._there.pop(key) for key in tuple(self._there) if key.startswith(begins)]
            self._room = {key: room for key, room in self._room.items() if not key.startswith(begins)}
        for window in gone:
            with suppress(pywintypes.error):  # over by itself
                win32gui.PostMessage(window.handle, win32con.WM_CLOSE, 0, 0)

    def close(self) -> None:
        self.drop("")

    def _run(self, card: Card, outcome: Outcome) -> None:
        try:
            window = Window(card, lambda height: self._place(card.key, height))
        except (pywintypes.error, OSError) as error:
            _log.info("a banner: %s", error)
            outcome.set_result(False)
            return
        with self._lock:
            self._there[card.key] = window
        outcome.set_result(bool(win32gui.IsWindowVisible(window.handle)))
        window.run()
        with self._lock:
            if self._there.get(card.key) is window:
                del self._there[card.key]
                self._room.pop(card.key, None)

    def _place(self, key: str, height: int) -> int:
        """The first gap from the top that is high enough."""
        with self._lock:
            top = 0
            for begins, ends in sorted(self._room.values()):
                if top + height <= begins:
                    break
                top = max(top, ends)
            self._room[key] = top, top + height
            return top
