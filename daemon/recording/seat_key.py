"""What a seat is called, and the key that is its alone.

A new chain is a new seat, under a new key: of two that share one nobody could tell which of them wrote. All are made of one
secret of this PC. Seats of older versions, with eight digits, sign with that itself.
"""

from __future__ import annotations

import hmac
import re
import secrets

_OLDER = re.compile("seat-[0-9a-f]{8}")


def new_seat_id() -> str:
    """Made at the first start and under each new agent; carried by every entry."""
    return f"seat-{secrets.token_hex(5)}"


def seed_of(seat: str, secret: bytes) -> bytes:
    """The 32 bytes of its Ed25519 key."""
    return secret if _OLDER.fullmatch(seat) else hmac.digest(secret, f"giochoi-seat-key/v1\n{seat}".encode(), "sha256")
