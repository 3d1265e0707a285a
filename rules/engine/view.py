"""The facts of one decision, and the sums of play that its limits share."""

from __future__ import annotations

from typing import NamedTuple

from rules.calendar import DAY_MS, Calendar
from rules.facts import Facts
from rules.history import day_sums

HORIZON_MS = 366 * DAY_MS
_NOTHING: frozenset[str] = frozenset()


class Tally(NamedTuple):
    """What one limit counts by now: how much, when it counts no longer if nobody plays, and the pieces as in Reason."""

    used: int
    lapses: int
    counted: tuple[tuple[int, int], ...] | None


class View:
    """Made for one decision. No answer looks further than `horizon`. `uncounted`: games of the facts that do not count.

    `tallies`: what each counting limit has added up for this decision.
    """

    __slots__ = ("_sums", "facts", "game", "grants", "horizon", "now", "tallies", "uncounted")

    def __init__(self, facts: Facts, uncounted: frozenset[str] = _NOTHING, horizon: int | None = None) -> None:
        self.facts = facts
        self.now = facts.now
        self.horizon = facts.now + HORIZON_MS if horizon is None else horizon
        self.game = facts.game
        self.grants = facts.grants
        self.uncounted = uncounted
        self.tallies: dict[object, Tally] = {}
        self._sums: dict[Calendar, tuple[int, int, int]] = {}

    def sums(self, zone: Calendar) -> tuple[int, int, int]:
        """Today's play up to now, today being the zone's: of the game, of its publisher, of all games."""
        found = self._sums.get(zone)
        if found is None:
            facts = self.facts
            found = day_sums(facts, zone.day(self.now).start, self.now)
            self._sums[zone] = found
        return found
