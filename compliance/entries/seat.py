"""A seat's run, as the log says it: when it enforced, who was logged on, what its clock did, what is not sure."""

from __future__ import annotations

from typing import Literal

import msgspec

from compliance.entries.base import Entry, Safe


class SeatEnrolled(Entry, frozen=True, kw_only=True, tag="seat.enrolled"):
    """Written by the agent: `id` is the seat, `key` its public key as a C2SP verifier key."""

    id: str
    key: str


class SeatNamed(Entry, frozen=True, kw_only=True, tag="seat.named"):
    """Written by the agent of a public place: what the PC of the seat `id` is called from now on; "": nothing. At home a PC
    may be called after a person, and nothing is written.
    """

    id: str
    name: str


class SeatRetired(Entry, frozen=True, kw_only=True, tag="seat.retired"):
    """Written by the agent: the PC of the seat `id` is gone, and nothing more of the seat is taken. `heard`: when the agent
    heard it last; None: never since it was started.
    """

    id: str
    heard: int | None


class SeatStart(Entry, frozen=True, kw_only=True, tag="seat.start"):
    """The daemon began to enforce. `clean`: its last run ended with seat.stop; `lost_from`: if not, its last sign of life;
    `follows`: the seat that this PC was before, whose chain is over. `gate`: a file of the daemon's switched it off.
    """

    version: str
    watch: str
    clean: bool
    lost_from: Safe | None
    follows: str | msgspec.UnsetType = msgspec.UNSET
    gate: Literal["off"] | msgspec.UnsetType = msgspec.UNSET


class SeatStop(Entry, frozen=True, kw_only=True, tag="seat.stop"):
    """The daemon ended in an orderly way."""


class SeatPowered(Entry, frozen=True, kw_only=True, tag="seat.powered"):
    """When the PC was on before the seat's last start, from `since` (its last sign of life) to that start, as the system's own
    record says it, which an administrator can delete. `by`: which one; "nothing": there is none. `ran`: [start, end) in order.
    """

    since: Safe
    by: Literal["journal", "event-log", "nothing"]
    ran: tuple[tuple[Safe, Safe], ...]


class Presence(Entry, frozen=True, kw_only=True, tag="presence"):
    """The minutes from `since` (a whole minute) in which the seat was alive: bit i of `bits` is minute i, at most 60 of them.

    60 bits are too many for a safe integer, so `bits` is 15 hex digits.
    """

    since: Safe
    bits: str


class SessionOpened(Entry, frozen=True, kw_only=True, tag="session.opened"):
    """At a public place somebody was found logged on at the seat; `guest`: they are no registered player."""

    who: str
    guest: bool


class SessionClosed(Entry, frozen=True, kw_only=True, tag="session.closed"):
    """The session that the seat's entry `opened` began is over. `how`: "ended"; "unseen": while no daemon looked; "unwatched":
    this is a home now, where nobody looks.
    """

    opened: Safe
    how: Literal["ended", "unseen", "unwatched"]


class ClockJump(Entry, frozen=True, kw_only=True, tag="clock.jump"):
    """The system clock said `to` where elapsed time said `expected`."""

    expected: Safe
    to: Safe


class ZoneChanged(Entry, frozen=True, kw_only=True, tag="zone.changed"):
    """The PC's own time zone was set, which no rule asks: what the system called it before, and calls it now."""

    before: str
    after: str


class IssueRaised(Entry, frozen=True, kw_only=True, tag="issue.raised"):
    """Something is not enforced or not sure: `id` is the Issue's."""

    id: str


class IssueCleared(Entry, frozen=True, kw_only=True, tag="issue.cleared"):
    """The Issue `id` is over."""

    id: str
