"""What happens at a seat. Loop, UnknownPrograms, Overruling, Enforcer, Resumer, PcZone, Heart, Health and the handlers of
grants, requests and pauses make these. The Recorder writes them down and the Publisher shows them, in an order that the
Announcer keeps; those handlers keep it themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from agent.api.asked import ProvedBy, RequestEvent
from agent.api.roster import GrantEvent
from daemon.api.asking import RequestPart
from daemon.deciding.judge import Ruling
from daemon.deciding.overrides import OffEvent, PauseEvent
from daemon.deciding.plays import Play
from daemon.health import OpenIssue
from daemon.sessions import RuledPlayer
from daemon.trusted import Jump, Reading
from i18n.message import Words
from rules.games import Fingerprint, Game

How = Literal["asked", "killed", "by itself", "gone", "power", "midnight", "list changed"]
Ran = Literal["game", "player", "before"]


@dataclass(frozen=True, slots=True)
class PlayStarted:
    """Signals that a play began, or goes on after midnight as a new one (`resumed` is the old one's seq). `ran`: it would have
    been refused, but its program ran before it became a game, or this player's.
    """

    play: Play
    now: Reading
    pid: int
    started: int
    resumed: int | None = None
    ran: Ran | None = None


@dataclass(frozen=True, slots=True)
class Warned:
    """Signals that a player has to be told something: `left` milliseconds of play remain, or what rule `rule` wants told."""

    play: Play
    now: Reading
    left: int | None
    rule: str | None = None
    text: Words | None = None


@dataclass(frozen=True, slots=True)
class PlayDue:
    """Signals that a play has to end, and why."""

    play: Play
    ruling: Ruling
    now: Reading


@dataclass(frozen=True, slots=True)
class PlayEnded:
    """Signals that a play is over after `ms`; `late` if nobody saw its end."""

    play: Play
    now: Reading
    ms: int
    how: How
    late: bool = False


@dataclass(frozen=True, slots=True)
class LaunchRefused:
    """Signals that a game was not let start: stopped before its first instruction, or ended at once."""

    player: RuledPlayer
    account: str
    game: Game
    ruling: Ruling
    now: Reading
    how: Literal["gate", "ended"]


@dataclass(frozen=True, slots=True)
class ProgramRefused:
    """Signals that an unknown program was not let run."""

    player: RuledPlayer
    account: str
    file: Fingerprint
    now: Reading
    how: Literal["gate", "ended"]


@dataclass(frozen=True, slots=True)
class GrantGiven:
    """Signals that somebody gave extra time."""

    player: RuledPlayer
    event: GrantEvent
    now: Reading


@dataclass(frozen=True, slots=True)
class GrantRevoked:
    """Signals that extra time counts no longer. `who` took it back; nobody ("") where the player is gone."""

    player: RuledPlayer | None
    event: GrantEvent
    now: Reading
    who: str = ""
    how: ProvedBy = "account"


Guessed = Literal["pin", "code"]


@dataclass(frozen=True, slots=True)
class PinFailed:
    """Signals that an account gave a wrong PIN of `guardian`, or a code that is nobody's: its `tries` so far, and until when it
    may make no other.
    """

    player: RuledPlayer | None
    account: str
    guardian: str
    how: Guessed
    tries: int
    locked: int | None
    now: Reading


@dataclass(frozen=True, slots=True)
class CodeUsed:
    """Signals that a code of `guardian` gave a player up to `ms`, from `account`."""

    player: RuledPlayer
    guardian: str
    account: str
    ms: int
    now: Reading


@dataclass(frozen=True, slots=True)
class Asked:
    """Signals that a player asks for something, or that it was answered (`event.answer`); `part` as it is told."""

    player: RuledPlayer
    event: RequestEvent
    part: RequestPart
    now: Reading


@dataclass(frozen=True, slots=True)
class PlayPaused:
    """Signals that a guardian lets a player (None: everybody) play nothing."""

    player: RuledPlayer | None
    event: PauseEvent
    now: Reading


@dataclass(frozen=True, slots=True)
class PlayResumed:
    """Signals that a pause holds no longer for a player (None: for anybody): `who` took it back, or ("") it is over."""

    player: RuledPlayer | None
    event: PauseEvent
    who: str
    now: Reading
    how: ProvedBy = "account"


@dataclass(frozen=True, slots=True)
class EnforcementOff:
    """Signals that a guardian has nothing enforced."""

    event: OffEvent
    now: Reading


@dataclass(frozen=True, slots=True)
class EnforcementOn:
    """Signals that everything is enforced again: `who` wanted it, or ("") the time is over."""

    event: OffEvent
    who: str
    now: Reading


@dataclass(frozen=True, slots=True)
class ClockJumped:
    """Signals that the system clock was set."""

    jump: Jump
    now: Reading


@dataclass(frozen=True, slots=True)
class ZoneChanged:
    """Signals that the PC's own time zone was set: `before` and `after` are what the system calls them."""

    before: str
    after: str
    now: Reading


@dataclass(frozen=True, slots=True)
class IssueChanged:
    """Signals that an Issue was raised, or is over."""

    problem: OpenIssue
    raised: bool
    now: Reading


@dataclass(frozen=True, slots=True)
class PlaceCloses:
    """A public place closes soon, is closed, or is open again; `until` when that changes. Shown to these `accounts` (None:
    all), and written nowhere: the hours are in the log as rules.
    """

    kind: Literal["closing", "closed", "opened"]
    until: int | None
    accounts: frozenset[str] | None
    now: Reading


Event = (
    PlayStarted | Warned | PlayDue | PlayEnded | LaunchRefused | ProgramRefused | GrantGiven | GrantRevoked | Asked
    | PlayPaused | PlayResumed | EnforcementOff | EnforcementOn | ClockJumped | ZoneChanged | IssueChanged
)

Shown = Event | PlaceCloses
"""What displays are told."""

ProofEvent = PinFailed | CodeUsed
"""What is written down, and shown to nobody."""
