"""Unknown programs: those that no catalogue entry names and no administrator installed (docs/limitations.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from i18n.message import Arg

Unknown: TypeAlias = Literal["listed", "counts", "refused"]
"""What a player's setting does with them: `listed` only shows them to the guardian, `counts` counts them as one game, `refused`
lets none run.
"""
UNKNOWN: Final = "unknown"
"""The id of the game that they are together."""


def game_title(id_: str, title: str) -> Arg:
    """The title of the game with this id as people read it; "" if it has none."""
    from i18n.message import msg  # noqa: PLC0415 - readers load rules.games, and are isolated from msgspec

    return msg("Other programs") if id_ == UNKNOWN else title
