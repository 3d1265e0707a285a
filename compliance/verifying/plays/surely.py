"""What may surely be played, so that most plays need no decision of their own. Pure.

Without the rules that count play a decision holds until a moment that no play moves. And no rule that counts ends anything
before as much was played that day, in all, as the strictest of them allows.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, replace

from compliance.verifying.plays.runs import Ruled, Run, facts_of
from compliance.verifying.plays.shifts import FOREVER
from rules.calendar import DAY_MS
from rules.decide import decide
from rules.engine.plan import bind
from rules.policy import Break, Budget

_KEPT = 4096
_YEAR_MS = 366 * DAY_MS


@dataclass(frozen=True, slots=True)
class _Known:
    """Allowed from `start` to `end`, as long as no more than that is played of the game, and of all games."""

    start: int
    end: int
    game: int
    total: int


@dataclass
class Surely:
    """`allows` asks; what was found is kept for the next play of the same kind."""

    _known: dict[Hashable, _Known] = field(default_factory=dict)

    def allows(self, run: Run, ruled: Ruled, ended: int) -> bool:
        """Whether a play might go on until then, whatever else is in the log. ValueError: nothing can be asked about it."""
        key = (
            ruled.rules.number, ruled.bound.place, ruled.bound.guardian, ruled.age, run.game, ruled.label, ruled.system,
            ruled.approved, run.day.learning, run.at // _YEAR_MS,
        )  # fmt: skip
        known = self._known.get(key)
        if known is None or not known.start <= run.at < known.end:
            if len(self._known) >= _KEPT:
                self._known.clear()
            known = self._known[key] = self._found(run, ruled, known)
        day = run.day
        if day.many:  # then nothing is asked that counts
            return ended <= known.end
        going = sum(max(0, ended - one.since) for one in day.running.values()) if day.running else 0
        return ended <= known.end and day.total + going <= known.total and day.games[run.game] <= known.game

    def _found(self, run: Run, ruled: Ruled, before: _Known | None) -> _Known:
        facts = facts_of(run, ruled, run.at)
        decision = decide(ruled.rules.policy("none", run.day.learning), facts)
        if decision.verdict != "allow":
            return _Known(run.at, run.at + 1, -1, -1)
        end = FOREVER if decision.until is None else decision.until
        if before is not None and before.end == end:
            return replace(before, start=min(before.start, run.at))
        limits = bind(ruled.rules.policy("all", run.day.learning), facts).limits
        budgets = [one.rule for one in limits if isinstance(one.rule, Budget)]
        total = [one.ms for one in budgets if one.per != "game"]
        total += [one.rule.after_ms for one in limits if isinstance(one.rule, Break)]
        game = [one.ms for one in budgets if one.per == "game"]
        return _Known(run.at, end, min(game, default=FOREVER), min(total, default=FOREVER))
