"""The folders of one installation. Pure: nothing here touches the disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Folders:
    """daemon/, agent/ and uplink/ are of those who run there; public/ everybody may read."""

    root: Path

    @property
    def daemon(self) -> Path:
        return self.root / "daemon"

    @property
    def agent(self) -> Path:
        return self.root / "agent"

    @property
    def uplink(self) -> Path:
        return self.root / "uplink"

    @property
    def public(self) -> Path:
        return self.root / "public"
