"""Shows it on Windows: reached through tray.choose only, and not type-checked for another platform."""
