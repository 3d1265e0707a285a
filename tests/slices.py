"""Slices of accounts (user-UID.slice), as systemd-logind makes them, where this machine has cgroup2."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from daemon.platforms.linux import procfs

ROOTS = (Path("/sys/fs/cgroup/unified"), Path("/sys/fs/cgroup"))


def slice_of(uid: int) -> Path | None:
    """Made if need be. None: none can be made here."""
    for root in ROOTS:
        folder = root / "user.slice" / f"user-{uid}.slice"
        with suppress(OSError):
            if (root / "cgroup.procs").exists():
                folder.mkdir(parents=True, exist_ok=True)
                return folder
    return None


@contextmanager
def inside(uid: int) -> Iterator[None]:
    """What this process starts meanwhile lies in that account's slice."""
    folder, before = slice_of(uid), procfs.text("/proc/self/cgroup").partition("0::")[2].partition("\n")[0]
    if folder is None:
        yield
        return
    (folder / "cgroup.procs").write_text(str(os.getpid()), "ascii")
    try:
        yield
    finally:
        (folder.parents[1] / before.lstrip("/") / "cgroup.procs").write_text(str(os.getpid()), "ascii")


def remove(uid: int) -> None:
    if (folder := slice_of(uid)) is not None:
        with suppress(OSError):  # something is still in it
            folder.rmdir()
