"""What is told to the X server about a window of ours, by python-xlib: GTK's own call needs a package that few have."""

from __future__ import annotations

from typing import Any

from Xlib.display import Display
from Xlib.ext import shape


def passes_clicks(window: Any) -> None:
    """Clicks on the window go to whatever lies below it."""
    window.get_display().sync()  # the server knows it now
    display = Display()
    try:
        display.create_resource_object("window", window.get_xid()).shape_rectangles(shape.SO.Set, shape.SK.Input, 0, 0, 0, [])
        display.sync()
    finally:
        display.close()
