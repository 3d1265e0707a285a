"""Which OS accounts there are, asked of whatever this system offers for it."""

from __future__ import annotations

from importlib import import_module


def account_exists(account: str) -> bool | None:
    """Whether there is such an account; None where that cannot be asked."""
    try:
        database = import_module("pwd")
    except ModuleNotFoundError:
        return None
    try:
        database.getpwnam(account)
    except (KeyError, ValueError):
        return False
    return True
