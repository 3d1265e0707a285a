"""Holds a PIN against its hash, in a process that ends: `["$argon2id$…", "1234"]` comes on stdin, 1 or 0 goes out."""

from __future__ import annotations

import json
import sys
from importlib import import_module


def load() -> None:
    """What `matches` needs. ImportError."""
    import_module("argon2.low_level")


def matches(hashed: str, pin: str) -> bool:
    """VerificationError: it cannot be said, as where there is no memory for it."""
    from argon2.exceptions import VerifyMismatchError  # noqa: PLC0415 - only in a process that ends
    from argon2.low_level import Type, verify_secret  # noqa: PLC0415 - as above

    try:
        return verify_secret(hashed.encode(), pin.encode(), Type.ID)
    except VerifyMismatchError:
        return False


if __name__ == "__main__":
    sys.stdout.write(str(int(matches(*json.loads(sys.stdin.buffer.read())))))
