"""How Debian packs texts: without a name and a date inside."""

from __future__ import annotations

import gzip
from pathlib import Path


def packed(file: Path, data: bytes) -> None:
    """The file, with its folder."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(gzip.compress(data, 9, mtime=0))
