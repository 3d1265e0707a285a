"""Shows it on Linux: reached through tray.choose only, and not type-checked for another platform."""
