"""Who signed a program: on Linux nobody, as far as the system itself knows. Windows' programs are checked on Windows only."""

from __future__ import annotations


def signer(path: str) -> str | None:
    return None
