"""What Linux offers the tray: see tray.api.Half."""

from tray.linux.bus import follow_tray
from tray.linux.icon import icon
from tray.linux.session import alone, autostart, on_end
from tray.linux.shows import shower
from tray.linux.window import window

__all__ = ["alone", "autostart", "follow_tray", "icon", "on_end", "shower", "window"]
