"""What is known at one moment about one player and one game. Moments are Unix milliseconds, so no zone can be missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Protocol

from rules.policy import Place, Role
from rules.spans import Spans
from rules.systems import System


@dataclass(frozen=True, slots=True)
class Played:
    """One unbroken interval of play: [start, start + ms). `label`, `sure` and `system` as in Facts; the last is asked for
    by rules.replay only.
    """

    game: str
    publisher: str | None
    start: int
    ms: int
    label: int | None = None
    sure: bool = True
    system: System | None = "VN"


class Kind(NamedTuple):
    """All that a rule can ask about a play but its time."""

    game: str
    publisher: str | None
    label: int | None
    sure: bool


class Past(Protocol):
    """What was played and is over, in sums (rules.history)."""

    @property
    def kinds(self) -> frozenset[Kind]:
        """Those that were played."""

    def of(self, kinds: Iterable[Kind]) -> Spans:
        """The union of all play of these."""


@dataclass(frozen=True, slots=True)
class Grant:
    """Extra time that somebody with a role gave, for one game or (None) for all."""

    by: Role
    ms: int
    game: str | None
    given: int
    id: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """A guardian lets the player play nothing until then (None: until it is taken back), as the clocks of `zone` show it. `at`:
    no guardian does, but the player plays on another PC, which is called so.
    """

    until: int | None
    zone: str
    id: str = ""
    at: str = ""

    def holds(self, at: int) -> bool:
        return self.until is None or at < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that a decision may depend on, beside the policy.

    `label` is the game's minimum age in years, None if unrated, and `system` whose label that is, None if unknown; `born`
    None if unknown; `guardian` whether a guardian's data is registered for the player; `approved` the ids of games that a
    guardian let through; `played` need not be sorted, and `past` is what was played beside: what is over, in sums. `sure`: the
    program was recognised by more than its name or command line, so that what favours its game may hold for it. `paused`: the
    pause that ends last, of those that a guardian made for the player.
    """

    now: int
    place: Place
    game: str
    publisher: str | None = None
    label: int | None = None
    system: System | None = "VN"
    born: date | None = None
    guardian: bool = False
    played: tuple[Played, ...] = ()
    past: Past | None = None
    grants: tuple[Grant, ...] = ()
    approved: frozenset[str] = frozenset()
    sure: bool = True
    paused: Pause | None = None
