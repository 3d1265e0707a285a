"""The id that a name asks for: pure text. "Ân Nguyễn" -> "an-nguyen"."""

from __future__ import annotations

import re
import unicodedata

MAX_ID = 40
_MOST = 400  # letters looked at: to normalise a text takes time by the square of its length


def slug(name: str, fallback: str = "x") -> str:
    """ASCII letters and digits with single hyphens, at most MAX_ID. A name in another script gives `fallback`."""
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r"['’]", "", plain(name))).strip("-")[:MAX_ID].rstrip("-") or fallback


def plain(text: str) -> str:
    """The letters without diacritics and in lower case: what two look-alikes have in common."""
    letters = unicodedata.normalize("NFKD", text[:_MOST].casefold().replace("đ", "d"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
