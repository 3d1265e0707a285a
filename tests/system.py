"""What tests have to know of the system they run on: how programs of ours end there, and who may read a file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

WINDOWS = sys.platform == "win32"
KILLED = 1 if WINDOWS else -9
BIN = Path(sys.executable).parent  # the programs as `make setup` installs them
MODULES = {"giochoi": "cli", "giochoi-daemon": "daemon", "giochoi-agent": "agent", "giochoi-verify": "compliance"}
TERMINATED = 1 if WINDOWS else 0  # a server of ours in the foreground: Windows asks services only, and kills everybody else


def ours(program: str) -> list[str]:
    """How a program of ours is run: on Windows by its module, as what pip makes there starts a second process."""
    return [sys.executable, "-m", MODULES[program]] if WINDOWS else [str(BIN / program)]


def readable(path: Path) -> Literal["by its owner", "by all"]:
    """Who may read the file or list the folder. No others may write to it: AssertionError. Access lists say so even in Wine."""
    if not WINDOWS:
        mode = path.stat().st_mode & 0o777
        assert mode in {0o600, 0o700, 0o644, 0o755}, f"{path}: {mode:o}"
        return "by its owner" if mode & 0o077 == 0 else "by all"
    from host.windows import files, security, sids

    with files._open(path, files._LOOK) as handle:
        owner, entries = security.descriptor_of(handle.value)
    trusted = {security.own_sid(), security.SYSTEM, security.ADMINS}
    assert {owner, *sids.writers(entries, owner)} <= trusted, f"{path}: {owner} {entries}"
    return "by its owner" if sids.readers(entries, owner) <= trusted else "by all"
