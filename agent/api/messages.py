"""What is said to the agent over its local socket: requests, answers, and the roster that a daemon decides from.

Moments are Unix milliseconds, lengths milliseconds; bytes travel as base64. Unknown fields of a request are refused; those of
an answer, which a newer server gave, are left out.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from agent.api.asked import ProvedBy, RequestEvent
from host.wire import Request, Wire
from i18n.message import Message, Words
from rules.games import Game
from rules.installed import LetProgram
from rules.policy import Pack, Place, Role, Weekday

# --- the roster: the agent's signed, numbered snapshot of the registry ---------------------------------------------------


class Player(Wire, frozen=True, kw_only=True):
    """A player as the daemon needs it. `guardian`: there is one, at home always. `key` (hex) makes the daily pseudonyms;
    `packs` are compiled and in force, own ones included.

    The player's own pack has the id "house"; the `sha256` of every pack that only this player has is "house". `approved` are
    ids of games let through. `only_installed`: besides what an administrator installed only these and `programs` run.
    """

    id: str
    name: str
    born: date | None = None
    account: str | None = None
    guardian: bool = False
    key: str
    packs: tuple[Pack, ...] = ()
    approved: tuple[str, ...] = ()
    only_installed: bool = False
    programs: tuple[LetProgram, ...] = ()


class Guardian(Wire, frozen=True, kw_only=True):
    """`pin`: an argon2id hash of it; `code`: the secret of codes by telephone (RFC 6238, base32), of which each gives at most
    `ceiling`. Both are for the daemon's eyes alone: whoever is told of guardians gets a GuardianRow.
    """

    id: str
    name: str
    account: str | None = None
    pin: str | None = None
    code: str | None = None
    ceiling: int = 30 * 60_000

    def __repr__(self) -> str:  # into no log, no traceback
        return f"Guardian(id={self.id!r}, name={self.name!r}, account={self.account!r})"


class GrantEvent(Wire, frozen=True, kw_only=True, omit_defaults=True):
    """Extra time that somebody gave. The set of events only grows: a revocation is one too (`revoked` is then its moment).

    `who`: the account it was given from or, where they proved it (`how`), the guardian's name, whose id is `guardian`.
    `request`: the id of the one that it answers.
    """

    id: str
    player: str
    by: Role
    who: str
    ms: int
    game: str | None = None
    given: int
    reason: str = ""
    revoked: int | None = None
    request: str = ""
    guardian: str | None = None
    how: ProvedBy = "account"


class Seat(Wire, frozen=True, kw_only=True):
    """`key` is its public one, a C2SP verifier key."""

    id: str
    key: str


class Roster(Wire, frozen=True, kw_only=True):
    """`number` rises with every change. `guest` stands for every unmapped account that is limited. `place_packs` have the scope
    "place". `games` are all that are recognised, shipped and house ones. `grants` and `requests` are those that can
    still matter. `erased`: of whom nothing may be kept, each as the SHA-256 of the id (hex). `shipped`: false where the games
    that come with the program are switched off.
    """

    number: int
    origin: str
    issued: int
    place: Place
    zone: str
    name: str = ""
    certificate: str = ""
    expires: date | None = None
    place_packs: tuple[Pack, ...] = ()
    players: tuple[Player, ...] = ()
    guest: Player
    guardians: tuple[Guardian, ...] = ()
    games: tuple[Game, ...] = ()
    grants: tuple[GrantEvent, ...] = ()
    requests: tuple[RequestEvent, ...] = ()
    seats: tuple[Seat, ...] = ()
    erased: tuple[str, ...] = ()
    shipped: bool = True


# --- seat: what a daemon asks ----------------------------------------------------------------------------------------


class Enrol(Request["Enrolled"], frozen=True, kw_only=True):
    """A seat introduces itself with its public key (a C2SP verifier key)."""

    op = "seat.enrol"

    seat: str
    key: str


class Enrolled(Wire, frozen=True, kw_only=True):
    """`log_key` and `roster_key` are the agent's C2SP verifier keys; both are also published in HOME/public. `kept`: where
    it keeps its keys (host.secrets.where); "" where an older one does not say.
    """

    seat: str
    log_key: str
    roster_key: str
    kept: str = ""


class RosterGet(Request["SignedRoster"], frozen=True, kw_only=True):
    """The signed roster, as soon as its number is above `above`; after 60 s without news, whatever it is then."""

    op = "roster.get"
    patience = 75.0  # a long poll is answered after 60 s at the latest

    above: int = -1


class SignedRoster(Wire, frozen=True, kw_only=True):
    """A C2SP signed note whose text is the roster as one line of JSON, signed by the roster key."""

    number: int
    note: str


class Payload(Wire, frozen=True, kw_only=True):
    """Personal data beside the entry `seq`. The entry's `secret` commits to it under `salt`."""

    seq: int
    salt: bytes
    data: bytes


class Submit(Request["Accepted"], frozen=True, kw_only=True):
    """A sealed batch of a seat's chain: canonical entry bytes of contiguous seq, the last one a seal; `trusted` is
    the size of the last checkpoint the seat holds, from which it wants a consistency proof."""

    op = "log.submit"
    patience = 120.0

    seat: str
    entries: tuple[bytes, ...]
    payloads: tuple[Payload, ...] = ()
    trusted: int = 0


class Proof(Wire, frozen=True, kw_only=True):
    """Where an entry lies in the tree, and the hashes that prove it."""

    seq: int
    index: int
    hashes: tuple[bytes, ...]


class Accepted(Wire, frozen=True, kw_only=True):
    """`checkpoint` covers all entries of the batch; `proofs` one each; `consistency` from the `trusted` size (empty if that
    was 0)."""

    checkpoint: str
    proofs: tuple[Proof, ...]
    consistency: tuple[bytes, ...] = ()


class PutGrants(Request["Done"], frozen=True, kw_only=True):
    """Grant events made at the seat; merged into the registry, known ones are no error."""

    op = "grant.put"

    grants: tuple[GrantEvent, ...]


class PutRequests(Request["Done"], frozen=True, kw_only=True):
    """What was asked and answered at the seat; merged into the registry, the first answer stands. What it lets through is in
    the roster of the number that comes back.
    """

    op = "request.put"

    requests: tuple[RequestEvent, ...]


class Alive(Request["Done"], frozen=True, kw_only=True):
    """Once a minute: the seat is there. Its clock, for the agent to notice a difference."""

    op = "seat.alive"

    seat: str
    wall: int


class Who(Wire, frozen=True, kw_only=True):
    """A player, as an answer names them."""

    id: str
    name: str


class UpdateGet(Request["Updates"], frozen=True, kw_only=True):
    """What is known of newer versions."""

    op = "update.show"


class UpdateFetch(Request["Updates"], frozen=True, kw_only=True):
    """Look now."""

    op = "update.fetch"
    patience = 900.0


class Updates(Wire, frozen=True, kw_only=True):
    """`version` runs; `source` is looked at, None: nothing is; `looked`: when that last went well, in Unix milliseconds;
    `newer`: a version that was found and is newer; `problem`: why looking failed the last time.
    """

    version: str
    source: str | None
    looked: int | None
    newer: str | None
    problem: Message | None


class Done(Wire, frozen=True, kw_only=True):
    """It is durable. `number` is that of the roster that holds it, `id` and `name` those of what was made or changed, `player`
    whom it was made for; `notes` are for the user as well. `limits`: of `limit.set`, those that it took the place of, or took
    away.
    """

    number: int
    id: str = ""
    name: str = ""
    player: Who | None = None
    notes: tuple[Words, ...] = ()
    limits: tuple[LimitRow, ...] = ()


# --- registry: what a guardian or the operator asks ------------------------------------------------------------------------


class PlayerAdd(Request["Done"], frozen=True, kw_only=True):
    """`born` is a date or, if no more is known, the year alone: then the younger age counts."""

    op = "player.add"

    name: str
    born: str | None = None
    account: str | None = None
    guardian: str | None = None


class PlayerSet(Request["Done"], frozen=True, kw_only=True):
    """Fields that are UNSET stay as they are. `allow` adds programs to what may run besides what is installed; `disallow` takes
    some away, each by its SHA-256 or the beginning of it.
    """

    op = "player.set"

    player: str
    name: str | msgspec.UnsetType = msgspec.UNSET
    born: str | msgspec.UnsetType | None = msgspec.UNSET
    account: str | msgspec.UnsetType | None = msgspec.UNSET
    guardian: str | msgspec.UnsetType | None = msgspec.UNSET
    only_installed: bool | msgspec.UnsetType = msgspec.UNSET
    allow: tuple[LetProgram, ...] = ()
    disallow: tuple[str, ...] = ()


class PlayerRemove(Request["Done"], frozen=True, kw_only=True):
    op = "player.remove"

    player: str


class PlayerErase(Request["Done"], frozen=True, kw_only=True):
    """Deletes all that names the player, who may be a removed one."""

    op = "player.erase"
    patience = 120.0

    player: str


class PlayerExport(Request["Chunk"], frozen=True, kw_only=True):
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
    only_installed: bool = False
    programs: tuple[LetProgram, ...] = ()


class LimitRow(Wire, frozen=True, kw_only=True):
    """`game` None is all games."""

    game: str | None
    day: Weekday
    ms: int


class Players(Wire, frozen=True, kw_only=True):
    players: tuple[PlayerRow, ...]


class GuardianAdd(Request["Done"], frozen=True, kw_only=True):
    op = "guardian.add"

    name: str
    account: str | None = None
    pin: str | None = None


class GuardianSet(Request["Done"], frozen=True, kw_only=True):
    """Fields that are UNSET stay as they are. `pin` is a hash, `code` a secret, as in Guardian; None takes it away."""

    op = "guardian.set"

    guardian: str
    name: str | msgspec.UnsetType = msgspec.UNSET
    account: str | msgspec.UnsetType | None = msgspec.UNSET
    pin: str | msgspec.UnsetType | None = msgspec.UNSET
    code: str | msgspec.UnsetType | None = msgspec.UNSET
    ceiling: int | msgspec.UnsetType = msgspec.UNSET


class GuardianRemove(Request["Done"], frozen=True, kw_only=True):
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


class LimitSet(Request["Done"], frozen=True, kw_only=True):
    """`ms` None deletes the limit; 0 means not at all. No `days` means every day."""

    op = "limit.set"

    player: str
    ms: int | None
    game: str | None = None
    days: tuple[Weekday, ...] = ()


class PackUse(Wire, frozen=True, kw_only=True):
    """A pack by the id of a shipped one or with its own text, and the values put into it, as text `key=value`."""

    id: str
    params: tuple[str, ...] = ()
    text: str | None = None


class PolicyUse(Request["Done"], frozen=True, kw_only=True):
    """Replaces the list of packs of a player, "guest" or "place"; an empty list empties it. `overnight`: values that are hours
    across midnight are meant so.
    """

    op = "policy.use"

    target: str
    packs: tuple[PackUse, ...]
    overnight: bool = False


class PolicyShow(Request["PolicyShown"], frozen=True, kw_only=True):
    """The compiled packs in force for a player, "guest" or "place" (a player's include the place's)."""

    op = "policy.show"

    target: str


class PolicyShown(Wire, frozen=True, kw_only=True):
    target: str
    packs: tuple[Pack, ...]


class GameAdd(Request["Done"], frozen=True, kw_only=True):
    """A known game keeps its title ("") and label (None) where none is given, and `learning` (None) its mark."""

    op = "game.add"

    game: Game
    learning: bool | None = None


class GameLabel(Wire, frozen=True, kw_only=True):
    """A known game's age label, as rules.ratings reads it, and where that is from."""

    game: str
    label: str
    source: str


class GameLabels(Request["Done"], frozen=True, kw_only=True):
    """All of them, or none."""

    op = "game.label"

    labels: tuple[GameLabel, ...]


class GameRemove(Request["Done"], frozen=True, kw_only=True):
    op = "game.remove"

    game: str


class GameList(Request["Games"], frozen=True, kw_only=True):
    op = "game.list"


class GameRow(Wire, frozen=True, kw_only=True):
    """`origin`: shipped (catalogue) or house. `learning`: the house says that its play does not count."""

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


class GameAllow(Request["Done"], frozen=True, kw_only=True):
    op = "game.allow"

    player: str
    game: str


class GameDisallow(Request["Done"], frozen=True, kw_only=True):
    op = "game.disallow"

    player: str
    game: str


class PlaceSet(Request["Done"], frozen=True, kw_only=True):
    """None leaves a field as it is, "" clears it. `hours` is HH:MM-HH:MM; across midnight only if `overnight`. `lang` is the
    language of whoever set none of its own. `hotline`: the local telephone number for the protection of children.
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


# --- log: what an inspector or the operator asks ---------------------------------------------------------------------------


class LogShow(Request["LogLines"], frozen=True, kw_only=True):
    """The last `last` entries."""

    op = "log.show"

    last: int = 50


class LogLine(Wire, frozen=True, kw_only=True):
    """`entry` is the canonical bytes as text; `payload` the personal data beside it (JSON text), if it is kept and the
    caller may see it, and `unread` why it cannot be read."""

    index: int
    entry: str
    payload: str | None = None
    unread: Words | None = None


class LogLines(Wire, frozen=True, kw_only=True):
    """`zone` is the place's, for showing moments. `names`: who the pseudonyms of these lines are, and to whom
    was given what they say was taken back, where it is known.
    """

    lines: tuple[LogLine, ...]
    zone: str = "Asia/Ho_Chi_Minh"
    names: dict[str, str] = msgspec.field(default_factory=dict)


class LogExport(Request["Chunk"], frozen=True, kw_only=True):
    """The whole bundle, streamed as Chunks."""

    op = "log.export"


class Chunk(Wire, frozen=True, kw_only=True):
    """A piece of a file."""

    data: bytes


class LogPrune(Request["Pruned"], frozen=True, kw_only=True):
    """Deletes the personal data that was kept for six months; `dry`: only says what that is."""

    op = "log.prune"
    patience = 300.0

    dry: bool = False


class Pruned(Wire, frozen=True, kw_only=True):
    """Beside how many entries (`payloads`) of before then (`before`, Unix ms) there was personal data. `old`: how many entries
    are older than thirteen months.
    """

    before: int
    payloads: int
    old: int


class LogHead(Request["Head"], frozen=True, kw_only=True):
    """The latest signed checkpoint."""

    op = "log.head"


class Head(Wire, frozen=True, kw_only=True):
    checkpoint: str
    key: str


class LogCard(Request["Card"], frozen=True, kw_only=True):
    """What an inspector keeps from the first visit."""

    op = "log.card"


class Card(Wire, frozen=True, kw_only=True):
    """`checkpoint` is the signed head, whose size and root these are."""

    origin: str
    key: str
    fingerprint: str
    size: int
    root: str
    place: Place
    name: str
    certificate: str
    expires: date | None
    checkpoint: str
