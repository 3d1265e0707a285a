"""Whether what a program runs lies where only an administrator puts files: then its name can be believed."""

from __future__ import annotations

import os
import stat
from pathlib import Path

_PLACES = ("/usr/", "/opt/", "/snap/")


def installed(pid: int) -> bool:
    """Judged by the executable itself, not by paths as its process sees them. False if that cannot be seen."""
    link = Path(f"/proc/{pid}/exe")
    try:
        running, path = link.stat(), link.readlink()
        here = path.lstat()
        if not str(path).startswith(_PLACES) or (running.st_dev, running.st_ino) != (here.st_dev, here.st_ino):
            return False
        return all(_only_roots(one.lstat()) for one in (path, *path.parents))
    except OSError:
        return False


def _only_roots(found: os.stat_result) -> bool:
    return found.st_uid == 0 and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
