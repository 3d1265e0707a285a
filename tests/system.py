"""What tests have to know of the system they run on: how programs of ours end there, and who may read a file."""

from __future__ import annotations

import sys
from pathlib import Path

WINDOWS = sys.platform == "win32"
KILLED = 1 if WINDOWS else -9
TERMINATED = 1 if WINDOWS else 0  # a server of ours in the foreground: Windows asks services only, and kills everybody else


def private(path: Path) -> bool:
    """Whether nobody but its owner and administrators may read the file or list the folder. Access lists say so even in Wine."""
    if not WINDOWS:
        return path.stat().st_mode & 0o077 == 0
    from host.windows import files, security, sids

    with files._open(path, files._LOOK) as handle:
        owner, entries = security.descriptor_of(handle.value)
    return sids.readers(entries, owner) <= {owner, security.own_sid(), security.SYSTEM, security.ADMINS}


def public(path: Path) -> bool:
    """Whether anybody may read the file and nobody but its owner may write to it."""
    if not WINDOWS:
        return path.stat().st_mode & 0o777 in {0o644, 0o755}
    from host.windows import files, security, sids

    with files._open(path, files._LOOK) as handle:
        owner, entries = security.descriptor_of(handle.value)
    trusted = {owner, security.own_sid(), security.SYSTEM, security.ADMINS}
    return bool({security.EVERYONE, security.AUTHENTICATED, security.USERS} & sids.readers(entries, owner)) and (
        sids.writers(entries, owner) <= trusted
    )
