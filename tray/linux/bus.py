"""Whether anybody shows icons: asked of the session's bus, and followed. libayatana says nothing of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tray.linux.toolkit import gtk

WATCHER: Final = "org.kde.StatusNotifierWatcher"
_PATH: Final = "/StatusNotifierWatcher"
_SIGNALS: Final = ("StatusNotifierHostRegistered", "StatusNotifierHostUnregistered")


def follow_tray(told: Callable[[bool], None]) -> None:
    """See tray.api.Half. In the main thread, which calls `told`. Where there is no bus there is no tray."""
    found = gtk()
    try:
        bus = found.Gio.bus_get_sync(found.Gio.BusType.SESSION, None)
    except found.GLib.Error:
        told(False)
        return
    follower = _Follower(found, bus, told)
    flags = found.Gio.DBusSignalFlags.NONE
    for signal in _SIGNALS:
        bus.signal_subscribe(WATCHER, WATCHER, signal, _PATH, None, flags, lambda *_: follower.look())
    found.Gio.bus_watch_name_on_connection(
        bus, WATCHER, found.Gio.BusNameWatcherFlags.NONE, lambda *_: follower.look(), lambda *_: follower.say(there=False)
    )


class _Follower:
    def __init__(self, found: Any, bus: Any, told: Callable[[bool], None]) -> None:
        self._gi, self._bus, self._told = found, bus, told
        self._there: bool | None = None

    def look(self) -> None:
        asked = self._gi.GLib.Variant("(ss)", (WATCHER, "IsStatusNotifierHostRegistered"))
        kind = self._gi.GLib.VariantType("(v)")
        self._bus.call(
            WATCHER, _PATH, "org.freedesktop.DBus.Properties", "Get", asked, kind, self._gi.Gio.DBusCallFlags.NO_AUTO_START,
            2000, None, self._answered,
        )  # fmt: skip

    def _answered(self, bus: Any, result: Any) -> None:
        try:
            self.say(there=bool(bus.call_finish(result).unpack()[0]))
        except self._gi.GLib.Error:
            self.say(there=False)

    def say(self, *, there: bool) -> None:
        if there != self._there:
            self._there = there
            self._told(there)
