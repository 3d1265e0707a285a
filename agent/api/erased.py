"""What is kept of somebody of whom nothing else is: seats forget whom it means, and nobody gets that id again."""

from __future__ import annotations

import hashlib


def mark(id: str) -> str:
    """The SHA-256 (hex) of a player's id."""
    return hashlib.sha256(id.encode()).hexdigest()
