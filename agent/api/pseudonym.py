"""The name under which a player appears in the log for one day.

It rotates at midnight of the place's zone: totals of a day can be added by anyone, days cannot be joined without the key.
"""

from __future__ import annotations

import hmac
from datetime import date


def pseudonym(key: str, day: date) -> str:
    """The pseudonym (32 hex digits) on `day`, a date in the place's zone, of the player whose key (hex, 32 bytes) this is."""
    return hmac.digest(bytes.fromhex(key), day.isoformat().encode(), "sha256")[:16].hex()
