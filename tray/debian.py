"""What Debian packages for its own Python and no package index has: gi."""

from __future__ import annotations

import importlib.util
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import Final

_PACKAGES: Final = Path("/usr/lib/python3/dist-packages")


def reach_gi(packages: Path = _PACKAGES) -> None:
    """Behind all else, and only where it is built for this Python: our own packages stay ours."""
    if importlib.util.find_spec("gi") is not None:
        return
    if any((packages / "gi" / f"_gi{suffix}").exists() for suffix in EXTENSION_SUFFIXES):
        sys.path.append(str(packages))
