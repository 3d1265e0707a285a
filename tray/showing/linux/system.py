"""GLib and GTK as Debian packages them: they are no wheels, so they are looked for beside our own packages, last of all."""

from __future__ import annotations

from functools import cache
from typing import Any

from tray.debian import reach_gi


@cache
def gio() -> tuple[Any, Any]:
    """Gio and GLib. ImportError: python3-gi is not installed."""
    reach_gi()
    from gi.repository import Gio, GLib  # noqa: PLC0415 - found only now

    return Gio, GLib


@cache
def gtk() -> tuple[Any, Any]:
    """Gtk and Gdk, version 3. ImportError or ValueError: not installed."""
    reach_gi()
    import gi  # noqa: PLC0415 - as above

    gi.require_version("Gtk", "3.0")
    gi.require_version("Gdk", "3.0")
    gi.require_version("GdkX11", "3.0")
    from gi.repository import Gdk, GdkX11, Gtk  # noqa: PLC0415, F401 - as above; it gives windows their numbers

    return Gtk, Gdk
