"""Whether the kernel's clock is kept by a time service (adjtimex(2))."""

from __future__ import annotations

import ctypes

_TIME_ERROR = 5
_TIMEX_BYTES = 512  # struct timex is 208 bytes on 64-bit Linux; zeroed, `modes` 0 only asks


def synchronised() -> bool:
    """True while a time service keeps the clock; False where none does or it cannot be asked."""
    state = int(ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES)))
    return 0 <= state != _TIME_ERROR
