"""The small Windows programs that tests run: tests/lab/windows.d/programs, built by build-programs beside it."""

from __future__ import annotations

import os
from pathlib import Path

BUILT = Path(os.environ.get("GIOCHOI_PROGRAMS") or Path(__file__).parent / "lab" / "windows.d" / "built")


def program(name: str) -> Path:
    """Where the program lies; the lab builds them before it runs tests."""
    path = BUILT / name
    assert path.exists(), f"{path} is missing: tests/lab/windows.d/build-programs {BUILT}"
    return path
