"""How much room on a disk it takes to put files in the place of others."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from host import choose


def taken(root: Path, sizes: Mapping[str, int]) -> int:
    """Bytes, for files of these sizes at their paths below `root`: by how much each grows, and once more the largest, which
    SQLite keeps beside what it changes until all of it is written.
    """
    grown = (max(0, size - _there(root / name)) for name, size in sizes.items())
    return sum(grown) + max(sizes.values(), default=0)


def _there(path: Path) -> int:
    """0 where there is none, or it cannot be told."""
    try:
        with choose.files().acting_for(path.parent):
            return path.stat().st_size
    except OSError:
        return 0
