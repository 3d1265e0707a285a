"""GTK 3 and the tray's own library, which come with the system's Python and no package index."""

from __future__ import annotations

import os
from typing import Any, Final

from i18n.message import msg
from tray.api import FaceError
from tray.debian import reach_gi

_PACKAGES: Final = "python3-gi gir1.2-gtk-3.0 gir1.2-ayatanaappindicator3-0.1"


def gtk() -> Any:
    """The modules of gi.repository. FaceError: they, or a screen, are missing."""
    reach_gi()
    try:
        import gi  # noqa: PLC0415 - only now it is known to be there
        from gi.repository import GLib  # noqa: PLC0415 - as above

        GLib.set_prgname("giochoi-tray")  # what task bars call its window: GTK takes it when it is imported
        gi.require_version("Gtk", "3.0")
        from gi.repository import Gtk  # noqa: PLC0415 - as above
    except (ImportError, ValueError) as error:
        raise _missing() from error
    if not Gtk.init_check(None)[0]:
        raise FaceError(msg("there is no screen here: start it in the session of a desktop"))
    import gi.repository as found  # noqa: PLC0415 - as above

    return found


def backend() -> Any:
    """Pystray's module for panels that follow StatusNotifierItem, and no other: those have no menu. FaceError."""
    gtk()
    os.environ["PYSTRAY_BACKEND"] = "appindicator"  # else it takes the next one that loads, without a word
    try:
        from pystray import _appindicator  # noqa: PLC0415 - it loads GTK
    except (ImportError, ValueError) as error:
        raise _missing() from error
    return _appindicator


def _missing() -> FaceError:
    return FaceError(msg("packages are missing that draw the icon: sudo apt install {packages}", packages=_PACKAGES))
