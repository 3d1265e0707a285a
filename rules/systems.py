"""Systems of age labels by their names. What their labels stand for: rules.ratings."""

from __future__ import annotations

import re
from typing import Literal, get_args

System = Literal["VN", "PEGI", "ESRB", "USK", "CERO", "GRAC", "IGRS", "IARC", "OARS"]

SYSTEMS: tuple[System, ...] = get_args(System)
_FIRST = re.compile(rf"({'|'.join(SYSTEMS)})(?=[ 0-9]|\Z)", re.ASCII)


def system_of(source: str | None) -> System | None:
    """Of which system a label is, by where it is from: a source begins with the label as it was told (ratings.told_by)."""
    found = _FIRST.match(source or "")
    return None if found is None else next(one for one in SYSTEMS if one == found[1])
