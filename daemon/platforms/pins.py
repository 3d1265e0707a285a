"""Whether a PIN is a guardian's: asked of a process that ends, so that the 64 MiB of argon2id are nobody's for long.

The PIN goes in by a pipe: it stands in no arguments and no environment.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from typing import Protocol

_PATIENCE_S = 12.0
_NO_WINDOW: int = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # on Windows a server without a console would show one


class UncheckedError(Exception):
    """Nobody could say whether it is right."""


class Pins(Protocol):
    """Checks one at a time, as whoever asks sees to."""

    async def matches(self, hashed: str, pin: str) -> bool:
        """UncheckedError."""


class SpawnedPins:
    """By a program of its own for each check: where a daemon may start programs."""

    async def matches(self, hashed: str, pin: str) -> bool:
        return await asyncio.to_thread(_asked, json.dumps([hashed, pin]).encode())


def _asked(question: bytes) -> bool:
    command = (sys.executable, "-P", "-m", "daemon.platforms.pin_check")
    try:
        done = subprocess.run(
            command, input=question, capture_output=True, timeout=_PATIENCE_S, check=False, creationflags=_NO_WINDOW
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise UncheckedError(type(error).__name__) from None  # its own words hold the PIN
    return told(done.stdout.strip())


def told(answer: bytes) -> bool:
    """UncheckedError."""
    if answer not in {b"1", b"0"}:
        raise UncheckedError("no answer")
    return answer == b"1"
