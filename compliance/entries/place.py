"""What holds at a place, as the log says it: hours, packs in force, guardians, who is checked in, what it says of games."""

from __future__ import annotations

from typing import Literal

import msgspec

from compliance.entries.base import Entry, Safe


class PackLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A pack in force: its id, the SHA-256 of its text and the values put into it. `own`: the text is the place's own, and not
    one that came with the program; else left out.
    """

    id: str
    sha256: str
    params: dict[str, bool | Safe | str]
    own: Literal[True] | msgspec.UnsetType = msgspec.UNSET


class PlaceChanged(Entry, frozen=True, kw_only=True, tag="place.changed"):
    """The place, its zone and its hours ("" where none are set), the number of its certificate ("": it has none) and that one's
    last day (ISO date). Entries from before these two were told lack them.
    """

    place: str
    zone: str
    hours: str
    certificate: str | msgspec.UnsetType = msgspec.UNSET
    expires: str | msgspec.UnsetType | None = msgspec.UNSET


class PolicyChanged(Entry, frozen=True, kw_only=True, tag="policy.changed"):
    """The packs in force for `target`: "place", "guest" or a player's pseudonym of the day. `house`: own limits exist. `aged`:
    the age before and now (null: none is known) where a birth date was changed, also of somebody registered anew.
    """

    target: str
    packs: tuple[PackLine, ...]
    house: bool
    aged: tuple[Safe | None, Safe | None] | msgspec.UnsetType = msgspec.UNSET


class GuardianChanged(Entry, frozen=True, kw_only=True, tag="guardian.changed"):
    """A guardian was added, changed or removed: who, and by whom, is in the payload. `registered`: how many there are now."""

    registered: Safe


class CheckedIn(Entry, frozen=True, kw_only=True, tag="checkin"):
    """At a public place `who` plays at the seat `at` from now on, whatever account is logged on there. `how` their age was
    checked: "registered" before, "card": by the text of an identity card that they showed, "born": by what they said, "guest":
    not at all. `age`: of who is registered, else the least of its band (0, 12, 16, 18); null where none is known.
    """

    id: str
    at: str
    who: str
    age: Safe | None
    how: Literal["registered", "card", "born", "guest"]


class CheckedOut(Entry, frozen=True, kw_only=True, tag="checkout"):
    """The check-in `id` is over. `how`: "out", "moved" to another seat, or "lapsed": its day is over."""

    id: str
    how: Literal["out", "moved", "lapsed"]


class StaffChanged(Entry, frozen=True, kw_only=True, tag="staff.changed"):
    """Somebody came to be of the staff of a public place, or is not any more, or their shift began or ended: who, is in the
    payload.
    """

    role: Literal["operator", "staff"]
    how: Literal["added", "removed", "began", "ended"]


class GameFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What rules ask of a house's game: its minimum age, whose label that is, whether its play does not count."""

    label: Safe | None
    system: str | None
    learning: bool


class GameChanged(Entry, frozen=True, kw_only=True, tag="game.changed"):
    """What the house says of `game` beside the catalogue; null where it says nothing (`before`) or nothing more (`after`)."""

    game: str
    before: GameFacts | None
    after: GameFacts | None
