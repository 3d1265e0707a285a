"""Whose the system's home is, before anything of ours is made in it: everybody may make folders in ProgramData."""

from __future__ import annotations

from pathlib import Path

from host.windows import users
from host.windows.descriptors import descriptor_of
from host.windows.sids import ADMINS, SYSTEM
from host.windows.tokens import own_sid
from host.windows.win32 import READ_CONTROL, open_itself


def strange(home: Path) -> bool:
    """Whether what lies there is somebody's who is no administrator. OSError."""
    try:
        with open_itself(home, READ_CONTROL) as handle:
            owner, _ = descriptor_of(handle.value)
    except FileNotFoundError:
        return False
    return owner not in {SYSTEM, ADMINS, own_sid()} and not users.administrator(owner)
