"""Has an account's programs stand still while a play of theirs is ended (cgroups(7), cgroup.freeze).

Only for an account's slice of systemd-logind (user-UID.slice). What is frozen is written down, so that the service manager
thaws it if we die in between (ExecStopPost= of giochoi-daemon.service), and so does the next daemon.
"""

from __future__ import annotations

import os
import select
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from daemon.platforms.linux import procfs
from daemon.platforms.linux.accounts import uid_of

NOTE = Path("/run/giochoi/frozen")
_ROOTS = (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/unified"))  # cgroup2 alone, and beside version 1
_LONGEST_MS, _MOST_CHANGES = 100, 4


@contextmanager
def frozen(account: str) -> Iterator[None]:
    """The slice of this account stands still inside. Where there is none, or it cannot be had, nothing does."""
    folder = _slice_of(account) if account else None
    if folder is None or not _freeze(folder):
        yield
        return
    try:
        yield
    finally:
        _thaw(folder)


def thaw() -> None:
    """What was frozen, by us or by a daemon before us, goes on."""
    with suppress(OSError):
        folder = Path(NOTE.read_text("utf-8").strip())
        if any(folder.is_relative_to(root) for root in _ROOTS):
            _thaw(folder)
        NOTE.unlink(missing_ok=True)


def _slice_of(account: str) -> Path | None:
    uid = uid_of(account) if os.geteuid() == 0 else None
    name = f"user.slice/user-{uid}.slice"
    if not uid or f"/{name}/" in procfs.text("/proc/self/cgroup"):  # we would stand still, too
        return None
    return next((path for root in _ROOTS if (path := root / name).joinpath("cgroup.freeze").exists()), None)


def _thaw(folder: Path) -> None:
    """Whatever the note says by now: another daemon may have written over it."""
    with suppress(OSError):
        (folder / "cgroup.freeze").write_text("0", "ascii")
    with suppress(OSError):
        NOTE.unlink()


def _freeze(folder: Path) -> bool:
    try:
        NOTE.parent.mkdir(exist_ok=True)
        NOTE.write_text(f"{folder}\n", "utf-8")
        (folder / "cgroup.freeze").write_text("1", "ascii")
    except OSError:
        _thaw(folder)
        return False
    _wait(folder / "cgroup.events")
    return True


def _wait(events: Path) -> None:
    """Until all of it stands still, which takes milliseconds. The kernel tells of a change of this file by POLLPRI."""
    with suppress(OSError), events.open("rb", buffering=0) as file:
        poll = select.poll()
        poll.register(file, select.POLLPRI)
        for _ in range(_MOST_CHANGES):
            file.seek(0)
            if b"frozen 1" in file.read() or not poll.poll(_LONGEST_MS):
                return
