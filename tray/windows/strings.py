"""Texts as Windows takes them: no longer than a field of NOTIFYICONDATA, and without a menu's signs. Pure."""

from __future__ import annotations

from typing import Final

TIP: Final = 127  # UTF-16 units of szTip, szInfo and szInfoTitle, without the zero at their ends
BODY: Final = 255
TITLE: Final = 63


def fit(text: str, units: int) -> str:
    """`text`, or as much of it as goes into so many UTF-16 units, with "…" for the rest. No character is cut in two."""
    text = text.replace("\0", " ")
    if _units(text) <= units:
        return text
    kept, room = [], units - 1
    for character in text:
        room -= _units(character)
        if room < 0:
            break
        kept.append(character)
    return "".join(kept).rstrip() + "…"


def label(text: str) -> str:
    """A menu's row: in one, "&" would underline the next letter, and a tab begin the column of keys."""
    return text.replace("\0", " ").replace("\t", " ").replace("&", "&&")


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
