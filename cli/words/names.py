"""What people call that of which the contract knows ids."""

from __future__ import annotations

from typing import Final

from i18n.message import Arg, Listed, comma, msg

PLACES: Final[dict[str, Arg]] = {
    "home": msg("at home"),
    "game-point": msg("at a public game point"),
    "agent-without-games": msg("at an Internet agent without games"),
}
_CLUES: Final[dict[str, Arg]] = {
    "content": msg("content"), "build-id": msg("build id"), "store": msg("game store"), "signer": msg("signature"),
    "command": msg("command line"), "name": msg("name"),
}  # fmt: skip


def clues(ids: tuple[str, ...]) -> Listed:
    """What a game was, or can be, recognised by."""
    return comma(_CLUES.get(id_, id_) for id_ in ids)
