"""Which filesystems a gate is asked for, kept up as they come and go, and how each one that is mounted is watched."""

from __future__ import annotations

import os
import select
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from typing import Literal

from daemon.api.messages import FileSystem
from daemon.platforms.linux import mounts
from daemon.platforms.linux.mounts import OURS, Mount

# Programs get there by an administrator's hand only, or do not stay.
_OF_NO_MATTER = ("devtmpfs", "ramfs")
_PASSWORDS = "/run/credentials/"  # what systemd hands to services, a mount for each
_MOST = 100

Missed = list[tuple[str, OSError]]


class Covered:
    """`wanted`: where to be asked; None: everywhere. `devices` are asked for."""

    def __init__(self, wanted: tuple[str, ...] | None) -> None:
        self._wanted = wanted
        self.devices: frozenset[int] = frozenset()

    def renew(self, watch: Callable[[str], None]) -> tuple[bool, Missed]:
        """Watch all that is to be watched. Again what is: a device's number may belong to another disk by now.

        True: there is one that was not before. And what could not be watched, with its path. BlindError.
        """
        before = self.devices
        missed: Missed = []
        self.devices = frozenset(self._everywhere(watch, missed) if self._wanted is None else self._some(watch, missed))
        return not self.devices <= before, missed

    def _everywhere(self, watch: Callable[[str], None], missed: Missed) -> Iterable[int]:
        for device, places in mounts.holding_programs().items():
            for place in places:
                with mounts.reached(place) as path:
                    if path is None:
                        continue
                    try:
                        watch(path)
                    except OSError as error:
                        missed.append((place.path, error))
                    else:
                        yield device
                    break

    def _some(self, watch: Callable[[str], None], missed: Missed) -> Iterable[int]:
        devices = {one.number: one.device for one in mounts.table()}
        for path in self._wanted or ():
            try:
                watch(path)
            except OSError as error:
                missed.append((path, error))
                continue
            with suppress(OSError):
                handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
                try:
                    yield devices.get(mounts.mount_of(handle) or 0, 0)
                finally:
                    os.close(handle)


def described(table: Iterable[Mount], asked: Collection[int]) -> tuple[FileSystem, ...]:
    """How each that nothing is mounted over is watched, by its first mount; `asked`: the devices that a gate is asked for."""
    table, found = tuple(table), dict[int, FileSystem]()
    under = {(one.parent, one.path) for one in table}
    for one in table:
        if one.kind in _OF_NO_MATTER or one.path.startswith(_PASSWORDS) or (one.number, one.path) in under:
            continue
        known = found.get(one.device)
        if known is None or (known.watched == "never" and not one.noexec):
            path = one.path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
            found[one.device] = FileSystem(path=path, kind=one.kind, watched=_watched(one, asked))
    return tuple(found.values())[:_MOST]


def _watched(mount: Mount, asked: Collection[int]) -> Literal["asked", "ended", "never"]:
    if mount.noexec:
        return "never"
    return "asked" if mount.device in asked else "ended"


class Changes:
    """A descriptor that is readable when mounts changed, until `seen`."""

    def __init__(self) -> None:
        """OSError."""
        self._table = os.open(OURS, os.O_RDONLY | os.O_CLOEXEC)
        # The table itself is always readable; only EPOLLPRI tells of changes, and only once each.
        self._poll = select.epoll()
        self._poll.register(self._table, select.EPOLLPRI | select.EPOLLERR)

    def fileno(self) -> int:
        return self._poll.fileno()

    def seen(self) -> None:
        self._poll.poll(0)

    def close(self) -> None:
        self._poll.close()
        os.close(self._table)
