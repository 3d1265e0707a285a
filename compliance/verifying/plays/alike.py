"""Refusals that follow as surely as one like them that was decided again, so that few of a day need be. Pure.

A rule that counts the day's play refuses from the moment on at which enough was played. So while no rule refuses that counts
none, whoever played no less, later on the same day, is refused no less.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from rules.calendar import DAY_MS
from rules.decide import decide
from rules.decision import Decision
from rules.facts import Facts
from rules.policy import Pack, Policy, combine

_KEPT = 4096


class _Known(NamedTuple):
    """The decision at each moment from `start` to before `end` at which as much as `used` was played."""

    start: int
    end: int
    used: int
    decision: Decision


@dataclass(slots=True)
class Alike:
    """Decisions by one rule that counts a day's play, and by what else of its `pack` is asked, none of which counts any."""

    pack: Pack
    _known: dict[Hashable, _Known] = field(default_factory=dict)
    _others: Policy | None = None

    def find(self, key: Hashable, at: int, used: int) -> Decision | None:
        """`key`: all that was known but the moment and what was played, and which day it was."""
        known = self._known.get(key)
        return known.decision if known is not None and known.start <= at < known.end and known.used <= used else None

    def keep(self, key: Hashable, facts: Facts, used: int, decision: Decision) -> None:
        """One that was made. Until when it holds is worked out with the second of its kind, as most have none."""
        if decision.verdict != "refuse" or decision.reason is None or decision.reason.kind != "budget":
            return
        known, at = self._known.get(key), facts.now
        if known is None:
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[key] = _Known(at, at, used, decision)
        elif used <= known.used or at >= known.end:
            self._known[key] = _Known(at, self._open_until(facts), used, decision)

    def _open_until(self, facts: Facts) -> int:
        """Until when nothing else refuses; their `now`, if something does or asks."""
        if self._others is None:
            self._others = combine([replace(self.pack, budgets=(), breaks=())])
        rest = decide(self._others, facts)
        if rest.verdict != "allow":
            return facts.now
        return facts.now + 2 * DAY_MS if rest.until is None else rest.until  # the day is over before
