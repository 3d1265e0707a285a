"""The first of many, and how many more there are. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from i18n.message import Arg, msgn


def few(told: Sequence[Arg], most: int, count: int | None = None) -> tuple[Arg, ...]:
    """The first of them, and of how many (`count`, else all of `told`) this leaves out."""
    shown = tuple(told[:most])
    more = (len(told) if count is None else count) - len(shown)
    return shown if more <= 0 else (*shown, msgn("… and {n} more", "… and {n} more", more))
