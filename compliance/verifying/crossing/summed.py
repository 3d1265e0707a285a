"""Whether summaries count refused starts and extra time that entries tell of. Pure.

Most starts of a loop are only counted, but the first one always has an entry. What a chain that began in the middle of a day
counts may stand in the one before it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from compliance.entries.decision import LaunchRefused
from compliance.entries.override import GrantGiven, GrantRevoked
from compliance.entries.play import UsageDay
from compliance.entry import AnyEntry
from compliance.format.chain import AGENT
from compliance.verifying.crossing.tally import Tally
from compliance.verifying.listed import Times
from compliance.verifying.report import NOWHERE, Finding
from compliance.verifying.wanted import Wants
from compliance.verifying.zones import QUARTER_MS, Zones
from i18n.message import Arg, msg, msgn
from rules.calendar import calendar

_ALL = "*"  # how a summary names time for all games
_AFTER_MS = 3_600_000  # so long, at most, others of the same loop may come
_MOST, _MOST_GAMES = 10_000, 200_000

_WHAT = {
    "refusals": msg("it counts refused starts of a game of which no entry of that day tells"),
    "grants": msg("it counts extra time otherwise than the entries that gave it"),
}


class _Later(NamedTuple):
    """A summary of which the extra time, by game, is compared once all entries that may have given it are known."""

    where: Arg
    line: UsageDay
    grants: dict[str, int]


@dataclass
class Summed:
    """`begin` with each seat's first entry, take what it `wants`, then ask `findings`."""

    zones: Zones
    _began: dict[str, str] = field(default_factory=dict)  # on which day each seat's chain, and "" where it is not seen
    _refused: set[tuple[str, str, str]] = field(default_factory=set)  # by seat, game and day
    _known: set[tuple[str, str, int, str]] = field(default_factory=set)  # the same by the quarter of an hour, and the zone
    _given: dict[str, tuple[str, str]] = field(default_factory=dict)  # by id: to whom, of which game
    _to: set[tuple[str, str]] = field(default_factory=set)  # all of these
    _revoked: set[str] = field(default_factory=set)
    _later: list[_Later] = field(default_factory=list)
    _games: int = 0  # in all of these
    _left_out: Times = field(default_factory=Times)
    _tally: Tally = field(default_factory=lambda: Tally(_WHAT, "usage-day"))

    def begin(self, line: AnyEntry) -> None:
        self._began[line.seat] = max(self._days(line.wall)) if line.seq == 1 else ""

    def wants(self) -> Wants:
        return {
            LaunchRefused: self._refuse, GrantGiven: self._give, GrantRevoked: self._revoke, UsageDay: self._summary
        }  # fmt: skip

    def _refuse(self, _: Arg, line: LaunchRefused) -> None:
        quarter = line.seat, line.game, line.wall // QUARTER_MS, self.zones.at(line.wall)
        if quarter not in self._known:  # one that is refused is tried again and again
            self._known.add(quarter)
            for day in self._days(line.wall) | self._days(line.wall + _AFTER_MS):
                self._refused.add((line.seat, line.game, day))

    def _give(self, _: Arg, line: GrantGiven) -> None:
        self._given[line.id] = to = (line.who, line.game or _ALL)
        self._to.add(to)

    def _revoke(self, _: Arg, line: GrantRevoked) -> None:
        self._revoked.add(line.id)

    def _summary(self, where: Arg, line: UsageDay) -> None:
        if line.seat == AGENT or not "" != self._began[line.seat] < line.day:
            return
        for game, told in line.games.items():
            if told.refusals and (line.seat, game, line.day) not in self._refused:
                self._tally.see("refusals", where, line)
        grants = {game: told.grants for game, told in line.games.items() if told.grants or (line.who, game) in self._to}
        if where != NOWHERE and grants:
            self._keep(_Later(where, line, grants))

    def _keep(self, one: _Later) -> None:
        if len(self._later) >= _MOST or self._games + len(one.grants) > _MOST_GAMES:
            self._left_out.see(one.where)
            return
        self._games += len(one.grants)
        self._later.append(one)

    def findings(self) -> Iterator[Finding]:
        """Of seats that are alone in the log: what was given at another may come later, or be not known yet."""
        if len(self._began.keys() - {AGENT}) == 1 and "" not in self._began.values():
            yield from self._not_compared()
            given = Counter(self._given.values())
            over = Counter(self._given[id_] for id_ in self._revoked & self._given.keys())
            for where, line, grants in self._later:
                for game, told in grants.items():
                    most = given[line.who, game]
                    if not most - over[line.who, game] <= told <= most:
                        self._tally.see("grants", where, line)
        yield from self._tally.findings()

    def _not_compared(self) -> Iterator[Finding]:
        if n := self._left_out.n:
            yield Finding("unchecked", self._left_out.first, msgn(
                "its extra time was not compared with the entries that gave it: there are too many such summaries",
                "the extra time of {n} summaries, this one first, was not compared with the entries that gave it: there are too"
                " many", n,
            ))  # fmt: skip

    def _days(self, at: int) -> set[str]:
        return {_iso(calendar(zone).day(at).ordinal) for zone in self.zones.around(at)}


@lru_cache(maxsize=64)
def _iso(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat()
