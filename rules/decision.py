"""What follows from facts under a policy, with the rule that made it so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from i18n.message import Words
from rules.policy import Param
from rules.verdict import Verdict

Kind = Literal["pause", "rating", "guardian", "ask", "window", "break", "budget"]


@dataclass(frozen=True, slots=True)
class Reason:
    """The rule behind a decision and the numbers it used.

    `pack` is the pack's sha256, or "house" for a player's own rules; "" for a pause, which is of none (rules.engine.pausing).
    `budget_ms`, `used_ms` and `granted_ms` are those of the rule's own period and scope at `now`; for rules that count nothing
    None, but for a grant that suspends a window. `counted`
    is play, as (start, ms), that alone makes the same numbers; None where the day's sums of game, publisher and all games do.
    `extended`: until when a grant puts off the end that the rule would have made; None if none does.
    """

    rule: str
    cite: str
    text: Words
    kind: Kind
    pack: str
    params: dict[str, Param]
    budget_ms: int | None = None
    used_ms: int | None = None
    granted_ms: int | None = None
    counted: tuple[tuple[int, int], ...] | None = None
    extended: int | None = None


@dataclass(frozen=True, slots=True)
class NoticeAt:
    """The next moment at which a notice of law has to be shown while play goes on."""

    at: int
    rule: str
    text: Words


@dataclass(frozen=True, slots=True)
class Decision:
    """allow: `until` is the first moment at which play that goes on without a pause has to end. ask, refuse: the first
    moment at which the verdict becomes another if nothing but time passes. None: not within 366 days.
    """

    verdict: Verdict
    reason: Reason | None
    until: int | None
    left_ms: int | None
    warn_at: tuple[int, ...] = ()
    notices: tuple[NoticeAt, ...] = ()
    grace_ms: int = 10_000


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule alone says, for `why`: verdict and until of that rule by itself. `advisory`: it is not enforced."""

    reason: Reason
    verdict: Verdict
    until: int | None
    advisory: bool = False
