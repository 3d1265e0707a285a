"""Whether decisions and summaries say of play what the plays add up to. Pure.

A decision is compared when it is taken, with the plays of its seat before it; what is left over may be play of other seats,
which is known once all entries are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal, NamedTuple, get_args

from compliance.entries.decision import Decided
from compliance.entries.play import UsageDay
from compliance.format.chain import AGENT
from compliance.verifying.clocks import SeatClock
from compliance.verifying.listed import Faults, Listed, Times
from compliance.verifying.report import NOWHERE, Failure, Finding, length
from compliance.verifying.sums.totals import Own, Plays, Range, Union
from compliance.verifying.zones import Zones
from i18n.message import Arg, Message, msg, msgn
from rules.calendar import DAY_MS, ZoneError, calendar, day_bounds, day_name

_NIGHT_MS = 2 * 3_600_000  # a summary comes a minute after midnight, or when the seat runs again
_OFTEN = 8  # a day is summed up once more where the clock went back over midnight
_CLOCK_MS = 5 * 60_000
_MOST_SET_MS = 2 * _CLOCK_MS
_LONGEST_MS = 2 * DAY_MS
_FORGOTTEN_MS = 2 * 60_000
_SUMS: Final[dict[str, Arg]] = {
    "game": msg("of this game"), "publisher": msg("of games of this publisher"), "total": msg("of all games"),
}  # fmt: skip
_MOST_OFF = 10_000  # no honest log waits for the plays of other seats with so many
Why = Literal["zone", "restart", "again", "former"]

_WHY: Mapping[Why, Message] = {
    "zone": msg("the place's time zone is another one, or was changed that day"),
    "restart": msg("the PC was started anew during a play that has no end"),
    "again": msg("its clock was set back, so that it lived a part of that day twice"),
    "former": msg("on that day its PC wrote as another seat"),
}


def not_added_up(entries: Mapping[Why, Times]) -> Iterator[Finding]:
    """One finding for each cause, at its first entry."""
    for why, told in _WHY.items():
        if (times := entries[why]).n:
            yield Finding("unchecked", times.first, _untold(times.n, told))


def _untold(n: int, why: Message) -> Message:
    return msgn(
        "its sum of play cannot be added up again from the entries: {why}",
        "{n} sums of play, this one first, cannot be added up again from the entries: {why}", n, why=why,
    )  # fmt: skip


class _Off(NamedTuple):
    """A sum that its own seat's plays do not make."""

    where: Arg
    who: str
    seat: str
    at: int
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
    _agents: list[tuple[Arg, UsageDay]] = field(default_factory=list)
    _unchecked: dict[Why, Times] = field(default_factory=lambda: {why: Times() for why in get_args(Why)})

    def decided(self, where: Arg, line: Decided) -> None:
        try:
            start, end = day_bounds(line.zone, line.at)
        except (ZoneError, OverflowError):
            return  # that it has no such zone is told where it is decided again
        days = self.zones.days(line.at)
        known = max(begins for begins, _ in days)
        own = self.plays.own.get((line.who, line.seat)) or Own(("", 0))
        if known > start:
            self._unchecked["zone"].see(where)
        elif not own.told(line.boot):
            self._unchecked["restart"].see(where)
        if own.is_told(line, (start, end)):
            return
        whole = all(start <= begins and ends <= end for begins, ends in days)
        lost = self._wander(line.seat) if whole else _LONGEST_MS
        sums = own.before(line, (start, end), lost)
        if not _held(sums, line.before):
            more = self._under_another(line.seat, start, known)
            self._is_off(where, line, _sums(sums, own, line, (start, end), lost), (start, end), more)

    def _is_off(self, where: Arg, line: Decided, sums: dict[str, Range], day: tuple[int, int], more: int) -> None:
        """Its sums are not those of its seat's plays; they may be, with `more` that was played under another pseudonym."""
        for name, (low, high) in sums.items():
            told = line.before.get(name)
            if told is not None and low <= told <= high + more:
                continue
            if any(since < day[1] and day[0] < until for since, until in self.clocks[line.seat].again):
                self._unchecked["again"].see(where)  # what was played the first time counts, too
                break
            if where != NOWHERE:
                self._off.append(_Off(where, line.who, line.seat, line.at, name, told, Range(low, high + more)))
        if len(self._off) >= _MOST_OFF:
            self._settle()

    def _under_another(self, seat: str, start: int, known: int) -> int:
        """How much of the day since `start` may have been played under another pseudonym: up to where that became this one,
        and what an older version did not cut at midnight.
        """
        since, until = self.plays.spilled.get(seat, (start, start))
        return max(0, known - start) + (until - start if since < start < until else 0)

    def summed(self, where: Arg, line: UsageDay) -> None:
        self._summed[line.who, line.seat] = times = self._summed[line.who, line.seat] + 1
        again = msg("this day of this pseudonym was summed up already")
        if times > _OFTEN:
            self._fail(where, again)
            return
        over_again = self.clocks[line.seat].went_back or len(self.zones.lately(line.wall)) > 1  # the day was over once more
        if times == 2 and not over_again:
            self._twice.add(Finding("usage-day", where, again, seat=line.seat, at=line.wall))
        if line.seat == AGENT:
            self._agents.append((where, line))
            return
        own = self.plays.own.get((line.who, line.seat))
        over, begun = self._former(line)
        if own is not None:
            own.since_summary = 0
            wrong = list(self._compare(where, line, own.first[1], own.games, self._wander(line.seat), former=begun))
        else:
            played = {game: told.ms for game, told in line.games.items() if told.ms}
            wrong = [_unlike_plays(game, max(played.values()), Range(0, 0)) for game in list(played)[:1]]
        if wrong and (over or (begun and own is None)):
            self._unchecked["former"].see(where)
        else:
            self._wrong(where, wrong)

    def _former(self, line: UsageDay) -> tuple[bool, bool]:
        """Whether its day was over when its PC became this seat, by each zone that may have held; and whether it had begun,
        by one of them: the former has plays of it.
        """
        clock = self.clocks[line.seat]
        became = [day_name(zone, clock.began).isoformat() for zone in self.zones.lately(clock.began)] if clock.followed else ()
        return bool(became) and line.day < min(became), bool(became) and line.day <= max(became)

    def _wander(self, seat: str) -> int:
        """By how much pieces of a play may lie over each other, because the clock was set right in between."""
        clock = self.clocks[seat]
        return clock.wander if clock.went_back else min(clock.wander, _MOST_SET_MS)

    def _compare(
        self, where: Arg, line: UsageDay, first: int, known: dict[str, Union], wander: int, *, former: bool = False
    ) -> Iterator[Message]:  # fmt: skip
        """What is wrong with the day's milliseconds by game; where the zone was changed around it, for one of its zones, and in
        the week after that, or before it was summed up, of just that day by one of them. `former`: as another seat its PC may
        have had more of it.
        """
        late = self._days(self.zones.lately(first), first, line.day)
        if late is None:
            yield msg("{day} is not the day of these plays", day=line.day)
            return
        days = self._days(self.zones.around(first), first, line.day) or late
        since = self._days(self.zones.lately(line.wall), first, line.day) or []  # it may have been over once more
        if len(days) > 1:
            self._unchecked["zone"].see(where)
        for game in sorted(known.keys() | line.games.keys()):
            told = line.games[game].ms if game in line.games else 0
            union = known.get(game) or Union()
            ranges = [_whole(union, day, wander) for day in days]
            least = min(one.least for one in ranges)
            most = max(one.most for one in ranges) if len(days) == 1 and not former else _LONGEST_MS
            if least <= told <= most:
                continue
            if any(low <= told <= high for low, high in (_whole(union, day, wander) for day in (*late, *since))):
                self._unchecked["zone"].see(where)
            else:
                yield _unlike_plays(game, told, Range(least, most))

    def _days(self, zones: Sequence[str], first: int, day: str) -> list[tuple[int, int]] | None:
        """The day of this name as (start, end), by each of these zones; None if the first play was not on it by any."""
        try:
            named = date.fromisoformat(day)
        except ValueError:
            return None
        if all(day_name(zone, first) != named for zone in zones):
            return None
        return list(dict.fromkeys(day_bounds(zone, calendar(zone).start(named)) for zone in zones))

    # --- once all were taken -------------------------------------------------------------------------------------------

    def failures(self) -> Iterator[Failure]:
        for off in self._off:
            yield from self._unlike(off)
        wander = max(map(self._wander, self.clocks), default=0)
        for where, line in self._agents:
            known = self.plays.everywhere(line.who)
            if known:
                self._wrong(where, self._compare(where, line, self.plays.first[line.who], known, wander))
        yield from self._failures

    def _settle(self) -> None:
        """What plays of other seats make by now is in order. Of very much else the older half is a failure."""
        left = [(off, failure) for off in self._off for failure in self._unlike(off)]
        older = max(0, len(left) - _MOST_OFF // 2)
        self._failures.extend(failure for _, failure in left[:older])
        self._off = [off for off, _ in left[older:]]

    def _unlike(self, off: _Off) -> Iterator[Failure]:
        allowed = Range(off.known.least, off.known.most + self.plays.elsewhere(off.who, off.seat, off.at))
        if off.told is None or not allowed.least <= off.told <= allowed.most:
            sums = {"sum": _SUMS[off.name], "told": length(off.told), "known": _said(allowed)}
            yield Failure(off.where, msg("its sum {sum} is {told}; its plays add up to {known}", **sums))

    def findings(self) -> Iterator[Finding]:
        yield from not_added_up(self._unchecked)
        yield from self._twice
        yield from self._without_summary()

    def _without_summary(self) -> Iterator[Finding]:
        """Days of play that nobody summed up, or not to their end, though the seat worked on after them. Of a player who was
        given another pseudonym that day the plays were written once more under that, and summed up there.
        """
        again: Counter[tuple[str, str, int]] = Counter((seat, *own.first) for (_, seat), own in self.plays.own.items())
        found: dict[str, list[int]] = {}
        for (who, seat), own in self.plays.own.items():
            left_out = own.since_summary > _FORGOTTEN_MS if (who, seat) in self._summed else again[seat, *own.first] == 1
            if not left_out:
                continue
            zones = self.zones.lately(own.first[1])
            ends = max(day_bounds(zone, own.first[1])[1] for zone in zones)
            ends += DAY_MS if len(zones) > 1 else 0  # by one of them, what was played last may be of the next day
            if self.clocks[seat].worked > ends + _NIGHT_MS:
                found.setdefault(seat, []).append(own.first[1])
        for seat, days in found.items():
            yield Finding("usage-day", msg("seat {seat}", seat=seat), msgn(
                "the play of {n} player on one day was never summed up", "the play of players on {n} days was never summed up",
                len(days),
            ), seat=seat, at=min(days))  # fmt: skip

    def _wrong(self, where: Arg, found: Iterable[Message]) -> None:
        for what in found:
            self._fail(where, what)

    def _fail(self, where: Arg, what: Message) -> None:
        self._failures.append(Failure(where, what))


def _held(sums: dict[str, Range], told: Mapping[str, int]) -> bool:
    return all(least <= told.get(name, -1) <= most for name, (least, most) in sums.items())


def _sums(sums: dict[str, Range], own: Own, line: Decided, day: tuple[int, int], lost: int) -> dict[str, Range]:
    """What it may say of the day. By a clock that was set back some of it was played later than the decision was: then it does
    not count, or, as earlier versions had it, does.
    """
    by_then = own.before(line, (day[0], min(day[1], line.at)), lost + max(0, line.wall - line.at))
    return {name: Range(min(one.least, by_then[name].least), one.most) for name, one in sums.items()}


def _whole(union: Union, day: tuple[int, int], wander: int) -> Range:
    known = union.within(*day)
    least = max(known - union.blur, union.longest(day) - wander)
    return Range(least, known + union.loose + union.blur)


def _unlike_plays(game: str, told: int, known: Range) -> Message:
    return msg("it says {told} of {game}; the plays add up to {known}", game=game, told=length(told), known=_said(known))


def _said(known: Range) -> Arg:
    least, most = known
    return length(least) if least == most else msg("{least} to {most}", least=length(least), most=length(most))
