"""The id that a name asks for: pure text. "Ân Nguyễn" -> "an-nguyen"."""

from __future__ import annotations

import re
import unicodedata

MAX_ID = 40


def slug(name: str, fallback: str = "x") -> str:
    """ASCII letters and digits with single hyphens, at most MAX_ID. A name in another script gives `fallback`."""
    plain = unicodedata.normalize("NFKD", name.casefold().replace("đ", "d"))
    kept = "".join(char for char in plain if not unicodedata.combining(char))
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r"['’]", "", kept)).strip("-")[:MAX_ID].rstrip("-") or fallback
