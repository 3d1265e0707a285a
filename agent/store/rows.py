"""What the rows of agent.db are, once read. Those of guardians, grants and games are what agent.api and rules know."""

from __future__ import annotations

from datetime import date

import msgspec

from agent.api.checkins import AgeCheck
from rules.policy import Place, Weekday
from rules.unknown import Unknown

GUEST = "guest"
PLACE = "place"


class StateRow(msgspec.Struct, frozen=True):
    """`origin` names the log; `number` and `note` are the roster in force, number 0 before there was one. `serve`: where
    seats of other PCs are answered, HOST:PORT; "": nowhere.
    """

    origin: str
    number: int
    note: str
    serve: str = ""


class SeatRow(msgspec.Struct, frozen=True):
    """`key`: its public one, a C2SP verifier key; "": its PC joined, and its daemon has not spoken yet. `enrolled` None: by an
    older version, which kept no moment. `retired`: when, `by` whom and why; None: it is not.

    `pc`: as which seat its PC joined, from another PC; "": it is the agent's own. `tls`: the fingerprint of the key with which
    that PC calls, in the row of the seat as which it joined. `name`: what people call it.
    """

    id: str
    key: str
    enrolled: int | None
    retired: int | None = None
    by: str = ""
    reason: str = ""
    name: str = ""
    pc: str = ""
    tls: str = ""


class VisitorRow(msgspec.Struct, frozen=True):
    """A customer of a public place on one `day` (ISO) who is not registered. `key` makes the pseudonym: of who showed a card it
    is made of the card's number, so that they are the same all day, and nobody another day. `age`: the least of the band.
    """

    id: str
    key: bytes
    day: str
    age: int | None
    name: str = GUEST


class CheckInRow(msgspec.Struct, frozen=True):
    """The player or visitor plays at the PC (as which seat it joined; "": the agent's own) since then, by the entry `id`."""

    pc: str
    id: str
    player: str
    since: int
    how: AgeCheck


class ClaimRow(msgspec.Struct, frozen=True):
    """The player is held by the seat until then (Unix ms), or its play is over."""

    player: str
    seat: str
    until: int


class PlayedRow(msgspec.Struct, frozen=True):
    """A play of entry `seq` of a seat, as agent.api.claims.PlayedElsewhere; `ms` None: it is not known to be over."""

    seat: str
    seq: int
    player: str
    game: str
    publisher: str | None
    label: int | None
    sure: bool
    start: int
    ms: int | None


class PlaceRow(msgspec.Struct, frozen=True):
    """`hours` is HH:MM-HH:MM, or "" where the law's or none are set. `lang` None: each reader's own. `address`, `owner` and
    `hotline` are for cards and reports.
    """

    place: Place
    zone: str
    hours: str
    name: str
    certificate: str
    expires: date | None
    lang: str | None = None
    hotline: str = ""
    address: str = ""
    owner: str = ""


class PlayerRow(msgspec.Struct, frozen=True, rename={"said": "born"}):
    """`said` is the birth date, or the year alone, as it was told; `key` makes the daily pseudonyms. The row `guest` stands for
    every unmapped account that is limited. `since` (Unix ms): when somebody who was removed came back. `unknown`: what is
    done with programs that nobody named or installed; guests at a game point have `refused`, whatever it says.
    """

    id: str
    name: str
    said: str | None
    account: str | None
    key: bytes
    removed: bool = False
    since: int = 0
    unknown: Unknown = "listed"

    @property
    def born(self) -> date | None:
        """Of a year alone its last day: the younger age counts."""
        return None if self.said is None else date.fromisoformat(self.said if "-" in self.said else f"{self.said}-12-31")


class PackRow(msgspec.Struct, frozen=True):
    """A pack in force: its id, the values put into it as text, and the SHA-256 of its text. `shipped`: it came with the program
    and follows it through updates."""

    pack: str
    params: dict[str, str]
    sha256: str
    shipped: bool

    @property
    def said(self) -> str:
        """As it is written on a command line: PACK:key=value, and so on."""
        return ":".join((self.pack, *(f"{key}={value}" for key, value in self.params.items())))


class TextRow(msgspec.Struct, frozen=True):
    """The text of a pack that was in force. `public`: it may go into a bundle."""

    sha256: str
    pack: str
    text: str
    public: bool


class LimitRow(msgspec.Struct, frozen=True):
    """At most `ms` of play on this weekday; game "" is all games."""

    player: str
    game: str
    day: Weekday
    ms: int


class ApprovalRow(msgspec.Struct, frozen=True):
    """`by` let `game` through for `player`."""

    id: str
    player: str
    game: str
    by: str
    at: int
