"""Notifications of the desktop, over D-Bus (org.freedesktop.Notifications).

A thread of its own has the connection, so that it does not matter whose main loop runs, or whether any does. Whoever shows
them may be started by our first question, and may end and come back: what it cannot do is asked anew each time it appears.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from tray.own import picture
from tray.showing.api import Card, Outcome, settled
from tray.showing.linux.system import gio
from tray.showing.notice import Action
from tray.showing.texts import escaped

_NAME: Final = "org.freedesktop.Notifications"
_PATH: Final = "/org/freedesktop/Notifications"
_APP: Final = "Giờ Chơi"
_PATIENCE_MS: Final = 10_000  # of a server that has to be started first; whoever shows something does not wait for it
_URGENCY: Final = {"low": 0, "normal": 1, "critical": 2}
_BY_HAND = 2  # why a notification was closed

_log = logging.getLogger(__name__)


class Notifications:
    """`pressed` is called in our thread, and returns at once."""

    def __init__(self, pressed: Callable[[Action], None]) -> None:
        self._pressed = pressed
        self._gio, self._glib = gio()
        self._bus: Any = None
        self._able: frozenset[str] | None = None  # None: not known, so perhaps nobody is there
        self._until_able: list[tuple[Card, Outcome]] = []
        self._standing: dict[str, Card] = {}
        self._dismissed: set[str] = set()
        self._ids: dict[str, int] = {}
        self._cards: dict[str, Card] = {}
        self._again: dict[str, tuple[Card, Outcome]] = {}  # came while the last one of the same key was on its way
        self._busy: set[str] = set()
        self._context = self._glib.MainContext()
        self._loop = self._glib.MainLoop.new(self._context, False)
        self._thread = threading.Thread(target=self._run, name="notifications", daemon=True)
        self._thread.start()

    def show(self, card: Card) -> Outcome:
        outcome: Outcome = Outcome()
        if not self._thread.is_alive():
            return settled(came=False)
        self._post(lambda: self._show(card, outcome))
        return outcome

    def drop(self, begins: str) -> None:
        self._post(lambda: self._drop(begins))

    def close(self) -> None:
        """What stands is closed, and the connection with it."""
        self._post(self._close)
        self._thread.join(1)

    # --- in our thread

    def _run(self) -> None:
        self._context.push_thread_default()
        try:
            self._connect()
            self._loop.run()
        finally:
            self._context.pop_thread_default()

    def _connect(self) -> None:
        """Without a bus there is nobody to show anything."""
        flags = self._gio.DBusConnectionFlags
        try:
            address = self._gio.dbus_address_get_for_bus_sync(self._gio.BusType.SESSION, None)
            kind = flags.AUTHENTICATION_CLIENT | flags.MESSAGE_BUS_CONNECTION
            self._bus = self._gio.DBusConnection.new_for_address_sync(address, kind, None, None)
        except self._glib.Error as error:
            _log.warning("no session bus, so neither an icon nor notifications: %s", error.message)
            return
        for signal, heard in (("ActionInvoked", self._invoked), ("NotificationClosed", self._closed)):
            self._bus.signal_subscribe(_NAME, _NAME, signal, _PATH, None, 0, heard)
        self._bus.signal_subscribe(
            "org.freedesktop.DBus", "org.freedesktop.DBus", "NameOwnerChanged", "/org/freedesktop/DBus", _NAME, 0, self._owner,
        )  # fmt: skip
        self._call("GetCapabilities", None, self._capable)  # starts it, where it is started on demand

    def _capable(self, answer: Any) -> None:
        self._able = None if answer is None else frozenset(answer[0])
        waiting, self._until_able = self._until_able, []
        for card, outcome in waiting:
            if self._able is None:
                outcome.set_result(False)
            else:
                self._show(card, outcome)

    def _show(self, card: Card, outcome: Outcome) -> None:
        """One at a time of each key: until the answer has come nobody knows what is to be replaced."""
        if self._bus is None or card.key in self._dismissed:
            outcome.set_result(False)
            return
        if card.standing:
            self._standing[card.key] = card
        if self._able is None:
            self._until_able.append((card, outcome))
            if len(self._until_able) == 1:
                self._call("GetCapabilities", None, self._capable)
            return
        if card.key in self._busy:
            if last := self._again.pop(card.key, None):
                last[1].set_result(False)
            self._again[card.key] = card, outcome
            return
        self._busy.add(card.key)
        self._call("Notify", self._said(card), lambda answer: self._shown(card, outcome, answer))

    def _shown(self, card: Card, outcome: Outcome, answer: Any) -> None:
        self._busy.discard(card.key)
        if answer is not None:
            self._ids[card.key] = answer[0]
            self._cards[card.key] = card
        outcome.set_result(answer is not None)
        if following := self._again.pop(card.key, None):
            self._show(*following)

    def _said(self, card: Card) -> Any:
        """What `Notify` takes."""
        able = self._able or ()
        variant = self._glib.Variant
        body = "\n".join(escaped(line) if "body-markup" in able else line for line in card.lines)
        actions = [part for place, (_, label) in enumerate(card.actions) for part in (str(place), label)]
        hints = {"urgency": variant("y", _URGENCY[card.urgency]), "desktop-entry": variant("s", "giochoi")}
        if card.standing:
            hints |= {"resident": variant("b", True), "suppress-sound": variant("b", True)}
        lasts = 0 if card.lasts is None else card.lasts
        said = (
            _APP, self._ids.get(card.key, 0), picture(card.sign).as_uri(), card.title, body,
            actions if "actions" in able else [], hints, lasts,
        )  # fmt: skip
        return variant("(susssasa{sv}i)", said)

    def _drop(self, begins: str) -> None:
        self._dismissed = {key for key in self._dismissed if not key.startswith(begins)}
        self._standing = {key: card for key, card in self._standing.items() if not key.startswith(begins)}
        for key in [one for one in self._ids if one.startswith(begins)]:
            number = self._ids.pop(key)
            self._cards.pop(key, None)
            self._call("CloseNotification", self._glib.Variant("(u)", (number,)), lambda _: None)

    def _close(self) -> None:
        self._drop("")
        if self._bus is not None:
            with suppress(self._glib.Error):  # it went before us
                self._bus.flush_sync(None)
                self._bus.close_sync(None)
        self._loop.quit()

    def _call(self, method: str, words: Any, then: Callable[[Any], None]) -> None:
        if self._bus is None:
            return

        def answered(bus: Any, result: Any) -> None:
            try:
                answer = bus.call_finish(result).unpack()
            except self._glib.Error as error:
                _log.info("%s: %s", method, error.message)
                answer = None
            then(answer)

        self._bus.call(_NAME, _PATH, _NAME, method, words, None, 0, _PATIENCE_MS, None, answered)

    def _invoked(self, *told: Any) -> None:
        number, pressed = told[5].unpack()
        for key, one in self._ids.items():
            if one == number and pressed.isdigit() and int(pressed) < len(self._cards[key].actions):
                self._pressed(self._cards[key].actions[int(pressed)][0])
                return

    def _closed(self, *told: Any) -> None:
        """One that was closed by hand is not put up again by each minute that passes."""
        number, why = told[5].unpack()
        for key in [key for key, one in self._ids.items() if one == number]:
            if self._cards[key].standing and why == _BY_HAND:
                self._dismissed.add(key)
            del self._ids[key], self._cards[key]

    def _owner(self, *told: Any) -> None:
        """Another server knows nothing of what the last one showed."""
        _, before, now = told[5].unpack()
        if before:
            self._able = None
            self._ids.clear()
            self._cards.clear()
        for card in tuple(self._standing.values()) if now else ():
            self._show(card, Outcome())

    def _post(self, work: Callable[[], None]) -> None:
        def once(*_: Any) -> bool:
            work()
            return False

        source = self._glib.idle_source_new()
        source.set_priority(self._glib.PRIORITY_DEFAULT)
        source.set_callback(once)
        source.attach(self._context)
