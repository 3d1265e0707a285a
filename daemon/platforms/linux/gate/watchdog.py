"""A gate that hangs, hangs the machine: the kernel ends us when the gate's heart stops, by a timer that each beat sets back.

Our death closes the fanotify descriptor, upon which the kernel allows everything; the service manager starts us anew. Nobody
can end or stop such a timer without us, and it costs no process.
"""

from __future__ import annotations

import ctypes
import os
import signal
import struct

from host.clock import Clock

LIMIT_MS = 7_000
BEAT_MS = 3_000
_CLOCK_MONOTONIC = 1  # it stands still while the PC sleeps (time.h)
_TIME = struct.Struct("@qqqq")  # itimerspec: every so many seconds and nanoseconds, after so many
_TO_WHOM = struct.Struct("@Pii48x")  # sigevent: a value, the signal, that it is sent to the process (0)

_libc = ctypes.PyDLL(None, use_errno=True)  # calls that never wait: the interpreter's lock is kept meanwhile
_libc.timer_create.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.POINTER(ctypes.c_void_p))
_libc.timer_settime.argtypes = (ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)
_libc.timer_delete.argtypes = (ctypes.c_void_p,)


class Watchdog:
    """`beat` from the gate's thread at least every BEAT_MS; `close`, or it ends us."""

    def __init__(self, clock: Clock, limit_ms: int = LIMIT_MS) -> None:
        """OSError."""
        self._clock = clock
        self._limit_ms = limit_ms
        self._limit = _TIME.pack(0, 0, limit_ms // 1000, limit_ms % 1000 * 1_000_000)
        self._beaten = clock.mono()
        timer = ctypes.c_void_p()
        _checked(_libc.timer_create(_CLOCK_MONOTONIC, _TO_WHOM.pack(0, signal.SIGKILL, 0), ctypes.byref(timer)))
        self._timer: ctypes.c_void_p | None = timer
        _checked(_libc.timer_settime(timer, 0, self._limit, None))

    def beat(self) -> None:
        timer, self._beaten = self._timer, self._clock.mono()
        if timer is not None:
            _libc.timer_settime(timer, 0, self._limit, None)

    def beats(self) -> bool:
        """Whether the last beat is not too long ago."""
        return self._clock.mono() - self._beaten <= self._limit_ms

    def close(self) -> None:
        """From any thread, once or again."""
        timer, self._timer = self._timer, None
        if timer is not None:
            _libc.timer_delete(timer)


def _checked(result: int) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
