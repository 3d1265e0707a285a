"""A gate that hangs, hangs the machine: a child process that ends us when the gate's heart stops.

Our death closes the fanotify descriptor, upon which the kernel allows everything; the service manager starts us anew.
"""

from __future__ import annotations

import mmap
import os
import select
import signal
import struct
import warnings
from contextlib import suppress

from daemon.platforms.linux import calls
from host.clock import Clock

LIMIT_MS = 5_000
BEAT_MS = 1_000
_NAME = "giochoi-gatewd"
_BEAT = struct.Struct("=q")
_PATIENT_LOOKS = 2  # a machine that slept or was stopped gives the gate a second to beat before it is judged


class Watchdog:
    """`beat` from the gate's thread at least once a second. Its child holds nothing of ours but the heartbeat and a pipe."""

    def __init__(self, clock: Clock, limit_ms: int = LIMIT_MS) -> None:
        """Forks. OSError."""
        self._clock = clock
        self._heart = mmap.mmap(-1, mmap.PAGESIZE)
        self.beat()
        watched = os.getpid()
        ours, self._alive = os.pipe2(os.O_CLOEXEC)
        try:
            with warnings.catch_warnings():
                # "may lead to deadlocks in the child": ours takes no lock, it only polls and reads memory.
                warnings.simplefilter("ignore", DeprecationWarning)
                self.pid = os.fork()
        except OSError:  # it is tried again and again
            os.close(ours)
            os.close(self._alive)
            raise
        if self.pid == 0:
            try:
                _watch(watched, ours, self._heart, clock, limit_ms)
            finally:
                os._exit(0)
        os.close(ours)
        self.pidfd = os.pidfd_open(self.pid)

    def beat(self) -> None:
        _BEAT.pack_into(self._heart, 0, self._clock.mono())

    def close(self) -> None:
        """The child sees the pipe's end and goes."""
        os.close(self._alive)
        with suppress(ChildProcessError):
            os.waitpid(self.pid, 0)
        os.close(self.pidfd)


def _watch(watched: int, pipe: int, heart: mmap.mmap, clock: Clock, limit_ms: int) -> None:
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # the group's end is ours only when the gate's process went
        signal.signal(number, signal.SIG_IGN)
    pipe = _let_go(pipe)
    calls.name_process(_NAME)
    poll = select.poll()
    poll.register(pipe, select.POLLIN)
    stale = 0
    while not poll.poll(BEAT_MS):
        stale = stale + 1 if clock.mono() - _BEAT.unpack_from(heart, 0)[0] > limit_ms else 0
        if stale >= _PATIENT_LOOKS:
            os.kill(watched, signal.SIGKILL)
            return


def _let_go(keep: int) -> int:
    """Close all descriptors but one: neither the database, nor the gate, nor anybody's pipe is to live on through us."""
    null = os.open(os.devnull, os.O_RDWR)
    kept = os.dup2(keep, 3) if keep != 3 else keep
    for standard in range(3):
        os.dup2(null, standard)
    os.closerange(4, 1 << 20)
    return kept
