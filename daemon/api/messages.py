"""What is said to the daemon over its local socket. The shapes of `Status` and `Usage` are those of the contract's JSON.

In these two, times are RFC 3339 with offset and seconds are floats with milliseconds, never rounded up; elsewhere moments
are Unix milliseconds and lengths milliseconds.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import Literal

import msgspec

from agent.api.roster import GrantEvent
from agent.api.slug import slug
from daemon.api.status import AgentPart, CheckpointPart, DaemonPart, GamePart, Issue, PlayerPart, ReasonPart, Status, StatusGet
from host.wire import Request, Wire
from i18n.message import Words
from rules.decision import Decision, Finding
from rules.facts import Played
from rules.policy import Period, Place
from rules.unknown import Unknown, game_title
from rules.verdict import Verdict

__all__ = [  # of daemon.api.status and of rules, for whoever speaks of all messages
    "AgentPart", "CheckpointPart", "DaemonPart", "GamePart", "Issue", "PlayerPart", "ReasonPart",
    "Status", "StatusGet", "game_title",
]  # fmt: skip


class WhyGet(Request["Why"], frozen=True, kw_only=True):
    """`player` "": whoever asks."""

    op = "why"

    player: str = ""
    game: str | None = None


class Why(Wire, frozen=True, kw_only=True):
    """`game` None: only the rules over all games. `zone`: the place's, in which moments are shown. `guardian`: the player has
    one, registered or, at home, whoever administers the PC. `periods`: by the id of each rule that counts play, over which
    period. `next` as in Standing, `unknown` as in PlayerPart. `lets`: a rule that keeps the player from the game does
    not once it is let through, and none refuses it for good. `title`: of the game.
    """

    player: str
    name: str
    game: str | None
    zone: str
    decision: Decision
    findings: tuple[Finding, ...]
    guardian: bool = False
    periods: dict[str, Period] = msgspec.field(default_factory=dict)
    place: Place = "home"
    next: Verdict | None = None
    unknown: Unknown = "listed"
    lets: bool = False
    title: str = ""


class UsageGet(Request["Usage"], frozen=True, kw_only=True):
    """`day` is an ISO date in the place's zone; None is today."""

    op = "usage"

    day: str | None = None


class UsagePart(Wire, frozen=True, kw_only=True):
    total_s: float
    games: dict[str, float]


class Usage(Wire, frozen=True, kw_only=True):
    """`titles` of the games, by id, as far as they are known still."""

    day: str
    zone: str
    players: dict[str, UsagePart]
    titles: dict[str, str] = msgspec.field(default_factory=dict)


class RulesGet(Request["RulesInForce"], frozen=True, kw_only=True):
    """Whoever is not a guardian is told about their own player only."""

    op = "rules"

    player: str


class RulePart(Wire, frozen=True, kw_only=True):
    rule: str
    cite: str
    text: Words
    advisory: bool


class PackPart(Wire, frozen=True, kw_only=True):
    title: Words
    rules: tuple[RulePart, ...]


class RulesInForce(Wire, frozen=True, kw_only=True):
    """All packs that bind the player, the place's first; rules that cannot apply at this kind of place are left out."""

    player: str
    name: str
    packs: tuple[PackPart, ...]


class PlayedGet(Request["PlayedAnswer"], frozen=True, kw_only=True):
    """A guardian's question: today, and the seven days before."""

    op = "played"

    account: str


class PlayedAnswer(Wire, frozen=True, kw_only=True):
    """`plays` in the order of their beginnings. `whole`: false where there were more than are told."""

    plays: tuple[Played, ...]
    zone: str
    whole: bool = True


class ProgramsGet(Request["ProgramsAnswer"], frozen=True, kw_only=True):
    """`day` is an ISO date in the place's zone; None is today. Callers who are no guardians get their own player's alone."""

    op = "programs"

    day: str | None = None


class ProgramPart(Wire, frozen=True, kw_only=True):
    """`id`: the SHA-256 of its file, "" where it was not read. `path` "": all that were too many for rows of their own.
    `named`: the game that it is by now.
    """

    id: str
    path: str
    seconds: float
    named: str | None
    size: int = 0
    build_id: str | None = None


class PlayerPrograms(Wire, frozen=True, kw_only=True):
    """Longest first."""

    programs: tuple[ProgramPart, ...]


class ProgramsAnswer(Wire, frozen=True, kw_only=True):
    day: str
    zone: str
    players: dict[str, PlayerPrograms]


def new_game(path: str) -> str:
    """The id that a game of this file may have."""
    return slug(PurePath(path).stem, "game")


class GrantAdd(Request["GrantAnswer"], frozen=True, kw_only=True):
    op = "grant.add"

    player: str
    ms: int
    game: str | None = None
    reason: str = ""
    token: str = ""


class GrantExtend(Request["GrantAnswer"], frozen=True, kw_only=True):
    """As much as it takes to play until `until`: milliseconds of the place's clock after today's midnight."""

    op = "grant.extend"

    player: str
    until: int
    game: str | None = None
    reason: str = ""
    token: str = ""


class Outlook(Wire, frozen=True, kw_only=True):
    """What the rules say of play at one moment, and which one makes it so. `until` as in a decision."""

    verdict: Verdict
    until: int | None
    rule: str | None
    text: Words | None


class GrantAnswer(Wire, frozen=True, kw_only=True):
    """What follows from a grant, or from taking one back (`id` None: none was needed), at the same moment without it and with
    it.

    It is about the `game` (`title`) that was meant or is played; None: about the rules over all games. `still`: the rule of
    `after` keeps play from going on as long as was given. `zone`: the place's, in which moments are shown.

    Of a grant: how many milliseconds (`ms`), for a game `only`, whether they made a budget of today `longer`, and whether they
    count `from_now` on though the end that they were to move comes later; `beyond` is the minute up to which extending would
    give as many. Of an extension: the limits that it is stronger than (`gives_way`). `again`: it had been taken back before.
    Of a request: the title of the game, or the name of the program, that is `let` through now.
    `at`: what the PC is called, another one, where the player is checked in; what holds there is known there alone.
    """

    id: str | None
    player: str
    name: str
    game: str | None
    zone: str
    before: Outlook
    after: Outlook
    still: bool
    ms: int | None = None
    longer: bool = False
    from_now: bool = False
    beyond: int | None = None
    gives_way: tuple[Words, ...] = ()
    only: bool = False
    again: bool = False
    let: str | None = None
    title: str = ""
    at: str = ""


class GrantsGet(Request["Grants"], frozen=True, kw_only=True):
    """A player's own; a guardian's, all."""

    op = "grant.list"


class Grants(Wire, frozen=True, kw_only=True):
    """`names` of the players and `titles` of the games, by id; `counting`: the ids of those grants that still add something;
    `zone`: the place's.
    """

    grants: tuple[GrantEvent, ...]
    names: dict[str, str]
    counting: tuple[str, ...]
    zone: str
    titles: dict[str, str] = msgspec.field(default_factory=dict)


class GrantRevoke(Request["GrantAnswer"], frozen=True, kw_only=True):
    op = "grant.revoke"

    id: str
    token: str = ""


class DoctorGet(Request["Doctor"], frozen=True, kw_only=True):
    op = "doctor"
    patience = 30.0

    repair: bool = False
    agent_key: str | None = None


class Check(Wire, frozen=True, kw_only=True):
    """One thing that was looked at. `note`: neither good nor bad."""

    id: str
    ok: bool
    text: Words
    note: bool = False


class FileSystem(Wire, frozen=True, kw_only=True):
    """One that is mounted and may hold programs. `watched`: how a game that starts there is met – the gate is `asked` before it
    runs, it is `ended` right after its start; from some, nothing is `never` started.
    """

    path: str
    kind: str
    watched: Literal["asked", "ended", "never"]


class Doctor(Wire, frozen=True, kw_only=True):
    """`place` and its `zone`: "" before they are known."""

    checks: tuple[Check, ...]
    file_systems: tuple[FileSystem, ...] = ()
    place: str = ""
    zone: str = ""


class Sync(Request["Synced"], frozen=True, kw_only=True):
    """Answered when the daemon holds a roster of at least this number (error `unavailable` after 10 s)."""

    op = "sync"
    patience = 15.0

    number: int


class Synced(Wire, frozen=True, kw_only=True):
    number: int


class Watch(Request["Signal"], frozen=True, kw_only=True):
    """Streams what a display should show to the calling account; a display answers each shown one with `Shown`."""

    op = "watch"


ShownHow = Literal["banner", "notification", "window", "sound"]


class Shown(Request["Ok"], frozen=True, kw_only=True):
    """The display showed the signal of this number. `how`: what a person could see or hear of it."""

    op = "shown"

    number: int
    how: ShownHow = "notification"


SignalKind = Literal[
    "started", "warning", "notice", "due", "ended", "refused", "granted", "issue",
    "asked", "answered", "paused", "resumed", "off", "on", "limits", "closing", "closed", "opened",
]  # fmt: skip


class Signal(Wire, frozen=True, kw_only=True):
    """One thing to show. `left` is in milliseconds: how long one may still play (warning), save (due), has played (ended), was
    given (granted). `until`: when something ends or begins again, Unix milliseconds (started, granted, resumed: until when
    may be played, ended and refused: from when again, where that is known). `title`: of the game or the program.
    `program`: the SHA-256 of a refused program. `text`: why the rule says so (due, a refused game), else what to show.
    `reason`: as somebody typed it (asked, paused, off). `request`: the id of what was asked or answered. `who` did it; "": it
    is over by itself. `zone`: the place's, in which moments are shown. `closing`, `closed` and `opened` are about a public
    place, `until`: as long as it is so. What is of the kind `limits` the tray says by itself.
    """

    number: int
    kind: SignalKind
    player: str = ""
    game: str = ""
    at: int = 0
    left: int | None = None
    rule: str = ""
    text: Words | None = None
    reason: str = ""
    how: str = ""
    title: str = ""
    until: int | None = None
    program: str | None = None
    request: str | None = None
    who: str = ""
    zone: str = ""


class Ok(Wire, frozen=True, kw_only=True):
    pass
