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


class SeatName(Request[Done], frozen=True, kw_only=True):
    """What people call the seat; "": by its id."""

    op = "seat.name"

    seat: str
    name: str


class Retired(Wire, frozen=True, kw_only=True):
    """Who did that and why is kept for half a year."""

    at: int
    by: str
    reason: str


class SeatShown(Wire, frozen=True, kw_only=True):
    """`key` is its verifier key, `enrolled` and `heard` are moments in Unix ms (None: not known, never), `reporting`: it was
    heard just now. `follows`: which seat its PC was before. `pc`: as which seat its PC joined; "": the agent's own PC. What it
    said of itself when it was heard last, since the agent started: `version`, `watch` ("gate", "events" or "poll"), `unsent`
    entries, ids of `issues`.
    """

    id: str
    name: str
    pc: str
    key: str
    enrolled: int | None
    heard: int | None
    reporting: bool
    follows: str | None
    retired: Retired | None
    version: str = ""
    watch: str = ""
    unsent: int | None = None
    issues: tuple[str, ...] = ()


class Seats(Wire, frozen=True, kw_only=True):
    """`zone` is the place's, for showing moments."""

    seats: tuple[SeatShown, ...]
    zone: str
