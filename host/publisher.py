"""Where newer versions come from, and where what was found lies.

A build for a publisher puts `publisher.json` beside this file (installers/releasing/updates.py): {"url": "https://…",
"root": "…"}, where `root` is the text of TUF's root.json, the keys that are believed.

Without it nothing is looked for. Nothing else names keys: whoever may write here has installed the programs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

FOLDER: Final = "updates"  # of HOME/agent: what the agent fetched; of HOME: what the system believes of it
SHIPPED: Final = Path(__file__).with_name("publisher.json")


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    url: str
    root: str


def shipped(path: Path = SHIPPED) -> Source | None:
    """None: this build names none. MsgspecError: it is damaged."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Source)
    except FileNotFoundError:
        return None
