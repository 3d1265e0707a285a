"""A play, as the log says it, and a player's day."""

from __future__ import annotations

from typing import Literal

import msgspec

from compliance.entries.base import Entry, Safe
from compliance.entries.place import PackLine


class Bound(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a play was decided by: the place, its `zone` and its packs, the player's own `packs`, whether limits bind that are
    only the player's (`house`), and whether a guardian's data is registered.
    """

    place: str
    zone: str
    place_packs: tuple[PackLine, ...]
    packs: tuple[PackLine, ...]
    house: bool
    guardian: bool


class PlayStarted(Entry, frozen=True, kw_only=True, tag="play.started"):
    """A play began at `since`, as program (`pid`, `started`), recognised by `match`. `resumed`: the seq of the play that this
    one continues after midnight, else None. `system` as in Decided.

    `bound`: what it was decided by, or the seq of the seat's last entry of the same `who` that says so in full; `approved`: a
    guardian let the game through; `learning`: the house says that its play does not count. Older entries lack all three.

    `ran`: it might not have begun, but its program ran when it became a "game" by a new list, or this "player"'s, or
    "before" the daemon did; then it has what a new rule leaves a play that goes on. Left out of every other play.
    """

    who: str
    age: Safe | None
    game: str
    label: Safe | None
    system: str | msgspec.UnsetType | None = msgspec.UNSET
    publisher: str | None
    match: tuple[str, ...]
    pid: Safe
    started: Safe
    since: Safe
    resumed: Safe | None
    bound: Bound | Safe | msgspec.UnsetType = msgspec.UNSET
    approved: bool | msgspec.UnsetType = msgspec.UNSET
    learning: bool | msgspec.UnsetType = msgspec.UNSET
    ran: Literal["game", "player", "before"] | msgspec.UnsetType = msgspec.UNSET


class Warned(Entry, frozen=True, kw_only=True, tag="warned"):
    """The player of `play` was told that `left` remain, or (rule set) what the law wants told. `shown`: a display of theirs
    did, and `how`: what a person could see or hear of it; left out where none did.
    """

    who: str
    play: Safe
    game: str
    left: Safe | None
    rule: str | None
    shown: bool
    how: Literal["banner", "notification", "window", "sound"] | msgspec.UnsetType = msgspec.UNSET


class PlayEnded(Entry, frozen=True, kw_only=True, tag="play.ended"):
    """`play` lasted `ms` from `since`. `late`: nobody saw its end; it was counted to the first scan or the last minute row.
    `warned`: how many such entries of it came before this one; left out where a new run took it up, and in older entries.

    `starts`, `away`: it was begun so often, and nothing was played for so long in between; left out of one that was begun once.

    `how`: "asked" closed within its time to save, after a window of it was asked to; "killed" was told to end, or ended, when
    that was over; "by itself" closed before, without such a request. "gone", "power": nobody saw its end, while the PC ran or
    not. "midnight": it goes on as another play; "list changed": so, or as none, by a new roster.
    """

    play: Safe
    who: str
    game: str
    since: Safe
    ms: Safe
    how: Literal["asked", "killed", "by itself", "gone", "power", "midnight", "list changed"]
    late: bool
    warned: Safe | msgspec.UnsetType = msgspec.UNSET
    starts: Safe | msgspec.UnsetType = msgspec.UNSET
    away: Safe | msgspec.UnsetType = msgspec.UNSET

    @property
    def span(self) -> int:
        """From its first start to its last end."""
        return self.ms + (0 if self.away is msgspec.UNSET else self.away)


class PlayRuled(Entry, frozen=True, kw_only=True, tag="play.ruled"):
    """From now on `play` is decided by something else, after a change of players, packs or games, or a restart. Fields as in
    PlayStarted.
    """

    play: Safe
    who: str
    age: Safe | None
    label: Safe | None
    system: str | None
    publisher: str | None
    bound: Bound | Safe
    approved: bool
    learning: bool


class GameDay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One game's day in `usage.day`."""

    ms: Safe
    refusals: Safe
    grants: Safe


class UsageDay(Entry, frozen=True, kw_only=True, tag="usage.day"):
    """The summary that the game-service agent owes: one player's `day` (ISO date in the place's zone) by game."""

    day: str
    who: str
    games: dict[str, GameDay]
