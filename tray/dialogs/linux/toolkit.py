"""GTK 3 through the system's own gi: a virtual environment sees none of the system's packages."""

from __future__ import annotations

from i18n.message import msg
from tray.debian import reach_gi
from tray.dialogs.showing import RendererError

try:
    reach_gi()
    import gi
    from gi.repository import GLib

    GLib.set_prgname("giochoi-tray")  # what task bars and screen readers call it: GTK takes it when it is imported
    for _name, _version in (("Gtk", "3.0"), ("Gdk", "3.0"), ("Atk", "1.0")):
        gi.require_version(_name, _version)
    from gi.repository import Atk, Gdk, Gtk, Pango
except (ImportError, ValueError) as _error:
    raise RendererError(
        msg("the dialogs need GTK 3; install: {packages}", packages="python3-gi gir1.2-gtk-3.0")
    ) from _error
if not Gtk.init_check([])[0]:
    raise RendererError(msg("there is no screen to show a dialog on (DISPLAY, WAYLAND_DISPLAY)"))

__all__ = ["Atk", "GLib", "Gdk", "Gtk", "Pango"]
