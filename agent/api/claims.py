"""Where a player may play on several PCs: on one at a time, and what was played on the others counts."""

from __future__ import annotations

from host.wire import Request, Wire


class Claim(Request["Claimed"], frozen=True, kw_only=True):
    """The `player` began to play at this seat, which may go on to `until` (Unix ms)."""

    op = "player.claim"

    seat: str
    player: str
    until: int


class PlayedElsewhere(Wire, frozen=True, kw_only=True):
    """A play that is over, of entry `seq` of another seat: of `ms` from `start` on (Unix ms). The rest as in
    rules.facts.Played.
    """

    seat: str
    seq: int
    game: str
    publisher: str | None
    label: int | None
    sure: bool
    start: int
    ms: int


class Claimed(Wire, frozen=True, kw_only=True):
    """`by`: what the seat is called where the player plays, "": here. `plays`: what they played elsewhere that may count."""

    by: str
    plays: tuple[PlayedElsewhere, ...] = ()
