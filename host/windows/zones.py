"""What a time zone of Windows is called. Nothing here calls Windows."""

from __future__ import annotations

import unicodedata


def called(key: str, bias: int) -> str:
    """By its name in the registry, which whoever may set the zone writes, if a log can hold that; else by its distance from
    UTC. `bias`: what is to be added to local time for UTC, in minutes.
    """
    name = unicodedata.normalize("NFC", key)
    return name if name and name.isprintable() else f"UTC{-bias:+d} min"
