"""What the agent's ticks say of the seats against what the log holds of them, and the agent's own silence. Pure.

A seat tells the agent each minute that it is there, and writes each hour; the agent says every five minutes whom it heard. So a
seat that was heard for longer than that without an entry wrote some that are not here.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from msgspec import UNSET

from compliance.entries.log import AgentTick
from compliance.entries.seat import Presence, SeatEnrolled, SeatRetired, SeatStart, SeatStop
from compliance.entry import AnyEntry
from compliance.format.chain import AGENT
from compliance.verifying.listed import Faults, Tally
from compliance.verifying.report import NO_MOMENT, NOWHERE, Failure, Finding, Gap
from compliance.verifying.wanted import Wants
from compliance.verifying.watched import past_bits
from i18n.message import Arg, Length, Moment, msg

_MINUTE_MS = 60_000
SILENT_MS = 10 * _MINUTE_MS
_SET_UP_MS = 2 * 60 * _MINUTE_MS  # whoever sets a place up takes that long at most
_HEARD_MS = 3 * _MINUTE_MS  # who was not heard for longer is said to be silent
_SET_MS = 4 * _MINUTE_MS  # its clock may be set right by a little
_UNNAMED_MS = 30 * _MINUTE_MS  # nobody starts an agent anew every three minutes for so long
_WITHHELD_MS = 90 * _MINUTE_MS
_AHEAD_MS = 10 * _MINUTE_MS
_WHAT = {"after": msg("the agent's tick before it was at another moment than it says")}
_UNNAMED = {"unnamed": msg("the agent's tick says of a seat neither when it was heard nor that it is silent")}
_AWAKE = {
    "awake": msg("the agent heard it again and again while it says that it was not alive"),
    "moved": msg("the agent did not hear it for long after it says that it started, and heard it for long after it stopped"),
}
# As on a full disk, where that it was started waits to be written; for longer it is `_WITHHELD_MS`.
_SINCE = {"outlived": msg("the agent heard it after it stopped, and it wrote nothing since it stopped")}
_RECENT = 24  # ticks: a seat says each hour in which minutes it was alive
_TIMES = 3  # a PC may wake for a moment now and then
_AROUND = 10  # minutes


@dataclass(slots=True)
class _Silence:
    """In [start, end). `slept`: the agent's PC did; `seats` were alive meanwhile."""

    start: int
    end: int
    slept: bool
    seats: dict[str, None] = field(default_factory=dict)


@dataclass(slots=True)
class Silences:
    """When the agent said nothing for ten minutes or more, and which seats lived meanwhile. A seat that lives at the edge of a
    silence says little: the agent might have been there, too.

    `begin` with the agent's first entry, `over` where it ticks again, then `ticked`; `alive` and `misses` as seats live, before
    `to` and from `missed` on; `close`, then ask `gaps`.
    """

    to: int = 0  # the end of the last of them
    missed: int = NO_MOMENT  # when one may begin, by its last word
    _seen: int = NO_MOMENT  # that
    _meanwhile: dict[str, int] = field(default_factory=dict)  # by seat its first sign of life since it is missed
    _all: list[_Silence] = field(default_factory=list)

    def begin(self, at: int) -> None:
        """One that never ticks is missed, too."""
        if self._seen == NO_MOMENT:
            self.ticked(at)
            self.missed += _SET_UP_MS

    def ticked(self, at: int) -> None:
        self._seen, self.missed = at, at + SILENT_MS
        self._meanwhile.clear()

    def misses(self, name: str, at: int) -> None:
        """The seat lives so long after the agent's last word."""
        if at < self._meanwhile.get(name, NO_MOMENT):
            self._meanwhile[name] = at

    def over(self, to: int, *, slept: bool) -> None:
        """It says something again."""
        seats = {name: None for name, at in self._meanwhile.items() if at < to - SILENT_MS}
        self._all.append(_Silence(self._seen, to, slept, seats))
        self.to = max(self.to, to)

    def alive(self, name: str, at: int) -> None:
        """The seat was there, by its own clock."""
        found = bisect_right(self._all, at, key=lambda one: one.start) - 1
        if found >= 0 and self._all[found].start + SILENT_MS <= at < self._all[found].end - SILENT_MS:
            self._all[found].seats[name] = None

    def close(self, newest: int, seats: Iterable[str]) -> None:
        """The log ends, with what these wrote up to then since its last word."""
        if newest > self.missed:
            self._all.append(_Silence(self._seen, newest, slept=False, seats=dict.fromkeys(seats)))

    def gaps(self) -> Iterator[Gap]:
        """An agent whose PC slept was not silent, unless a seat was alive; where none was, the silence explains itself."""
        for one in self._all:
            if one.seats or not one.slept:
                yield Gap(AGENT, one.start, one.end, explained=not one.seats, kind="agent-silent", could=tuple(one.seats))


@dataclass(slots=True)
class _Seat:
    """When it was last heard, for how long without an entry, since when; how far its clock was `ahead`, and where first.
    `recent`: when it was heard lately; `apart`: when, by the agent's clock, its own was last seen to say something else;
    `stopped`: when it did last; `began`: when it started last, in which `boot`, and when it was heard `first` since.
    """

    heard: int = 0
    unwritten: int = 0
    since: int = 0
    ahead: int = 0
    where: Arg = ""
    at: int = 0
    recent: deque[int] = field(default_factory=lambda: deque(maxlen=_RECENT))
    apart: int = 0
    stopped: int | None = None
    began: int = 0
    boot: str = ""
    first: int = 0


@dataclass
class Heard:
    """`written` every entry of a seat, `wants` of the agent; then ask `failures`, `findings` and `gaps`."""

    _failures: Faults = field(default_factory=Faults)
    _gaps: list[Gap] = field(default_factory=list)
    _enrolled: set[str] = field(default_factory=set)
    _seats: dict[str, _Seat] = field(default_factory=dict)
    _newest: dict[str, int] = field(default_factory=dict)  # of what came since the last tick
    _ticks: list[int] = field(default_factory=list)
    _last: AgentTick | None = None
    _silences: Silences = field(default_factory=Silences)
    _strange: dict[str, tuple[Arg, int]] = field(default_factory=dict)
    _set: int = 0  # when the agent's clock was last set, or its PC slept
    _tally: Tally = field(default_factory=lambda: Tally(_WHAT, "heard"))
    _named: int = 0  # since when not all seats were, tick after tick
    _unnamed: Tally = field(default_factory=lambda: Tally(_UNNAMED, "paired"))
    _awake: Tally = field(default_factory=lambda: Tally(_AWAKE, "presence"))
    _since: Tally = field(default_factory=lambda: Tally(_SINCE))

    def wants(self) -> Wants:
        return {
            SeatEnrolled: self._enrol, AgentTick: self._ticked, Presence: self._present, SeatStop: self._stop,
            SeatStart: self._start, SeatRetired: self._retire,
        }  # fmt: skip

    def written(self, _: Arg, line: AnyEntry) -> None:
        newest = self._newest.get(line.seat)
        if newest is None or self._last is None:
            self._first(line)
        elif line.wall > newest:
            self._newest[line.seat] = line.wall
        if line.wall < self._silences.to:
            self._silences.alive(line.seat, line.wall)
        if line.wall >= self._silences.missed:
            self._silences.misses(line.seat, line.wall)

    def agents(self, where: Arg, line: AnyEntry) -> None:
        if where != NOWHERE:
            self._silences.begin(line.wall)

    def _first(self, line: AnyEntry) -> None:
        """Since the last tick, or there was none yet."""
        seat = self._seats.get(line.seat)
        if seat is None:
            seat = self._seats[line.seat] = _Seat()
        if seat.unwritten > _WITHHELD_MS:
            self._withheld(line.seat, seat)
        seat.unwritten, seat.since = 0, self._last.wall if self._last else line.wall
        if self._last is not None and abs(line.wall - self._last.wall) > _AHEAD_MS:
            seat.apart = self._last.wall
        self._newest[line.seat] = max(line.wall, self._newest.get(line.seat, 0))

    def _enrol(self, _: Arg, line: SeatEnrolled) -> None:
        self._enrolled.add(line.id)

    def _retire(self, _: Arg, line: SeatRetired) -> None:
        self._enrolled.discard(line.id)

    def _present(self, where: Arg, line: Presence) -> None:
        if line.seat != AGENT:
            self._silences.alive(line.seat, line.wall)
            self._silences.alive(line.seat, line.since)
            if line.since >= self._silences.missed:
                self._silences.misses(line.seat, line.since)
            self._slept(where, line)

    def _stop(self, _: Arg, line: SeatStop) -> None:
        if line.seat != AGENT:
            self._seats[line.seat].stopped = line.wall

    def _start(self, where: Arg, line: SeatStart) -> None:
        seat = self._seats.get(line.seat)  # the agent is none
        if seat is not None and seat.stopped is not None:
            if self._was_heard(seat, (seat.stopped, line.wall)):
                self._awake.see("awake", where, line)
            seat.stopped = None
        if seat is not None:
            if line.boot != seat.boot:  # a PC without a battery goes on from its last moment, and was heard since that
                while seat.recent and seat.recent[-1] > line.wall:
                    seat.recent.pop()
            seat.began, seat.boot, seat.first = line.wall, line.boot, 0

    def _slept(self, where: Arg, line: Presence) -> None:
        if self._was_heard(self._seats[line.seat], (line.since, line.wall), past_bits(line)):
            self._awake.see("awake", where, line)

    def _was_heard(self, seat: _Seat, span: tuple[int, int], bits: int = 0) -> bool:
        """Again and again in this span, in other minutes than these, in which it was alive; if both clocks say the same."""
        since, until = span
        if max(seat.apart, self._set) > since - _AHEAD_MS:
            return False
        last = (until - since) // _MINUTE_MS - 2 * _AROUND
        minutes = ((at - since) // _MINUTE_MS - _AROUND for at in seat.recent)
        return sum(0 <= at < last and not bits >> at & (1 << 2 * _AROUND + 1) - 1 for at in minutes) >= _TIMES

    def _was_unheard(self, seat: _Seat) -> bool:
        """For long after it started, while the agent ticked; if both clocks said the same, and so its entries came at once."""
        if max(seat.apart, self._set) > seat.began - _AHEAD_MS:
            return False
        return bisect_right(self._ticks, seat.first - _AHEAD_MS) - bisect_right(self._ticks, seat.began + _AHEAD_MS) >= _TIMES

    def _ticked(self, where: Arg, line: AgentTick) -> None:
        self._checked(where, line)
        self._names_all(where, line)
        for name, at in line.seats.items():
            seat = self._seats.get(name)
            if seat is None:
                seat = self._seats[name] = _Seat(at, since=at)
                if name not in self._enrolled:
                    self._failures.append(Failure(where, msg("it heard seat {seat}, which was never enrolled", seat=name)))
            elif at > seat.heard:
                seat.unwritten += min(at - seat.heard, SILENT_MS) if seat.heard else 0
                seat.heard, seat.first = at, seat.first or at
                seat.recent.append(at)
        for name, newest in self._newest.items():
            seat = self._seats[name]
            if where != NOWHERE and newest - line.wall > max(_AHEAD_MS, seat.ahead):
                if not seat.ahead:
                    seat.where, seat.at = where, line.wall
                seat.ahead = newest - line.wall
        self._newest.clear()
        if self._last is None:
            self._set = line.wall
            if line.wall > self._silences.missed:
                self._silences.over(line.wall, slept=False)
        else:
            self._since_last(where, line, self._last)
        self._last = line
        self._ticks.append(max(line.wall, self._ticks[-1] if self._ticks else line.wall))
        self._silences.ticked(self._ticks[-1])

    def _since_last(self, where: Arg, line: AgentTick, last: AgentTick) -> None:
        if abs(line.wall - last.wall - line.mono + last.mono) > _MINUTE_MS:
            self._set = line.wall
        if line.after not in {UNSET, last.wall}:
            self._tally.see("after", where, line)
        if line.wall - last.wall > SILENT_MS and self._ticks[-1] < line.wall:
            self._silences.over(line.wall, slept=last.boot == line.boot and line.mono - last.mono <= SILENT_MS)

    def _checked(self, where: Arg, line: AgentTick) -> None:
        """The agent's own clock says when it heard whom: never later than now, nor earlier than it said before, but for what it
        was set back by since.
        """
        last = self._last if self._last is not None and self._last.boot == line.boot else None
        before, back = ({}, 0) if last is None else (last.seats, max(0, last.wall - last.mono - line.wall + line.mono))
        silent = frozenset(line.silent)
        for name, at in line.seats.items():
            ago = line.wall - at
            right = ago > _HEARD_MS - _MINUTE_MS // 2 if name in silent else ago < _HEARD_MS + _MINUTE_MS // 2
            said = before.get(name, 0)
            ahead = last is not None and said > last.wall + _SET_MS  # from before it was set back
            late = (said > at + back + _SET_MS and not ahead) or (said != at and ago < -back - _SET_MS)
            if where != NOWHERE and (late or not right):
                self._strange.setdefault(name, (where, line.wall))

    def _names_all(self, where: Arg, line: AgentTick) -> None:
        """Whom a run has not heard yet it calls silent, as soon as it has lasted for so long."""
        names = not self._enrolled - line.seats.keys() - {AGENT, *line.silent}
        if names or self._last is None or line.wall - self._last.wall > SILENT_MS:
            self._named = line.wall
        elif line.wall - self._named > _UNNAMED_MS:
            self._unnamed.see("unnamed", where, line)

    def _withheld(self, name: str, seat: _Seat) -> None:
        self._gaps.append(Gap(name, seat.since, seat.heard, explained=False, kind="withheld", could=(AGENT,)))

    # --- once all were taken -------------------------------------------------------------------------------------------

    def close(self) -> None:
        """No entry comes any more."""
        for name, seat in self._seats.items():
            if seat.unwritten > _WITHHELD_MS:
                self._withheld(name, seat)
            elif self._last and seat.stopped is not None and self._was_heard(seat, (seat.stopped, self._last.wall)):
                tally, what = (self._awake, "moved") if self._was_unheard(seat) else (self._since, "outlived")
                tally.count(what, name, msg("seat {seat}", seat=name), self._last.wall)
        self._silences.close(max(self._newest.values(), default=0), self._newest)

    def failures(self) -> Iterator[Failure]:
        yield from self._failures

    def findings(self, zone: str) -> Iterator[Finding]:
        """Moments are shown in `zone`."""
        for gap in self._gaps:
            said = {"since": Moment(gap.start, zone, "full"), "until": Moment(gap.end, zone, "full")}
            text = msg("the agent heard it until {until}; nothing that it wrote after {since} is in the log", **said)
            yield Finding("heard", msg("seat {seat}", seat=gap.seat), text, seat=gap.seat, at=gap.start)
        yield from self._tally.findings()
        yield from self._unnamed.findings()
        yield from self._awake.findings()
        yield from self._since.findings()
        for name, (where, at) in self._strange.items():
            text = msg("when the agent says that it heard seat {seat} contradicts its clock, or what it said before", seat=name)
            yield Finding("heard", where, text, seat=name, at=at)
        for name, seat in self._seats.items():
            if seat.ahead:
                text = msg("the clock of seat {seat} is ahead of the agent's by {length}", seat=name, length=Length(seat.ahead))
                yield Finding("clock-ahead", seat.where, text, seat=name, at=seat.at)

    def gaps(self, of_seats: Iterable[Gap]) -> Iterator[Gap]:
        """All of them, those `of_seats` with who else could tell."""
        for gap in of_seats:
            edge = min(SILENT_MS, (gap.end - gap.start) // 2)  # what comes back starts a little before the seats
            ticks = bisect_right(self._ticks, gap.end - edge) - bisect_right(self._ticks, gap.start)
            yield replace(gap, could=(AGENT,)) if ticks else gap
        yield from self._gaps
        yield from self._silences.gaps()
