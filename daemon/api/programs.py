"""Unknown programs that ran, for how long. Times and seconds as in daemon.api.messages."""

from __future__ import annotations

from pathlib import PurePath

from agent.api.slug import slug
from host.wire import Request, Wire
from rules.unknown import game_title

__all__ = ["PlayerPrograms", "ProgramPart", "ProgramsAnswer", "ProgramsGet", "game_title", "new_game"]  # the tray's, too


class ProgramsGet(Request["ProgramsAnswer"], frozen=True, kw_only=True):
    """`day` is an ISO date in the place's zone; None is today. Callers who are no guardians get their own player's alone."""

    op = "programs"

    day: str | None = None


class ProgramPart(Wire, frozen=True, kw_only=True):
    """`id`: the SHA-256 of its file, "" where it was not read. `path` "": all that were too many for rows of their own.
    `named`: the game that it is by now.
    """

    id: str
    path: str
    seconds: float
    named: str | None
    size: int = 0
    build_id: str | None = None


class PlayerPrograms(Wire, frozen=True, kw_only=True):
    """Longest first."""

    programs: tuple[ProgramPart, ...]


class ProgramsAnswer(Wire, frozen=True, kw_only=True):
    day: str
    zone: str
    players: dict[str, PlayerPrograms]


def new_game(path: str) -> str:
    """The id that a game of this file may have."""
    return slug(PurePath(path).stem, "game")
