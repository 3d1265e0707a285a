"""Text from somebody else, made fit to be shown and sent."""

from __future__ import annotations


def printable(text: str, most: int) -> str:
    """One line that can be shown and encoded: no control characters, no half surrogate pairs, at most `most` characters."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text[:most])
