"""A secret that the service manager keeps for a server: what it is called there, and how it is written."""

from __future__ import annotations

import base64
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Handed:
    """What the service manager keeps for a server: a secret, and by which `key` it is sealed on the disk."""

    secret: bytes
    key: str

    def text(self) -> bytes:
        return base64.b64encode(self.secret) + f"\n{self.key}\n".encode()


def handed(text: bytes) -> Handed:
    """What `Handed.text` made. ValueError."""
    secret, key, _ = text.split(b"\n")
    return Handed(base64.b64decode(secret, validate=True), key.decode("ascii"))


def credential(server: str, name: str) -> str:
    """Under which name the manager hands it over. `server` is the folder's name in the home."""
    return f"giochoi-{server}.{name}"
