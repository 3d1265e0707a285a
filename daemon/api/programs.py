"""Unknown programs that ran, for how long. Times and seconds as in daemon.api.messages."""

from __future__ import annotations

from host.wire import Request, Wire
from rules.unknown import game_title

__all__ = ["PlayerPrograms", "ProgramPart", "ProgramsAnswer", "ProgramsGet", "game_title"]  # the last for the tray


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
