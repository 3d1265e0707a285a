"""What staff asks at the counter of a public place: who plays at which PC."""

from __future__ import annotations

from typing import Final, Literal

from agent.api.answers import Done, Who
from host.wire import Request, Wire
from i18n.message import Words

AgeCheck = Literal["registered", "card", "born", "guest"]
VISITOR: Final = "visitor-"
"""How the id of a customer begins who is not registered."""
BANDS: Final = (0, 12, 16, 18)
"""The least ages of the bands of which the age of who is not registered is kept as one: those of Vietnamese labels."""


class CheckIn(Request["Seated"], frozen=True, kw_only=True):
    """At the PC of this seat (its id or name) somebody plays from now on: a registered `player`, who shows a `card` (its QR
    text as rules.identity.scanned leaves it), who says to be `born` then (a date, or the year alone), or else a guest.
    """

    op = "checkin"

    seat: str
    player: str | None = None
    card: str | None = None
    born: str | None = None


class CheckOut(Request[Done], frozen=True, kw_only=True):
    """Nobody does any more."""

    op = "checkout"

    seat: str


class Move(Request["Seated"], frozen=True, kw_only=True):
    """Whoever plays at `seat` goes on at `to`."""

    op = "checkin.move"

    seat: str
    to: str


class Here(Wire, frozen=True, kw_only=True):
    """What holds for `player` (an id) where they play: whether they may, until when (Unix ms, None: no end is in sight), what
    is left of it, and by what (None: nothing limits them); and which `game` they play, of which `label`.
    """

    player: str
    allowed: bool
    until: int | None = None
    left_ms: int | None = None
    reason: Words | None = None
    game: str = ""
    title: str = ""
    label: str = ""


class Seated(Wire, frozen=True, kw_only=True):
    """`seat` is the id of the PC's seat, `age_band` such as "12-15", None: no age is known. `here`: as it is in force there;
    None: it is not yet. `doubts`: what staff should know of a card. `zone` is the place's.
    """

    number: int
    seat: str
    name: str
    player: Who
    age_band: str | None
    how: AgeCheck
    here: Here | None = None
    doubts: tuple[Words, ...] = ()
    zone: str


class WhoPlays(Request["Present"], frozen=True, kw_only=True):
    """Of every PC."""

    op = "checkin.list"


class Follow(Request["Happened"], frozen=True, kw_only=True):
    """Streams each check-in from now on, and its end: for other programs of the counter."""

    op = "checkin.follow"


class Happened(Wire, frozen=True, kw_only=True):
    """`id` is the check-in's, which its end has, too; `seat` and `name` the PC's."""

    what: Literal["checkin", "checkout"]
    id: str
    seat: str
    name: str
    player: str
    age_band: str | None
    how: AgeCheck


class PresentRow(Wire, frozen=True, kw_only=True):
    """`player` None: nobody is checked in. `reporting`: the PC was heard just now; `here` is what it said then."""

    seat: str
    name: str
    player: Who | None
    age_band: str | None
    how: AgeCheck | None
    since: int | None
    reporting: bool
    here: Here | None
    issues: tuple[str, ...] = ()


class Present(Wire, frozen=True, kw_only=True):
    """`zone` is the place's, for showing moments."""

    seats: tuple[PresentRow, ...]
    zone: str


def band(age: int | None) -> str | None:
    """The band of an age, as people write it."""
    if age is None:
        return None
    low = max(one for one in BANDS if one <= max(0, age))
    above = [one for one in BANDS if one > low]
    return f"{low}-{above[0] - 1}" if above else f"{low}+"
