"""Looking up by a key what several have."""

from __future__ import annotations

from collections.abc import Iterable


def index(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """The second of all pairs that have the same first."""
    found: dict[str, tuple[str, ...]] = {}
    for key, id_ in pairs:
        found[key] = (*found.get(key, ()), id_)
    return found
