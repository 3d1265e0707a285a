"""What all windows of ours have on Linux: our icon, which notifications have too, and scroll bars that are seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

SPRITES: Final = Path(__file__).resolve().parent / "sprites"
NAME: Final = "giochoi-free"  # in menus the package calls it "giochoi"; here it is also where nothing is installed


def picture(name: str, pixels: int = 64) -> Path:
    """One of the icon's pictures."""
    return SPRITES / f"hicolor/{pixels}x{pixels}/apps/{name}.png"


def wear_icon(gtk: Any) -> None:
    """Without one a window manager draws whatever it likes."""
    gtk.IconTheme.get_default().append_search_path(str(SPRITES))
    gtk.Window.set_default_icon_name(NAME)


def scrolled(gtk: Any, **more: Any) -> Any:
    """Up and down. A bar that hides until the mouse comes tells nobody that there is more."""
    return gtk.ScrolledWindow(hscrollbar_policy=gtk.PolicyType.NEVER, overlay_scrolling=False, **more)
