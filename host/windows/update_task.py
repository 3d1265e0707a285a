"""The task of Windows' scheduler that installs newer versions: entered and taken out with the agent's service.

Each hour the system runs `giochoi update --install`, also on battery; what was missed while the PC was off is made up for.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import Final

import win32api

from host.windows.plans import update_task

NAME: Final = "GioChoi update"
_PATIENCE_S: Final = 60
_NO_WINDOW: Final[int] = getattr(subprocess, "CREATE_NO_WINDOW", 0)


def enter(python: str, home: str) -> bool:
    """Enter it, or change what is there into it. Whether the scheduler took it."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "task.xml")
        file.write_text(update_task(python, home), encoding="utf-16")
        return _schtasks("/create", "/f", "/tn", NAME, "/xml", str(file))


def remove() -> bool:
    """Take it out. Whether there was one."""
    return _schtasks("/delete", "/f", "/tn", NAME)


def _schtasks(*words: str) -> bool:
    try:
        done = subprocess.run(
            [str(Path(win32api.GetSystemDirectory(), "schtasks.exe")), *words],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=_PATIENCE_S, check=False, creationflags=_NO_WINDOW,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0
