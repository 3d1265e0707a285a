"""Builds what people install: `python3 installers/build.py deb|windows|verifier|release …`; each has --help.

Any Python from 3.11 on starts it; the work is done by that of .venv, which `make setup` makes if it is missing.
"""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
DOORS = {
    "deb": "installers.linux.package",
    "windows": "installers.windows.setup",
    "verifier": "installers.windows.portable",
    "release": "installers.releasing.release",
}


def main(words: list[str]) -> int:
    """The exit code of what is built: 2 if that is nothing."""
    if not words or words[0] not in DOORS:
        sys.stderr.write(f"usage: build.py {'|'.join(DOORS)} …\n")
        return 2
    in_venv()
    sys.path[0] = str(TOP)
    return int(importlib.import_module(DOORS[words[0]]).main(words[1:]))


def in_venv() -> None:
    """Go on as .venv's Python: it has pip, and the packages that the catalogues are made with."""
    python = TOP / ".venv/bin/python"
    if not python.exists() or not (TOP / "i18n/vi.mo").exists():
        subprocess.run(["make", "-C", str(TOP), "setup"], check=True)  # noqa: S607 - whose machine it is chooses its make
    if Path(sys.prefix).resolve() == (TOP / ".venv").resolve():
        return
    os.execv(python, [str(python), *sys.argv])  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
