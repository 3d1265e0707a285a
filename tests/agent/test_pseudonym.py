"""One name a day, which only who has the key can make."""

from __future__ import annotations

import hashlib
import hmac
from datetime import date

from agent.api.pseudonym import pseudonym


def test_it_is_the_hmac_of_the_date():
    """HMAC-SHA256 over the ISO date, 16 bytes in hex: what a verifier with the key computes."""
    key = "11" * 32
    expected = hmac.new(bytes.fromhex(key), b"2026-11-24", hashlib.sha256).hexdigest()[:32]
    assert pseudonym(key, date(2026, 11, 24)) == expected
    assert pseudonym(key, date(2026, 11, 25)) != expected
    assert pseudonym("22" * 32, date(2026, 11, 24)) != expected
