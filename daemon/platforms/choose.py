"""The one file of daemon.platforms that tests sys.platform: builds the platform that the daemon runs on."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from daemon.platforms.api import Lack, Platform
from daemon.scanning.hits import Scanner
from host.api import UnsupportedError
from host.clock import Clock


def platform(
    clock: Clock,
    gate_mounts: tuple[str, ...] | None = None,
    spared: Callable[[], Iterable[int]] = tuple,
    root: Path | None = None,
) -> Platform:
    """Parts that are built but do nothing yet. UnsupportedError on a system that we have no platform for.

    `gate_mounts`: the mounted filesystems on which starts are refused before their first instruction; None: all that can hold
    programs, (): none. `spared`: pids never to be ended whatever they match, asked when something is to be ended. `root`: the
    daemon's home. A system ignores what it has no use for. OSError: it refuses.
    """
    if sys.platform == "linux":
        from daemon.platforms.linux.build import build  # noqa: PLC0415 - other platforms lack what it imports

        return build(clock, gate_mounts, spared)
    if sys.platform == "win32":
        from daemon.platforms.windows.build import build as windows  # noqa: PLC0415 - as above

        return windows(clock, spared, root)
    raise UnsupportedError(sys.platform)


def go_first() -> frozenset[Lack]:
    """The daemon's process goes before those of users, from before it begins threads on; what the system does not let it."""
    if sys.platform == "linux":
        from daemon.platforms.linux import first  # noqa: PLC0415 - as above

        return first.go_first()
    return frozenset()  # whoever builds the platform for Windows does it


def scanner() -> Scanner:
    """Looks for installed games. UnsupportedError as above."""
    if sys.platform == "linux":
        from daemon.platforms.linux.scan import LinuxScanner  # noqa: PLC0415 - as above

        return LinuxScanner()
    if sys.platform == "win32":
        from daemon.platforms.windows.scan import WindowsScanner  # noqa: PLC0415 - as above

        return WindowsScanner()
    raise UnsupportedError(sys.platform)
