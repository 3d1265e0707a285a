"""Whether plays follow each other as they can, and lasted as long as the clock that play is counted on says. Pure.

A play is counted on that clock alone, so within one start of the PC its length is the time between its entries, and what had
passed before it was told. Only its end may have come some time before it was written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec
from msgspec import UNSET

from compliance.entries.play import PlayEnded, PlayStarted
from compliance.verifying.clocks import CLOCK_BACK_MS, SeatClock
from compliance.verifying.listed import Faults, Listed
from compliance.verifying.plays.placing import MOST_AWAY_MS
from compliance.verifying.report import Failure, Finding
from compliance.verifying.sums.totals import Play
from compliance.verifying.zones import Zones
from i18n.message import Arg, Length, Message, msg
from rules.calendar import DAY_MS, day_bounds

_MINUTE_MS = 60_000
_NEVER_MS = 10 * _MINUTE_MS  # no seat hangs for so long: its service would have been started anew
_SLACK_MS = 1_000
_BUSY_MS = 5_000  # by how much less a play may be told each time, however often
_UNSEEN = {"gone", "power"}


class _Open(msgspec.Struct, eq=False, gc=False):
    """A play that goes on. `wander`: by how much in all its seat's clock had been set back when it began."""

    seq: int
    wander: int


class _Cut(NamedTuple):
    """A play that was closed at midnight, so much shorter than its clocks say."""

    where: Arg
    seat: str
    at: int
    short: int


@dataclass(slots=True)
class _Day:
    """By how much in all plays of a seat were told shorter on the day (UTC) `day`, each by no more than a minute."""

    day: int = -1
    short: int = 0


@dataclass
class Timed:
    """`start` and `end` each play, then ask `failures` and `findings`."""

    zones: Zones
    _failures: Faults = field(default_factory=Faults)
    _findings: Listed = field(default_factory=Listed)
    _open: dict[tuple[str, str, str], _Open] = field(default_factory=dict)
    _cut: dict[tuple[str, int], _Cut] = field(default_factory=dict)
    _days: defaultdict[str, _Day] = field(default_factory=lambda: defaultdict(_Day))

    def start(self, where: Arg, line: PlayStarted, clock: SeatClock) -> None:
        """`clock` is the seat's."""
        late = line.wall - line.since
        if not 0 <= late <= _NEVER_MS:
            self._began(where, line, late, clock)
        key = line.seat, line.who, line.game
        if key in self._open:
            self._fail(where, msg("a play of this game by the same player goes on at this seat"))
        wander = clock.wander if late <= _MINUTE_MS else 0  # it tells of a beginning by the clock of before
        self._open[key] = _Open(line.seq, wander)
        if line.resumed is None:
            return
        cut = self._cut.pop((line.seat, line.resumed), None)
        if cut is None:
            self._fail(where, msg("no play {play} of this seat was closed at midnight to go on", play=str(line.resumed)))
        else:
            self._short(cut, cut.short - max(0, late))

    def _began(self, where: Arg, line: PlayStarted, late: int, clock: SeatClock) -> None:
        """One that is written once more, also in a new chain, or goes on after midnight, began long before; and what a daemon
        finds when it starts, while it was off.
        """
        most = _NEVER_MS + (clock.off if clock.started_since(line.mono - _NEVER_MS) else 0)
        if -late > CLOCK_BACK_MS and not clock.went_back:
            text = msg("it says that it began {length} after it was written", length=Length(-late))
        elif late > most and line.match and line.resumed is None and line.since >= clock.began:
            text = msg("it says that it began {length} before it was written", length=Length(late))
        else:
            return
        self._findings.add(Finding("clock-play", where, text, seat=line.seat, at=line.wall))

    def end(self, where: Arg, line: PlayEnded, play: Play, clock: SeatClock) -> None:
        """`clock` is the seat's."""
        key, span = (line.seat, line.who, line.game), line.span
        open_ = self._open.get(key)
        if open_ is not None and open_.seq == line.play:
            del self._open[key]
            if span > _NEVER_MS and not line.late:
                self._into_next_day(where, line, play, clock, clock.wander - open_.wander)
        if line.late is not (line.how in _UNSEEN):
            self._fail(where, msg("whether its end was seen contradicts how it ended"))
        self._came_and_went(where, line, play, clock)
        if play.boot != line.boot:
            self._after_power(where, line, clock.counted.get(play.boot, play.mono) - play.mono)
            return
        ran, before = line.mono - play.mono, max(0, play.told_late)
        if line.how == "power" and ran > _MINUTE_MS:
            self._fail(where, msg("the PC was not started anew since it began"))
        most = ran + before + (_SLACK_MS if before <= _MINUTE_MS else _NEVER_MS)
        again = line.late and ran <= _MINUTE_MS  # written once more, when only its beginning by the wall clock was known
        if again:  # which may have been set right since
            most = max(most, ran + play.told_late + clock.wander + _SLACK_MS)
        if span > most and not (again and clock.went_back):
            self._fail(where, _told(span, most))
            return
        short = ran - span + (before if before <= _MINUTE_MS and play.resumed is None else 0)
        if line.how == "midnight":
            self._midnight(where, line)
            self._cut[line.seat, line.play] = _Cut(where, line.seat, line.wall, short)
        elif line.how != "power" and short > _BUSY_MS:
            self._short(_Cut(where, line.seat, line.wall, short), short)

    def _midnight(self, where: Arg, line: PlayEnded) -> None:
        """There was one since it began, by each zone that may have held."""
        days = {self.zones.dates(at) for at in (line.since, line.wall)}
        if len(days) == 1 and len(days.pop()) == 1:
            text = msg("it was closed at midnight, and none had come since it began")
            self._findings.add(Finding("clock-play", where, text, seat=line.seat, at=line.wall))

    def _into_next_day(self, where: Arg, line: PlayEnded, play: Play, clock: SeatClock, back: int) -> None:
        """By no zone that may have held: a seat closes what it sees at midnight, or once it runs again, as if it had."""
        most = _NEVER_MS + back + (clock.stood if clock.started_since(play.mono) else 0)
        zones = {*self.zones.lately(line.since), *self.zones.lately(line.wall)}
        over = line.since + line.span - max(day_bounds(zone, line.since)[1] for zone in zones)
        if over > most:
            self._fail(where, msg("it went on for {length} after the day on which it began", length=Length(over)))

    def _came_and_went(self, where: Arg, line: PlayEnded, play: Play, clock: SeatClock) -> None:
        """Of a play that stands for several: its seat held its end back for a minute, or until it was started anew, of which
        moment there may be no other word.
        """
        if line.starts is UNSET and line.away is UNSET:
            return
        if line.starts is UNSET or line.away is UNSET or line.starts < (1 if line.late else 2) or line.away < 0:
            self._fail(where, msg("how often it was begun does not go with how long nothing was played in between"))
            return
        most = MOST_AWAY_MS + (clock.stood if line.how == "gone" and clock.started_since(play.mono) else 0)
        if line.away > most:
            self._fail(where, msg("it was away for {length}, and is told as one play", length=Length(line.away)))

    def _after_power(self, where: Arg, line: PlayEnded, seen: int) -> None:
        """It ended with the PC's former start, and counts up to the last row of that."""
        if line.how != "power":
            self._fail(where, msg("nobody can have seen its end: the PC was started anew since it began"))
        elif line.span < seen:
            self._fail(where, _told(line.span, seen))

    def _short(self, cut: _Cut, short: int) -> None:
        if short > _NEVER_MS:
            self._fail(cut.where, msg("it says {length} less than its clock", length=Length(short)))
        elif short > _MINUTE_MS:
            text = msg("it says {length} less than its clock", length=Length(short))
            self._findings.add(Finding("clock-play", cut.where, text, seat=cut.seat, at=cut.at))
        elif short > _BUSY_MS:
            self._together(cut, short)

    def _together(self, cut: _Cut, short: int) -> None:
        """A minute is forgiven, but not again and again."""
        day = self._days[cut.seat]
        if day.day != cut.at // DAY_MS:
            day.day, day.short = cut.at // DAY_MS, 0
        before, day.short = day.short, day.short + short
        if before <= _NEVER_MS < day.short:
            text = msg("up to here plays of this day say {length} less than their clock", length=Length(day.short))
            self._findings.add(Finding("clock-play", cut.where, text, seat=cut.seat, at=cut.at))

    def failures(self) -> Iterator[Failure]:
        """Of a play that did not go on after midnight, how long after it was closed is not known."""
        yield from self._failures
        for cut in self._cut.values():
            if cut.short > _NEVER_MS:
                yield Failure(cut.where, msg("it says {length} less than its clock", length=Length(cut.short)))

    def findings(self) -> Iterator[Finding]:
        yield from self._findings

    def _fail(self, where: Arg, what: Message) -> None:
        self._failures.append(Failure(where, what))


def _told(told: int, known: int) -> Message:
    return msg("it says {told}; the clock that play is counted on says {known}", told=Length(told), known=Length(max(0, known)))
