"""The daemon goes first: games and programs that load every core, or fill the memory, do not hold it up or take it down.

Before any thread or process is begun, as each has what its maker had. What becomes a user takes ordinary values again.
"""

from __future__ import annotations

import os
import resource
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # who becomes a user loads nothing of ours that needs packages
    from daemon.platforms.api import Lack

NICENESS = -10
OOM = -900
_OOM_FILE = Path("/proc/self/oom_score_adj")
_SESSION_FILE = Path("/proc/self/autogroup")


def go_first() -> frozenset[Lack]:
    """What root may not have here, as in a container. Without root nothing is tried."""
    if os.geteuid() != 0:
        return frozenset()
    had: dict[Lack, bool] = {"processor": _nice(NICENESS), "memory": _spare(OOM)}
    _before_sessions()
    return frozenset(what for what, got in had.items() if not got)


def _before_sessions() -> None:
    """Where sessions share the processors (sched(7), autogroup) niceness says nothing between them, and anybody may have
    hundreds. Ours goes first, if it is ours alone, as a service's is.
    """
    if os.getsid(0) == os.getpid():
        with suppress(OSError):
            _SESSION_FILE.write_text(str(NICENESS), "ascii")


def be_ordinary() -> None:
    """Nothing is changed where it is no better than others already."""
    if os.getpriority(os.PRIO_PROCESS, 0) < 0:
        _nice(0)
    try:
        spared = int(_OOM_FILE.read_text("ascii")) < 0
    except (OSError, ValueError):
        spared = False
    if spared:
        _spare(0)


def raise_descriptors() -> None:
    """As many files as the hard limit allows: the usual soft limit is for programs that use select(2), which we do not."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _nice(niceness: int) -> bool:
    try:
        os.setpriority(os.PRIO_PROCESS, 0, niceness)
    except OSError:
        return False
    return True


def _spare(score: int) -> bool:
    try:
        _OOM_FILE.write_text(str(score), "ascii")
    except OSError:
        return False
    return True
