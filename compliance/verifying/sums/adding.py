"""Whether decisions and summaries say of play what the plays add up to. Pure.

A decision is compared when it is taken, with the plays of its seat before it; what is left over may be play of other seats,
which is known once all entries are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal, NamedTuple, get_args

from compliance.entries.decision import Decided
from compliance.entries.play import UsageDay
from compliance.format.chain import AGENT
from compliance.verifying.clocks import SeatClock
from compliance.verifying.listed import Faults, Listed, Times
from compliance.verifying.report import NOWHERE, Failure, Finding, length
from compliance.verifying.sums.totals import NOTHING, SUMS, Day, Own, Plays, Range
from compliance.verifying.zones import Zones
from i18n.message import Arg, Message, msg, msgn
from rules.calendar import DAY_MS, ZoneError, calendar, day_bounds, day_name

_NIGHT_MS: Final = 2 * 3_600_000  # a summary comes a minute after midnight, or when the seat runs again
_SET_MS: Final = 10 * 60_000  # by how much a clock is set right on a day without a word
_LONGEST_MS: Final = 2 * DAY_MS
_FORGOTTEN_MS: Final = 2 * 60_000
_MOST_OFF = 10_000  # no honest log waits for the plays of other seats with so many
_SAID: Final[dict[str, Arg]] = {
    "game": msg("of this game"), "publisher": msg("of games of this publisher"), "total": msg("of all games"),
}  # fmt: skip
Why = Literal["day", "seat"]
_WHY: Final[Mapping[Why, Message]] = {
    "day": msg("the place's time zone or the PC's clock was another one on that day"),
    "seat": msg("the PC was started anew during a play that has no end, or wrote as another seat that day"),
}


class _Off(NamedTuple):
    """A sum that its own seat's plays do not make."""

    where: Arg
    who: str
    seat: str
    name: str
    told: int | None
    known: Range


@dataclass
class Adding:
    """`decided` and `summed` each such entry when it comes; then ask `failures` and `findings`. `clocks`, those of the
    seats, have had each entry before.
    """

    plays: Plays
    zones: Zones
    clocks: Mapping[str, SeatClock]
    _failures: Faults = field(default_factory=Faults)
    _off: list[_Off] = field(default_factory=list)
    _summed: Counter[tuple[str, str]] = field(default_factory=Counter)
    _twice: Listed = field(default_factory=Listed)
    _unchecked: dict[Why, Times] = field(default_factory=lambda: {why: Times() for why in get_args(Why)})

    # --- decisions ------------------------------------------------------------------------------------------------------

    def decided(self, where: Arg, line: Decided) -> None:
        try:
            day = day_bounds(line.zone, line.at)
        except (ZoneError, OverflowError):
            return  # that it has no such zone is told where it is decided again
        days = self.zones.days(line.at)
        own = self.plays.at(line.who, line.seat) or Own(("", 0))
        if max(begins for begins, _ in days) > day[0]:
            self._unchecked["day"].see(where)  # some of it was played under another pseudonym
            return
        if not own.known(line.boot):
            self._unchecked["seat"].see(where)
        whole = all(day[0] <= begins and ends <= day[1] for begins, ends in days)
        lost = self._wander(line.seat) if whole else _LONGEST_MS
        ranges = own.before(line, day, lost)
        if all(known.has(line.before.get(name, -1)) for name, known in zip(SUMS, ranges, strict=True)):
            return
        since, until = self.plays.unseen.get(line.seat, day)
        again = any(since < day[1] and day[0] < until for since, until in self.clocks[line.seat].again)
        if again or since < day[0] < until:  # an older version did not cut it at midnight
            self._unchecked["day"].see(where)
        elif where != NOWHERE:
            by_then = own.before(line, (day[0], min(day[1], line.at)), lost + max(0, line.wall - line.at))
            self._is_off(where, line, ranges, by_then)

    def _is_off(self, where: Arg, line: Decided, ranges: tuple[Range, ...], by_then: tuple[Range, ...]) -> None:
        """By a clock that was set back some was played later than the decision was: that may count or not."""
        for name, whole, then in zip(SUMS, ranges, by_then, strict=True):
            told, known = line.before.get(name), Range(min(whole.least, then.least), whole.most)
            if told is None or not known.has(told):
                self._off.append(_Off(where, line.who, line.seat, name, told, known))
        if len(self._off) >= _MOST_OFF:  # what plays of other seats make by now is in order
            left = [(off, failure) for off in self._off for failure in self._unlike(off)]
            older = max(0, len(left) - _MOST_OFF // 2)
            self._failures.extend(failure for _, failure in left[:older])
            self._off = [off for off, _ in left[older:]]

    def _unlike(self, off: _Off) -> Iterator[Failure]:
        known = Range(off.known.least, off.known.most + self.plays.elsewhere(off.who, off.seat))
        if off.told is None or not known.has(off.told):
            sums = {"sum": _SAID[off.name], "told": length(off.told), "known": _said(known)}
            yield Failure(off.where, msg("its sum {sum} is {told}; its plays add up to {known}", **sums))

    def _wander(self, seat: str) -> int:
        """By how much pieces of a play may lie over each other, because the clock was set right in between."""
        clock = self.clocks[seat]
        return clock.wander if clock.went_back else min(clock.wander, _SET_MS)

    # --- summaries ------------------------------------------------------------------------------------------------------

    def summed(self, where: Arg, line: UsageDay) -> None:
        if line.seat == AGENT:
            return
        clock, own = self.clocks[line.seat], self.plays.at(line.who, line.seat)
        self._summed[line.who, line.seat] = times = self._summed[line.who, line.seat] + 1
        over_again = clock.went_back or len(self.zones.lately(line.wall)) > 1  # the day was over once more
        if times == 2 and not over_again:
            again = msg("this day of this pseudonym was summed up already")
            self._twice.add(Finding("usage-day", where, again, seat=line.seat, at=line.wall))
        if own is not None:
            own.since_summary = 0
            wrong = list(self._compared(where, line, own))
        else:
            played = [(game, told.ms) for game, told in line.games.items() if told.ms]
            wrong = [_unlike_plays(game, ms, Range(0, 0)) for game, ms in played[:1]]
        if wrong and clock.followed and line.day <= max(self._names(clock.began)):
            self._unchecked["seat"].see(where)
        else:
            self._failures.extend(Failure(where, what) for what in wrong)

    def _names(self, moment: int) -> set[str]:
        """Of the day of a moment, by each zone that may have held."""
        return {day_name(zone, moment).isoformat() for zone in self.zones.lately(moment)}

    def _compared(self, where: Arg, line: UsageDay, own: Own) -> Iterator[Message]:
        """What is wrong with the day's milliseconds by game. A seat may have gone by a zone of the week before for days, and
        sums a day up once more where the zone was changed since.
        """
        first = own.first[1]
        if line.day not in self._names(first):
            yield msg("{day} is not the day of these plays", day=line.day)
            return
        named = date.fromisoformat(line.day)
        zones = {*self.zones.lately(first), *self.zones.lately(line.wall)}
        days: list[Day] = [day_bounds(zone, calendar(zone).start(named)) for zone in zones]
        for game in sorted(own.games.keys() | line.games.keys()):
            told = line.games[game].ms if game in line.games else 0
            ranges = [(own.games.get(game) or NOTHING).within(day, self._wander(line.seat)) for day in days]
            if any(known.has(told) for known in ranges):
                continue
            least, most = min(one.least for one in ranges), max(one.most for one in ranges)
            if told >= least and len(self.zones.around(first)) > 1:
                self._unchecked["day"].see(where)
            else:
                yield _unlike_plays(game, told, Range(least, most))

    # --- once all were taken --------------------------------------------------------------------------------------------

    def failures(self) -> Iterator[Failure]:
        for off in self._off:
            yield from self._unlike(off)
        yield from self._failures

    def findings(self) -> Iterator[Finding]:
        for why, times in self._unchecked.items():
            if times.n:
                yield Finding("unchecked", times.first, msgn(
                    "its sum of play cannot be added up again from the entries: {why}",
                    "{n} sums of play, this one first, cannot be added up again from the entries: {why}",
                    times.n, why=_WHY[why],
                ))  # fmt: skip
        yield from self._twice
        yield from self._without_summary()

    def _without_summary(self) -> Iterator[Finding]:
        """Days of play that nobody summed up, or not to their end, though the seat worked on after them. Of a player who was
        given another pseudonym that day the plays were written once more under that, and summed up there.
        """
        again = Counter((seat, *own.first) for _, seat, own in self.plays.all)
        found: dict[str, list[int]] = {}
        for who, seat, own in self.plays.all:
            left_out = own.since_summary > _FORGOTTEN_MS if (who, seat) in self._summed else again[seat, *own.first] == 1
            zones = self.zones.lately(own.first[1])
            ends = max(day_bounds(zone, own.first[1])[1] for zone in zones)
            ends += DAY_MS if len(zones) > 1 else 0  # by one of them, what was played last may be of the next day
            if left_out and self.clocks[seat].worked > ends + _NIGHT_MS:
                found.setdefault(seat, []).append(own.first[1])
        for seat, days in found.items():
            yield Finding("usage-day", msg("seat {seat}", seat=seat), msgn(
                "the play of {n} player on one day was never summed up", "the play of players on {n} days was never summed up",
                len(days),
            ), seat=seat, at=min(days))  # fmt: skip


def _unlike_plays(game: str, told: int, known: Range) -> Message:
    return msg("it says {told} of {game}; the plays add up to {known}", game=game, told=length(told), known=_said(known))


def _said(known: Range) -> Arg:
    least, most = known
    return length(least) if least == most else msg("{least} to {most}", least=length(least), most=length(most))
