"""Where banners are drawn: in the tray's own main loop, where GTK runs already; else by a process for each (`apart`)."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from typing import Any

from tray.showing.api import Card, Outcome, settled
from tray.showing.linux.apart import Apart
from tray.showing.linux.cards import Cards
from tray.showing.linux.system import gio

_log = logging.getLogger(__name__)


class Banner:
    """None on Wayland, where no program may lie above others, and none without a screen."""

    def __init__(self) -> None:
        self._cards: Cards | None = None  # touched by the thread of the main loop only
        self._apart = Apart()

    def prepare(self) -> None:
        """Fonts and colours are loaded before the first warning: that would else come too late to be said to be seen."""
        if self._cards is None and _possible() and _loop_runs():
            _post(self._get)

    def show(self, card: Card) -> Outcome:
        if not _possible():
            return settled(came=False)
        if not _loop_runs():
            return self._apart.show(card)
        outcome: Outcome = Outcome()
        _post(lambda: self._put(card, outcome))
        return outcome

    def drop(self, begins: str) -> None:
        self._apart.drop(begins)
        if _loop_runs():
            _post(lambda: self._drop(begins))

    def close(self) -> None:
        self.drop("")

    def _get(self) -> Cards:
        if self._cards is None:
            self._cards = Cards()
        return self._cards

    def _drop(self, begins: str) -> None:
        if self._cards:
            self._cards.drop(begins)

    def _put(self, card: Card, outcome: Outcome) -> None:
        try:
            self._get().put(card, outcome.set_result)
        except Exception:  # noqa: BLE001 - a banner that cannot be drawn must not end the tray
            _log.exception("a banner")
            if not outcome.done():
                outcome.set_result(False)


def _possible() -> bool:
    wayland = "WAYLAND_DISPLAY" in os.environ or os.environ.get("XDG_SESSION_TYPE") == "wayland"
    return bool(os.environ.get("DISPLAY")) and not wayland


def _loop_runs() -> bool:
    """Whether some thread runs the main loop that GTK draws in."""
    if "gi.repository.Gtk" not in sys.modules:
        return False
    context = gio()[1].MainContext.default()
    if context.acquire():
        context.release()
        return False
    return True


def _post(work: Callable[[], Any]) -> None:
    """Before whatever else waits in the main loop."""
    glib = gio()[1]

    def once(*_: Any) -> bool:
        work()
        return False

    glib.idle_add(once, priority=glib.PRIORITY_HIGH)
