"""What may limit play: rules, the packs they come in, and the policy that several packs make together.

Lengths are whole milliseconds, moments are Unix milliseconds, days belong to the pack's own zone. Everything here is frozen
and can be decoded by msgspec, so that a compiled pack travels to the daemon without pydantic.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Place = Literal["home", "game-point", "agent-without-games"]
Role = Literal["guardian", "staff"]
Authority = Literal["law", "house"]
Addressee = Literal["enterprise", "point", "player", "household"]
Status = Literal["verified", "unverified"]
Per = Literal["game", "publisher", "all"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Scope = Literal["place", "player"]
Param = bool | int | str


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence for people, Vietnamese first."""

    vi: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What every rule says about itself, whatever it limits.

    `id` is `<pack>.<rule>`; `cite` the article, or the source where there is none; `status` whether the citation was checked
    against a source; `addressee` whose duty it is; `relax` who may relax it. `from_age` (inclusive) and `to_age` (exclusive)
    bound whom it applies to, in years; None is open. Empty `places` and `games` mean all of them.
    """

    id: str
    cite: str
    text: Text
    authority: Authority
    addressee: Addressee
    status: Status = "unverified"
    relax: tuple[Role, ...] = ()
    from_age: int | None = None
    to_age: int | None = None
    places: tuple[Place, ...] = ()
    games: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget(Rule):
    """At most `ms` of play a day: of each game, of each publisher's games together, or of all games together."""

    ms: int
    per: Per
    days: tuple[Weekday, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Window(Rule):
    """Play only inside `spans`: (from, to) in milliseconds of the local day, half-open; to <= from runs across midnight.

    `days` are the days on which a span begins; on other days the window rule has no span, so play is refused.
    """

    spans: tuple[tuple[int, int], ...]
    days: tuple[Weekday, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating(Rule):
    """A game's label is a minimum age: a player younger than it is refused. Unknown age: every label but 0 refuses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskFirst(Rule):
    """A game that nobody has approved for the player needs a guardian's approval first.

    `which`: "unrated" asks only for games without a label, "all" for every game.
    """

    which: Literal["unrated", "all"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice(Rule):
    """`text` is shown each time the day's play (all games) reaches a further multiple of `every_ms`."""

    every_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A file of rules. `sha256` is of the text it was parsed from (hex); `params` are the values put into it.

    `scope`: a house rule of a pack put on the place binds minors only; one put on a named player binds that player.
    `warn_ms` are the warnings before an end, longest first; `grace_ms` the time between the request to close and the end.
    """

    id: str
    title: Text
    jurisdiction: str
    zone: str
    source: str
    status: Status
    sha256: str
    effective_from: date | None = None
    effective_to: date | None = None
    params: dict[str, Param] = field(default_factory=dict)
    scope: Scope = "player"
    warn_ms: tuple[int, ...] | None = None
    grace_ms: int | None = None
    budgets: tuple[Budget, ...] = ()
    windows: tuple[Window, ...] = ()
    ratings: tuple[Rating, ...] = ()
    asks: tuple[AskFirst, ...] = ()
    notices: tuple[Notice, ...] = ()
