"""Text that came from somebody, for a display."""

from __future__ import annotations

import html
import unicodedata

_JOINERS = {"\u200c", "\u200d"}  # belong to some scripts and to emoji
_LONGEST = 400  # characters: a banner is no page


def clean(text: str) -> str:
    """On one line, not longer than anybody reads, and without what would turn or hide the words around it."""
    kept = " ".join("".join(c for c in text if c.isspace() or _harmless(c)).split())
    return kept if len(kept) <= _LONGEST else kept[: _LONGEST - 1] + "…"


def _harmless(character: str) -> bool:
    return character in _JOINERS or unicodedata.category(character) not in {"Cc", "Cf", "Cs"}


def escaped(text: str) -> str:
    """For a display that reads markup."""
    return html.escape(text, quote=False)
