"""What was played in an account lately: what rules that somebody is about to choose are tried on."""

from __future__ import annotations

from host.wire import Request, Wire
from rules.systems import System


class PlayedGet(Request["PlayedAnswer"], frozen=True, kw_only=True):
    """A guardian's question. `days`: how many before today, beside today."""

    op = "played"

    account: str
    days: int = 7


class PlayedPart(Wire, frozen=True, kw_only=True):
    """One stretch of play, as rules.facts.Played."""

    game: str
    publisher: str | None
    start: int
    ms: int
    label: int | None
    system: System | None
    sure: bool


class PlayedAnswer(Wire, frozen=True, kw_only=True):
    """`plays` in the order of their beginnings. `whole`: false where there were more than are told."""

    plays: tuple[PlayedPart, ...]
    zone: str
    whole: bool = True
