"""What the agent's ticks say of the seats against what the log holds of them, and the agent's own silence. Pure.

A seat tells the agent each minute that it is there, and writes each hour; the agent says every five minutes whom it heard. So a
seat that was heard for longer than that without an entry wrote some that are not here.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from msgspec import UNSET

from compliance.entries.log import AgentTick
from compliance.entries.seat import SeatEnrolled, SeatRetired
from compliance.entry import AnyEntry
from compliance.format.chain import AGENT
from compliance.verifying.listed import Faults, Tally
from compliance.verifying.presence import SeatPresence
from compliance.verifying.report import NO_MOMENT, NOWHERE, Failure, Finding, Gap
from compliance.verifying.wanted import Wants
from compliance.verifying.watched import HOUR, MINUTE_MS, span_bits
from i18n.message import Arg, Length, Moment, msg

SILENT_MS = 10 * MINUTE_MS
_SET_UP_MS = 2 * 60 * MINUTE_MS  # whoever sets a place up takes that long at most
_HEARD_MS = 3 * MINUTE_MS  # who was not heard for longer is said to be silent
_SET_MS = 4 * MINUTE_MS  # its clock may be set right by a little
_UNNAMED_MS = 30 * MINUTE_MS  # nobody starts an agent anew every three minutes for so long
_WITHHELD_MS = 90 * MINUTE_MS
_AHEAD_MS = 10 * MINUTE_MS
_WHAT = {"after": msg("the agent's tick before it was at another moment than it says")}
_UNNAMED = {"unnamed": msg("the agent's tick says of a seat neither when it was heard nor that it is silent")}

@dataclass(slots=True)
class _Silence:
    """In [start, end), noticed from `missed` on. `slept`: the agent's PC did; `seats` were alive meanwhile. One that lives at
    its edge says little: the agent might have been there, too.
    """

    start: int
    missed: int
    end: int
    slept: bool
    seats: set[str]


@dataclass(slots=True)
class _Seat:
    """When it was last heard, for how long without an entry, since when; how far its clock was `ahead`, and where first."""

    heard: int = 0
    unwritten: int = 0
    since: int = 0
    ahead: int = 0
    where: Arg = ""
    at: int = 0


@dataclass
class Heard:
    """`written` every entry of a seat, `wants` of the agent; `close`, then ask the rest. `presence`: of each seat."""

    presence: Mapping[str, SeatPresence]
    failures: Faults = field(default_factory=Faults)
    _gaps: list[Gap] = field(default_factory=list)
    _enrolled: set[str] = field(default_factory=set)
    _seats: dict[str, _Seat] = field(default_factory=dict)
    _newest: dict[str, int] = field(default_factory=dict)  # of what came since the last tick
    _ticks: list[int] = field(default_factory=list)
    _last: AgentTick | None = None
    _silences: list[_Silence] = field(default_factory=list)
    _seen: int = NO_MOMENT  # its last word
    _missed: int = NO_MOMENT  # when a silence may begin by that
    _meanwhile: dict[str, int] = field(default_factory=dict)  # by seat its first sign of life since it is missed
    _strange: dict[str, tuple[Arg, int]] = field(default_factory=dict)
    _tally: Tally = field(default_factory=lambda: Tally(_WHAT, "heard"))
    _named: int = 0  # since when not all seats were, tick after tick
    _unnamed: Tally = field(default_factory=lambda: Tally(_UNNAMED, "paired"))

    def wants(self) -> Wants:
        return {SeatEnrolled: self._enrol, AgentTick: self._ticked, SeatRetired: self._retire}

    def written(self, _: Arg, line: AnyEntry) -> None:
        newest = self._newest.get(line.seat)
        if newest is None or self._last is None:
            self._first(line)
        elif line.wall > newest:
            self._newest[line.seat] = line.wall
        if line.wall >= self._missed and line.wall < self._meanwhile.get(line.seat, NO_MOMENT):
            self._meanwhile[line.seat] = line.wall

    def agents(self, where: Arg, line: AnyEntry) -> None:
        """Its first entry: one that never ticks is missed, too."""
        if where != NOWHERE and self._seen == NO_MOMENT:
            self._seen, self._missed = line.wall, line.wall + SILENT_MS + _SET_UP_MS

    def _first(self, line: AnyEntry) -> None:
        """Since the last tick, or there was none yet."""
        seat = self._seats.get(line.seat)
        if seat is None:
            seat = self._seats[line.seat] = _Seat()
        if seat.unwritten > _WITHHELD_MS:
            self._withheld(line.seat, seat)
        seat.unwritten, seat.since = 0, self._last.wall if self._last else line.wall
        self._newest[line.seat] = max(line.wall, self._newest.get(line.seat, 0))

    def _enrol(self, _: Arg, line: SeatEnrolled) -> None:
        self._enrolled.add(line.id)

    def _retire(self, _: Arg, line: SeatRetired) -> None:
        self._enrolled.discard(line.id)

    def _ticked(self, where: Arg, line: AgentTick) -> None:
        self._checked(where, line)
        self._names_all(where, line)
        for name, at in line.seats.items():
            seat = self._seats.get(name)
            if seat is None:
                seat = self._seats[name] = _Seat(at, since=at)
                if name not in self._enrolled:
                    self.failures.append(Failure(where, msg("it heard seat {seat}, which was never enrolled", seat=name)))
            elif at > seat.heard:
                seat.unwritten += min(at - seat.heard, SILENT_MS) if seat.heard else 0
                seat.heard = at
        for name, newest in self._newest.items():
            seat = self._seats[name]
            if where != NOWHERE and newest - line.wall > max(_AHEAD_MS, seat.ahead):
                if not seat.ahead:
                    seat.where, seat.at = where, line.wall
                seat.ahead = newest - line.wall
        self._newest.clear()
        if self._last is None:
            if line.wall > self._missed:  # whoever sets a place up may play before
                self._silent(line.wall, slept=False)
                self._silences[-1].missed = line.wall
        else:
            self._since_last(where, line, self._last)
        self._last = line
        self._ticks.append(max(line.wall, self._ticks[-1] if self._ticks else line.wall))
        self._seen, self._missed = self._ticks[-1], self._ticks[-1] + SILENT_MS
        self._meanwhile.clear()

    def _silent(self, to: int, *, slept: bool) -> None:
        """It says something again."""
        seats = {name for name, at in self._meanwhile.items() if at < to - SILENT_MS}
        self._silences.append(_Silence(self._seen, self._missed, to, slept, seats))

    def _since_last(self, where: Arg, line: AgentTick, last: AgentTick) -> None:
        if line.after not in {UNSET, last.wall}:
            self._tally.see("after", where, line)
        if line.wall - last.wall > SILENT_MS and self._ticks[-1] < line.wall:
            self._silent(line.wall, slept=last.boot == line.boot and line.mono - last.mono <= SILENT_MS)

    def _checked(self, where: Arg, line: AgentTick) -> None:
        """The agent's own clock says when it heard whom: never later than now, nor earlier than it said before, but for what it
        was set back by since.
        """
        last = self._last if self._last is not None and self._last.boot == line.boot else None
        before, back = ({}, 0) if last is None else (last.seats, max(0, last.wall - last.mono - line.wall + line.mono))
        silent = frozenset(line.silent)
        for name, at in line.seats.items():
            ago = line.wall - at
            right = ago > _HEARD_MS - MINUTE_MS // 2 if name in silent else ago < _HEARD_MS + MINUTE_MS // 2
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
        if (newest := max(self._newest.values(), default=0)) > self._missed:
            self._silences.append(_Silence(self._seen, self._missed, newest, slept=False, seats={*self._newest}))

    def findings(self, zone: str) -> Iterator[Finding]:
        """Moments are shown in `zone`."""
        for gap in self._gaps:
            said = {"since": Moment(gap.start, zone, "full"), "until": Moment(gap.end, zone, "full")}
            text = msg("the agent heard it until {until}; nothing that it wrote after {since} is in the log", **said)
            yield Finding("heard", msg("seat {seat}", seat=gap.seat), text, seat=gap.seat, at=gap.start)
        yield from self._tally.findings()
        yield from self._unnamed.findings()
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
        for one in self._silences:
            could = tuple(name for name, seat in self.presence.items() if name in one.seats or self._lived(name, seat, one))
            if could or not one.slept:  # where no seat was alive, the silence explains itself
                yield Gap(AGENT, one.start, one.end, explained=not could, kind="agent-silent", could=could)

    def _lived(self, name: str, seat: SeatPresence, silence: _Silence) -> bool:
        first, end = -(-silence.missed // MINUTE_MS), (silence.end - SILENT_MS) // MINUTE_MS
        if name == AGENT or seat.last < silence.start or seat.first > silence.end:
            return False
        hours = seat.alive.hours
        return any(hours.get(at // HOUR, 0) & span_bits(at % HOUR, min(HOUR, at % HOUR + end - at)) for at in (
            first, *range((first // HOUR + 1) * HOUR, end, HOUR)
        ))  # fmt: skip
