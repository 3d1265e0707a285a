"""Ends the daemon when its loop does not come round any more: the service manager starts it anew, and limits hold again."""

from __future__ import annotations

import faulthandler
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from host.clock import Clock

_LIMIT_MS = 60_000
_LOOK_S = 20.0  # each wakes a PC that does nothing
_PATIENT_LOOKS = 2  # a process that was stopped gets that time before it is judged
_STUCK = 70  # EX_SOFTWARE

_log = logging.getLogger(__name__)


def end() -> None:
    _log.critical("the loop has not come round for %d s: ending, to be started anew", _LIMIT_MS // 1000)
    if sys.stderr is not None:
        faulthandler.dump_traceback()
    os._exit(_STUCK)


@contextmanager
def lifeline(
    clock: Clock, look_s: float = _LOOK_S, limit_ms: int = _LIMIT_MS, end: Callable[[], None] = end
) -> Iterator[Callable[[], None]]:
    """What it gives is to be called each time that the loop comes round, at least twice in `limit_ms`. By the clock that stands
    still while the PC sleeps.
    """
    over, beaten = threading.Event(), clock.mono()

    def beat() -> None:
        nonlocal beaten
        beaten = clock.mono()

    def watch() -> None:
        stale = 0
        while not over.wait(look_s):
            stale = stale + 1 if clock.mono() - beaten > limit_ms else 0
            if stale >= _PATIENT_LOOKS:
                end()
                return

    thread = threading.Thread(target=watch, name="lifeline", daemon=True)
    thread.start()
    try:
        yield beat
    finally:
        over.set()
        thread.join()
