"""Our own icon where the desktop asks for one besides the panel's: on windows, and beside notifications."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

SPRITES: Final = Path(__file__).resolve().parents[1] / "sprites"
NAME: Final = "giochoi-free"  # what the package calls "giochoi" in menus: it lies here also where nothing is installed
FILE: Final = SPRITES / "hicolor/64x64/apps" / f"{NAME}.png"


def wear(gtk: Any) -> None:
    """All windows of this process have it; without one a window manager draws whatever it likes."""
    gtk.IconTheme.get_default().append_search_path(str(SPRITES))
    gtk.Window.set_default_icon_name(NAME)
