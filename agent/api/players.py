"""What a guardian or the operator asks of people: players, guardians, limits."""

from __future__ import annotations

from datetime import date

import msgspec

from agent.api.answers import Chunk, Done, LimitRow
from host.wire import Request, Wire
from rules.installed import LetProgram
from rules.policy import Weekday
from rules.unknown import Unknown


class PlayerAdd(Request[Done], frozen=True, kw_only=True):
    """`born` is a date or, if no more is known, the year alone: then the younger age counts."""

    op = "player.add"

    name: str
    born: str | None = None
    account: str | None = None
    guardian: str | None = None


class PlayerSet(Request[Done], frozen=True, kw_only=True):
    """Fields that are UNSET stay as they are. `allow` adds unknown programs that may run whatever `unknown` says; `disallow`
    takes some away, each by its SHA-256 or the beginning of it.
    """

    op = "player.set"

    player: str
    name: str | msgspec.UnsetType = msgspec.UNSET
    born: str | msgspec.UnsetType | None = msgspec.UNSET
    account: str | msgspec.UnsetType | None = msgspec.UNSET
    guardian: str | msgspec.UnsetType | None = msgspec.UNSET
    unknown: Unknown | msgspec.UnsetType = msgspec.UNSET
    allow: tuple[LetProgram, ...] = ()
    disallow: tuple[str, ...] = ()


class PlayerRemove(Request[Done], frozen=True, kw_only=True):
    op = "player.remove"

    player: str


class PlayerErase(Request[Done], frozen=True, kw_only=True):
    """Deletes all that names the player, who may be a removed one."""

    op = "player.erase"
    patience = 120.0

    player: str


class PlayerExport(Request[Chunk], frozen=True, kw_only=True):
    """All that is kept of the player, who may be a removed one: one JSON document, streamed as Chunks."""

    op = "player.export"
    patience = 120.0

    player: str


class PlayerList(Request["Players"], frozen=True, kw_only=True):
    op = "player.list"


class PlayerDays(Request["PlayerNames"], frozen=True, kw_only=True):
    """Which pseudonyms the player (or "guest") has in the log on the days from `first` to `last`, both counting."""

    op = "player.days"

    player: str
    first: date
    last: date


class PlayerNames(Wire, frozen=True, kw_only=True):
    """`names` are the pseudonyms, one a day; `key` is the verifier key of the log in which they mean this player; `guardian`
    whether a guardian is registered."""

    id: str
    name: str
    born: date | None
    guardian: bool
    key: str
    names: tuple[str, ...]


class PlayerRow(Wire, frozen=True, kw_only=True):
    """`born` is as it was told, `guardians` are names, `packs` and `approved` ids.

    `uses` are the packs with the values put into them, as `policy use` takes them.
    """

    id: str
    name: str
    born: str | None
    account: str | None
    guardians: tuple[str, ...]
    packs: tuple[str, ...]
    limits: tuple[LimitRow, ...]
    approved: tuple[str, ...]
    uses: tuple[str, ...] = ()
    unknown: Unknown = "listed"
    programs: tuple[LetProgram, ...] = ()


class Players(Wire, frozen=True, kw_only=True):
    players: tuple[PlayerRow, ...]


class GuardianAdd(Request[Done], frozen=True, kw_only=True):
    op = "guardian.add"

    name: str
    account: str | None = None
    pin: str | None = None


class GuardianSet(Request[Done], frozen=True, kw_only=True):
    """Fields that are UNSET stay as they are. `pin` is a hash, `code` a secret, as in Guardian; None takes it away."""

    op = "guardian.set"

    guardian: str
    name: str | msgspec.UnsetType = msgspec.UNSET
    account: str | msgspec.UnsetType | None = msgspec.UNSET
    pin: str | msgspec.UnsetType | None = msgspec.UNSET
    code: str | msgspec.UnsetType | None = msgspec.UNSET
    ceiling: int | msgspec.UnsetType = msgspec.UNSET


class GuardianRemove(Request[Done], frozen=True, kw_only=True):
    """The guardian's rights end with it."""

    op = "guardian.remove"

    guardian: str


class GuardianList(Request["Guardians"], frozen=True, kw_only=True):
    op = "guardian.list"


class GuardianRow(Wire, frozen=True, kw_only=True):
    """`pin`, `code`: whether there is one; a code gives at most `ceiling`."""

    id: str
    name: str
    account: str | None
    pin: bool = False
    code: bool = False
    ceiling: int | None = None


class Guardians(Wire, frozen=True, kw_only=True):
    guardians: tuple[GuardianRow, ...]


class LimitSet(Request[Done], frozen=True, kw_only=True):
    """`ms` None deletes the limit; 0 means not at all. No `days` means every day."""

    op = "limit.set"

    player: str
    ms: int | None
    game: str | None = None
    days: tuple[Weekday, ...] = ()
