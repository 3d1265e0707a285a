"""What a guardian or the operator asks of the rulebook: packs, games, the place."""

from __future__ import annotations

from datetime import date
from typing import Literal

from agent.api.answers import Done
from host.wire import Request, Wire
from rules.games import Game
from rules.policy import Pack, Place


class PackUse(Wire, frozen=True, kw_only=True):
    """A pack by the id of a shipped one or with its own text, and the values put into it, as text `key=value`."""

    id: str
    params: tuple[str, ...] = ()
    text: str | None = None


class PolicyUse(Request[Done], frozen=True, kw_only=True):
    """Replaces the list of packs of a player, "guest" or "place"; an empty list empties it. `keep`: a pack that is named with
    values, and is in the list already, keeps its other values. `overnight`: values that are hours across midnight are meant so.
    """

    op = "policy.use"

    target: str
    packs: tuple[PackUse, ...]
    keep: bool = False
    overnight: bool = False


class PolicyShow(Request["PolicyShown"], frozen=True, kw_only=True):
    """The compiled packs in force for a player, "guest" or "place" (a player's include the place's)."""

    op = "policy.show"

    target: str


class PolicyShown(Wire, frozen=True, kw_only=True):
    target: str
    packs: tuple[Pack, ...]


class GameAdd(Request[Done], frozen=True, kw_only=True):
    """A known game keeps its title ("") and label (None) where none is given, and `learning` (None) its mark."""

    op = "game.add"

    game: Game
    learning: bool | None = None


class GameLabel(Wire, frozen=True, kw_only=True):
    """A known game's age label, as rules.ratings reads it, and where that is from."""

    game: str
    label: str
    source: str


class GameLabels(Request[Done], frozen=True, kw_only=True):
    """All of them, or none."""

    op = "game.label"

    labels: tuple[GameLabel, ...]


class GameRemove(Request[Done], frozen=True, kw_only=True):
    op = "game.remove"

    game: str


class GameList(Request["Games"], frozen=True, kw_only=True):
    op = "game.list"


class GameRow(Wire, frozen=True, kw_only=True):
    """`origin`: shipped (catalogue) or house. `learning`: the house says that it is a learning program."""

    game: Game
    origin: Literal["shipped", "house"]
    learning: bool = False


class GameAllowed(Request["Approvals"], frozen=True, kw_only=True):
    op = "game.allowed"


class ApprovedGame(Wire, frozen=True, kw_only=True):
    """`name` is that of the player."""

    game: str
    player: str
    name: str


class Approvals(Wire, frozen=True, kw_only=True):
    """What is let through for whom, oldest first."""

    approvals: tuple[ApprovedGame, ...]


class Games(Wire, frozen=True, kw_only=True):
    games: tuple[GameRow, ...]


class GameAllow(Request[Done], frozen=True, kw_only=True):
    """`game` None: every game, no emulator, that is asked about first and that no rule refuses all the same; of these age
    `labels`, as rules.ratings reads them, if any are named. Answered with the ids of those that were let through now.
    """

    op = "game.allow"

    player: str
    game: str | None
    labels: tuple[str, ...] = ()


class GameDisallow(Request[Done], frozen=True, kw_only=True):
    """`game` None: every game."""

    op = "game.disallow"

    player: str
    game: str | None


class PlaceSet(Request[Done], frozen=True, kw_only=True):
    """None leaves a field as it is, "" clears it. `hours` is HH:MM-HH:MM; across midnight only if `overnight`. `lang` is the
    language of whoever set none of its own. `hotline`: the local telephone number for the protection of children. A
    home has neither `address` nor `owner`: these are for whom a place is to be named to.
    """

    op = "place.set"

    place: Place
    hours: str | None = None
    zone: str | None = None
    name: str | None = None
    certificate: str | None = None
    expires: date | None = None
    lang: Literal["vi", "en"] | None = None
    overnight: bool = False
    hotline: str | None = None
    address: str | None = None
    owner: str | None = None


class PlaceClose(Request[Done], frozen=True, kw_only=True):
    """The public place is closed from `at` on, milliseconds after today's midnight there (None: now), to its next opening."""

    op = "place.close"

    at: int | None = None


class PlaceOpen(Request[Done], frozen=True, kw_only=True):
    """Takes that back: its hours hold again."""

    op = "place.open"


class PlaceShow(Request["PlaceShown"], frozen=True, kw_only=True):
    op = "place.show"


class PlaceShown(Wire, frozen=True, kw_only=True):
    """`hours` "": none of its own. `expired`: the certificate's last day is over. `packs` are those put on the place, as
    `policy use` takes them; `lang` None: each reader's own.
    """

    place: Place
    zone: str
    hours: str
    name: str
    certificate: str
    expires: date | None
    expired: bool
    packs: tuple[str, ...]
    lang: str | None
    hotline: str = ""
    address: str = ""
    owner: str = ""
