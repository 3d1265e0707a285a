"""How many files this process may have open: the usual soft limit is for programs that use select(2), which we do not."""

from __future__ import annotations

import resource
from contextlib import suppress


def raise_descriptors() -> None:
    """As many as the hard limit allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
