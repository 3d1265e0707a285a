"""Plays that may have gone on for too long, until all that bears on them is known: what was given, what was taken back. Pure.

They are looked at when there is no entry more, as long as they are not more than an honest log has. Of more the older half is
looked at before, by what is known yet.
"""

from __future__ import annotations

from bisect import insort
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import nlargest

from compliance.verifying.listed import Listed
from compliance.verifying.plays.binding import MOST, Why
from compliance.verifying.plays.over import Over, moments_of, over, overnight
from compliance.verifying.plays.packs import HEAVY, Work
from compliance.verifying.plays.reasons import Undecided, finding
from compliance.verifying.plays.runs import Given, Run
from compliance.verifying.report import NOWHERE, Finding

WAITING = 10_000


@dataclass
class Doubtful:
    """`give` grants, `add` plays once they are over, then ask `findings`."""

    undecided: Undecided
    work: Work
    grants: defaultdict[str, list[Given]] = field(default_factory=lambda: defaultdict(list))
    revoked: dict[tuple[str, str], int] = field(default_factory=dict)
    _waiting: list[Run] = field(default_factory=list)
    _settled: Listed = field(default_factory=Listed)
    _longest: dict[str, tuple[int, int, list[Given]]] = field(default_factory=dict)

    def give(self, who: str, given: Given) -> None:
        insort(self.grants[who], given, key=lambda one: one.given)

    def add(self, run: Run) -> None:
        if run.where == NOWHERE:
            return
        self._waiting.append(run)
        if len(self._waiting) >= WAITING:
            self._settle()

    def _settle(self) -> None:
        given, half = self._given(), len(self._waiting) // 2
        for run in self._waiting[:half]:
            self._settled.extend(self._said(run, self._looked_at(run, given)))
        del self._waiting[:half]

    def findings(self) -> Iterator[Finding]:
        given = self._given()
        yield from self._settled
        for run in self._waiting:
            yield from self._said(run, self._looked_at(run, given))

    def _given(self) -> list[Given]:
        """All grants, in order."""
        return sorted((one for grants in self.grants.values() for one in grants), key=lambda one: one.given)

    def _said(self, run: Run, found: Over | Why | None) -> Iterator[Finding]:
        if isinstance(found, str):
            self.undecided.add(found, run.where)
        elif found is not None:
            yield finding(run, found)

    def _looked_at(self, run: Run, given: list[Given]) -> Over | Why | None:
        own = self.grants.get(run.day.who, [])
        try:
            found = self._over_by(run, own)
            if isinstance(found, Over) and (more := overnight(given, run)):
                return self._over_by(run, [*more, *own])
            return found
        except (ValueError, OverflowError):
            return "odd"

    def _over_by(self, run: Run, given: list[Given]) -> Over | Why | None:
        """As long as there is not more to do than there are entries."""
        if len(given) > MOST:
            run.spared, given = self._most(run.day.who, given)
        moments = moments_of(run, given, self.revoked)
        every = len(moments) * (1 + max(one.rules.size for one in run.ruled) // HEAVY) + run.loose * run.day.plays // 16
        return over(run, given, self.revoked, moments) if self.work.look(every) else "many"

    def _most(self, who: str, given: list[Given]) -> tuple[int, list[Given]]:
        """The longest grants of a player's, in order, and how long all others are together."""
        known = self._longest.get(who)
        if known is None or known[0] != len(given):
            longest = sorted(nlargest(MOST, given, key=lambda one: one.grant.ms), key=lambda one: one.given)
            rest = sum(one.grant.ms for one in given) - sum(one.grant.ms for one in longest)
            known = self._longest[who] = len(given), rest, longest
        return known[1:]
