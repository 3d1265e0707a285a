"""What `giochoi status` asks and is told, apart from all else: whoever only looks need not load the rules.

The shape is that of the contract. Times are RFC 3339 with offset, seconds are floats with milliseconds, never rounded up.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from host.wire import Request, Wire
from i18n.message import Words
from rules.unknown import Unknown
from rules.verdict import Verdict


class StatusGet(Request["Status"], frozen=True, kw_only=True):
    """Whoever is not a guardian is told about their own player only."""

    op = "status"


class Issue(Wire, frozen=True, kw_only=True):
    """Something that is not enforced or not sure."""

    id: str
    since: str
    text: Words


class OffPart(Wire, frozen=True, kw_only=True):
    """Nothing is enforced until then."""

    until: str
    who: str
    reason: str


class DaemonPart(Wire, frozen=True, kw_only=True):
    version: str
    since: str
    watch: Literal["gate", "events", "poll"]
    issues: tuple[Issue, ...]
    roster: int
    off: OffPart | None = None


class CheckpointPart(Wire, frozen=True, kw_only=True):
    size: int
    time: str


class AgentPart(Wire, frozen=True, kw_only=True):
    """`keys`: where it keeps them, as it said since this daemon started: host.secrets.where. `address`: on which other PC it
    is, HOST:PORT; None: on this one. `fingerprint`: of its log's key; None: none is trusted yet.
    """

    reachable: bool
    unsent: int
    checkpoint: CheckpointPart | None
    keys: str | None = None
    address: str | None = None
    fingerprint: str | None = None


class ReasonPart(Wire, frozen=True, kw_only=True):
    """`granted_s` is what was added to the rule's budget; None: it has none. `extended`: until when extra time puts off the
    end that the rule would have made; None if none does.
    """

    rule: str
    cite: str
    text: Words
    granted_s: float | None
    extended: str | None = None


class Standing(Wire, frozen=True, kw_only=True):
    """What was played and what is decided: of a player, or of a game.

    `next`: the verdict when `until` has come. Where play is allowed now, it is taken to go on until then; else nobody plays.
    None where `until` is None.
    """

    id: str
    allowed: bool
    verdict: Verdict
    until: str | None
    next: Verdict | None
    used_s: float
    left_s: float | None
    reason: ReasonPart | None


class GamePart(Standing, frozen=True, kw_only=True):
    """`saving_s`: it was told to save, and is left alone for so many seconds: then its windows are asked to close, or, if they
    were, it is told to end. None if it was not.
    """

    title: str = ""
    running: bool
    match: tuple[str, ...]
    saving_s: float | None = None


class PlayerPart(Standing, frozen=True, kw_only=True):
    """What is decided comes only from rules over all games. `unknown`: what is done with unknown programs.
    `paused`: until when nobody lets the player play, "" where that has no end; None: they are not paused. `unlimited`: no pack
    of rules is in force for them, not even for one game.
    """

    name: str
    age: int | None
    account: str | None
    games: tuple[GamePart, ...]
    unknown: Unknown = "listed"
    paused: str | None = None
    unlimited: bool = False


class Status(Wire, frozen=True, kw_only=True):
    """`expired`: the last day of the place's certificate, once it is over. `ask_counter`: whoever asks is not checked in, and
    staff at the counter does that.
    """

    daemon: DaemonPart
    agent: AgentPart
    place: str
    players: tuple[PlayerPart, ...]
    expired: date | None = None
    ask_counter: bool = False
