"""The roster: the agent's signed, numbered snapshot of the registry, from which a daemon decides."""

from __future__ import annotations

from datetime import date
from typing import Literal

from agent.api.asked import ProvedBy, RequestEvent
from host.wire import Request, Wire
from rules.games import Game
from rules.installed import LetProgram
from rules.policy import Pack, Place, Role
from rules.unknown import Unknown


class Player(Wire, frozen=True, kw_only=True):
    """A player as the daemon needs it. `guardian`: there is one, at home always. `key` (hex) makes the daily pseudonyms;
    `packs` are compiled and in force, own ones included.

    The player's own pack has the id "house"; the `sha256` of every pack that only this player has is "house". `approved` are
    ids of games let through. `unknown`: what is done with programs that nobody named or installed, of which `programs` may run
    all the same. `only_installed`: that it is `refused`, as older versions say and read it.
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
    unknown: Unknown = "listed"
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

    `who`: the name of the guardian whose account it was or who proved it (`how`), whose id is `guardian`; else the account.
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
    """`key` is its public one, a C2SP verifier key; `name` what people call it; `pc` as which seat its PC joined ("": it is the
    agent's own).
    """

    id: str
    key: str
    name: str = ""
    pc: str = ""


StaffRole = Literal["operator", "staff"]


class Staff(Wire, frozen=True, kw_only=True):
    """Who works at a public place. An operator may do what an administrator of the agent's PC may. `since`: when their shift
    began (Unix ms), None: they have none.
    """

    id: str
    name: str
    account: str
    role: StaffRole = "staff"
    since: int | None = None


class CheckedInAt(Wire, frozen=True, kw_only=True):
    """Who plays at a PC ("": the one that the roster is sent to) in every account that is nobody's."""

    pc: str
    player: Player


class Roster(Wire, frozen=True, kw_only=True):
    """`number` rises with every change. `guest` stands for every unmapped account that is limited. `place_packs` have the scope
    "place". `games` are all that are recognised, shipped and house ones. `grants` and `requests` are those that can
    still matter. `erased`: of whom nothing may be kept, each as the SHA-256 of the id (hex). `shipped`: false where the games
    that come with the program are switched off. `hotline`: the local telephone number for the protection of children.

    `counter`: staff checks customers in, so whoever plays without that should ask for it.
    `shared`: players may play on other PCs too, so the start of a play claims them (agent.api.claims); `offline` then holds for
    who could not be claimed, as the agent is away.
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
    hotline: str = ""
    staff: tuple[Staff, ...] = ()
    counter: bool = False
    checked_in: tuple[CheckedInAt, ...] = ()
    shared: bool = False
    offline: Pack | None = None


class RosterGet(Request["SignedRoster"], frozen=True, kw_only=True):
    """The signed roster, as soon as its number is above `above`; after 60 s without news, whatever it is then."""

    op = "roster.get"
    patience = 75.0  # a long poll is answered after 60 s at the latest

    above: int = -1


class SignedRoster(Wire, frozen=True, kw_only=True):
    """A C2SP signed note whose text is the roster as one line of JSON, its parts named by their hashes (agent.api.manifest),
    signed by the roster key.
    """

    number: int
    note: str


class PartsGet(Request["Parts"], frozen=True, kw_only=True):
    """Those parts of the roster that was just given, at most MOST_PARTS."""

    op = "roster.parts"

    hashes: tuple[str, ...]


class Parts(Wire, frozen=True, kw_only=True):
    """In the order asked for, without those that are in force no more."""

    parts: tuple[bytes, ...]


MOST_PARTS = 256
