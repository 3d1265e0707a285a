"""What is said to the daemon over its local socket. The shapes of `Status` and `Usage` are those of the contract's JSON.

In these two, times are RFC 3339 with offset and seconds are floats with milliseconds, never rounded up; elsewhere moments
are Unix milliseconds and lengths milliseconds.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from agent.api.messages import GrantEvent
from rules.decision import Decision, Finding, Verdict
from rules.policy import Period, Place


class Message(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all that travels."""


class StatusGet(Message, frozen=True, kw_only=True):
    """A caller who is no guardian is told of its own player only."""


class Issue(Message, frozen=True, kw_only=True):
    """Something that is not enforced or not sure; `text` is Vietnamese first, English after " / "."""

    id: str
    since: str
    text: str


class DaemonPart(Message, frozen=True, kw_only=True):
    version: str
    since: str
    watch: Literal["gate", "events", "poll"]
    issues: tuple[Issue, ...]
    roster: int


class CheckpointPart(Message, frozen=True, kw_only=True):
    size: int
    time: str


class AgentPart(Message, frozen=True, kw_only=True):
    reachable: bool
    unsent: int
    checkpoint: CheckpointPart | None


class ReasonPart(Message, frozen=True, kw_only=True):
    """`text_en` says the same in English. `granted_s` is what was added to the rule's budget; None: it has none."""

    rule: str
    cite: str
    text: str
    text_en: str
    granted_s: float | None


class GamePart(Message, frozen=True, kw_only=True):
    """`next` is the verdict from `until` on: after play that goes on until then, or none where there may be none now. None
    where `until` is."""

    id: str
    running: bool
    used_s: float
    left_s: float | None
    allowed: bool
    verdict: Verdict
    until: str | None
    next: Verdict | None
    match: tuple[str, ...]
    reason: ReasonPart | None


class PlayerPart(Message, frozen=True, kw_only=True):
    """What is decided comes only from rules over all games. `next` as in GamePart."""

    id: str
    name: str
    age: int | None
    account: str | None
    allowed: bool
    verdict: Verdict
    until: str | None
    next: Verdict | None
    used_s: float
    left_s: float | None
    reason: ReasonPart | None
    games: tuple[GamePart, ...]


class Status(Message, frozen=True, kw_only=True):
    daemon: DaemonPart
    agent: AgentPart
    place: str
    players: tuple[PlayerPart, ...]


class WhyGet(Message, frozen=True, kw_only=True):
    player: str
    game: str | None = None


class Why(Message, frozen=True, kw_only=True):
    """`game` None: the rules over all games. `zone` is the place's, for showing moments. `guardian`: there is one for the
    player, registered or, at home, whoever administers the PC. `periods`: of each rule that counts play, by its id, over what.
    `next` as in GamePart.
    """

    player: str
    game: str | None
    zone: str
    decision: Decision
    findings: tuple[Finding, ...]
    guardian: bool = False
    periods: dict[str, Period] = {}
    place: Place = "home"
    next: Verdict | None = None


class UsageGet(Message, frozen=True, kw_only=True):
    """`day` is an ISO date in the place's zone; None is today."""

    day: str | None = None


class UsagePart(Message, frozen=True, kw_only=True):
    total_s: float
    games: dict[str, float]


class Usage(Message, frozen=True, kw_only=True):
    day: str
    zone: str
    players: dict[str, UsagePart]


class GrantAdd(Message, frozen=True, kw_only=True):
    player: str
    ms: int
    game: str | None = None
    reason: str = ""


class GrantAdded(Message, frozen=True, kw_only=True):
    id: str


class GrantsGet(Message, frozen=True, kw_only=True):
    pass


class Grants(Message, frozen=True, kw_only=True):
    grants: tuple[GrantEvent, ...]


class GrantRevoke(Message, frozen=True, kw_only=True):
    id: str


class DoctorGet(Message, frozen=True, kw_only=True):
    repair: bool = False
    agent_key: str | None = None


class Check(Message, frozen=True, kw_only=True):
    """One thing that was looked at. `text` is Vietnamese first, English after " / "."""

    id: str
    ok: bool
    text: str


class Doctor(Message, frozen=True, kw_only=True):
    checks: tuple[Check, ...]


class Sync(Message, frozen=True, kw_only=True):
    """Answered when the daemon holds a roster of at least this number (error `unavailable` after 10 s)."""

    number: int


class Synced(Message, frozen=True, kw_only=True):
    number: int


class Watch(Message, frozen=True, kw_only=True):
    """Streams what a display should show to the calling account; a display answers each shown one with `Shown`."""


class Shown(Message, frozen=True, kw_only=True):
    """The display showed the signal of this number."""

    number: int


class Signal(Message, frozen=True, kw_only=True):
    """One thing to show. `kind`: started, warning, notice, due, ended, refused, granted, issue. `left` is in milliseconds: how
    long one may still play (warning), save (due), or has played (ended).
    """

    number: int
    kind: Literal["started", "warning", "notice", "due", "ended", "refused", "granted", "issue"]
    player: str = ""
    game: str = ""
    at: int = 0
    left: int | None = None
    rule: str = ""
    text: str = ""
    how: str = ""


class Ok(Message, frozen=True, kw_only=True):
    pass
