"""What is asked about the PCs of this agent by whoever keeps its registry."""

from __future__ import annotations

from agent.api.answers import Done
from host.wire import Request, Wire


class SeatList(Request["Seats"], frozen=True, kw_only=True):
    """Every seat there ever was."""

    op = "seat.list"


class SeatRetire(Request[Done], frozen=True, kw_only=True):
    """The PC of this seat is gone: nothing more of it is taken. `reporting`: even though it was heard just now."""

    op = "seat.retire"

    seat: str
    reason: str = ""
    reporting: bool = False


class Retired(Wire, frozen=True, kw_only=True):
    """Who did that and why is kept for half a year."""

    at: int
    by: str
    reason: str


class SeatShown(Wire, frozen=True, kw_only=True):
    """`key` is its verifier key, `enrolled` and `heard` are moments in Unix ms (None: not known, never), `reporting`: it was
    heard just now. `follows`: which seat its PC was before.
    """

    id: str
    key: str
    enrolled: int | None
    heard: int | None
    reporting: bool
    follows: str | None
    retired: Retired | None


class Seats(Wire, frozen=True, kw_only=True):
    """`zone` is the place's, for showing moments."""

    seats: tuple[SeatShown, ...]
    zone: str
