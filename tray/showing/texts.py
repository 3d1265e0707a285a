"""Text that came from somebody, for a display."""

from __future__ import annotations

import html
import unicodedata

_JOINERS = {"\u200c", "\u200d"}  # belong to some scripts and to emoji
_LONGEST = 400  # characters: a banner is no page


def clean(text: str) -> str:
    """On one line, not longer than anybody reads, and without what would turn or hide the words around it."""
    kept = "".join(" " if c.isspace() else c for c in text if c.isspace() or c in _JOINERS or unicodedata.category(c) not in {"Cc", "Cf", "Cs"})
    kept = " ".join(kept.split())
    return kept if len(kept) <= _LONGEST else kept[: _LONGEST - 1] + "…"


def escaped(text: str) -> str:
    """For a display that reads markup."""
    return html.escape(text, quote=False)
