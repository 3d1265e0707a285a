"""One seat's presence, by its entries: when it enforced, when it did not, how much of its time it was alive. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from compliance.entries.seat import Presence, SeatPowered, SeatStart, SeatStop
from compliance.entry import AnyEntry
from compliance.format.chain import AGENT
from compliance.verifying.report import NO_MOMENT, Gap, SeatPart
from compliance.verifying.watched import (
    AHEAD,
    EVER,
    MINUTE_MS,
    UNWATCHED_MS,
    WATCHED,
    Minutes,
    RanOn,
    SeatMinutes,
    apart,
    joined,
    lived_to,
    past_bits,
)
from i18n.message import Arg

_HOURLY_MS = 70 * MINUTE_MS  # a seat that lives writes each hour


def begun(line: AnyEntry, seats: Mapping[str, SeatPresence], *, ran: bool = False) -> SeatPresence:
    """That of a new seat, whose first entry this is, among the `seats` that there were; `take` it then."""
    made = SeatPresence(line.seat, ran=ran)
    if isinstance(line, SeatStart) and not line.clean and isinstance(line.follows, str) and line.follows != AGENT:
        former = seats.get(line.follows)
        if former is not None:
            made.follow(former)
    return made


class SeatPresence:
    """`take` every entry of one seat in order. `first`, `last`: when it wrote first and last; `stopped`: so it did, and did not
    start since. `parted`: its last sign of life before it started last, by the clock that it had then.
    """

    def __init__(self, seat: str, *, ran: bool = False) -> None:
        """`ran`: it did before its first entry here, of which more is deleted."""
        self.seat = seat
        self._before = ran
        self.gaps: list[Gap] = []
        self.alive = Minutes()
        self._entries = 0
        self.first = self.last = self._heard = 0
        self._expected = 0
        self._run_from: int | None = None
        self._seen_to: int | None = None
        self.stopped: SeatStop | None = None
        self.parted = NO_MOMENT
        self._ran_on = RanOn()
        self._ran = False
        self._minute: int | None = None  # the first of which it says anything
        self._told = 0  # the end of the last one
        self._off: list[tuple[int, int]] = []

    def follow(self, former: SeatPresence) -> None:
        """Before its first entry: its PC wrote as `former`, of which it knows less, as it was put back from a backup."""
        self.stopped, self._heard = former.stopped, former.last

    def take(self, _: Arg, line: AnyEntry) -> None:
        """The seat's next entry."""
        if not self._entries:
            self.first = line.wall
        self._entries += 1
        if type(line) in WATCHED:
            self._watched(line)
        self.last = line.wall

    def _watched(self, line: AnyEntry) -> None:
        match line:
            case SeatStart():
                self._start(line)
            case SeatStop():
                self._stop(line)
            case Presence():
                self._present(line)
            case SeatPowered():
                self._powered(line)
            case _:
                pass

    def part(self) -> SeatPart:
        """What all entries so far add up to."""
        expected = self._expected
        if self._run_from is not None and self._seen_to is not None:
            expected += max(0, self._seen_to - self._run_from)
        coverage = min(1.0, self.alive.total / expected) if expected else None
        return SeatPart(self.seat, self._entries, self.first, self.last, coverage)

    def _start(self, line: SeatStart) -> None:
        now = line.wall // MINUTE_MS
        self.parted = max(self.last, line.lost_from or 0) if self._entries > 1 else NO_MOMENT
        if (stop := self.stopped) is not None:
            unwatched = self._ran_on.between(stop, line)
            self._gap(stop.wall, line.wall, "ran-on" if unwatched else "stopped", explained=not unwatched)
            self._expected += max(0, now - stop.wall // MINUTE_MS) if unwatched else 0
            if self._minute is not None and not unwatched:
                self._off.append((stop.wall // MINUTE_MS, now + 1))
        elif self._ran or not line.clean:
            self._gap(max(self._lost(line), self._heard), line.wall, "lost")
        if self._minute is None:
            self._minute = self._told = now + 1  # this minute had begun before
        if self._run_from is None:
            self._run_from = now
        else:
            self._go_on(line, now)
        self._told = max(self._told, now)
        self._ran, self.stopped = True, None

    def _powered(self, line: SeatPowered) -> None:
        """Of the time that a stop in order explained the PC was on for these spans, so that nobody watched it. A PC takes some
        minutes to start and to stop.
        """
        stopped = self.gaps[-1] if self.gaps else None
        if stopped is None or stopped.kind != "stopped":
            return
        spans = ((max(start, stopped.start), min(end, stopped.end)) for start, end in line.ran)
        ran = [one for one in joined(spans) if one[1] - one[0] > UNWATCHED_MS]
        if not ran:
            return
        self.gaps.pop()
        off = apart((stopped.start, stopped.end), ran)
        for start, end in ran:
            self._gap(start, end, "ran-on")
            self._expected += (end - start) // MINUTE_MS
        for start, end in off:
            self._gap(start, end, "stopped", explained=True)
        if self._off:
            self._off[-1:] = [(start // MINUTE_MS, end // MINUTE_MS + 1) for start, end in off]

    def _go_on(self, line: SeatStart, now: int) -> None:
        """It was lost meanwhile: what it tells of the run before, and that nobody watched since."""
        seen = self._run_from or 0 if self._seen_to is None else self._seen_to
        if line.lost_from is not None and (lost := line.lost_from // MINUTE_MS) <= now + AHEAD:
            self._mark(*lived_to(lost, seen))
        self._seen_to = max(seen, now)

    def _lost(self, line: SeatStart) -> int:
        """Its last sign of life: the one that it tells itself, if that can be."""
        told, last = line.lost_from, self.last or line.wall
        if not told:
            return last
        return told if not self._ran or told <= min(line.wall, self.last + _HOURLY_MS) else last

    def _gap(self, start: int, end: int, kind: str, *, explained: bool = False) -> None:
        """None where the clock was set back meanwhile."""
        if start <= end:
            self.gaps.append(Gap(self.seat, start, end, explained=explained, kind=kind))

    def _stop(self, line: SeatStop) -> None:
        if self._run_from is not None:
            self._expected += max(0, line.wall // MINUTE_MS - self._run_from)
        self._run_from = self._seen_to = None
        self._before = False
        self.stopped = line

    def _present(self, line: Presence) -> None:
        since = line.since // MINUTE_MS
        if self._run_from is None and self._before and not self._ran:
            self._run_from = self._minute = self._told = since
        bits = past_bits(line)
        self._mark(since, bits)
        self._seen_to = since + bits.bit_length()

    def _mark(self, minute: int, bits: int) -> None:
        self.alive.add(minute, bits)
        self._told = max(self._told, minute + bits.bit_length())

    def minutes(self, *, over: bool = False, retired: int | None = None) -> SeatMinutes | None:
        """For a calendar; None of a seat that never enforced anything. `over`: another seat followed it; `retired`: when its PC
        was gone, up to which it is missed.
        """
        if self._minute is None:
            return None
        off = self._off if self.stopped is None else [*self._off, (self.stopped.wall // MINUTE_MS, EVER)]
        last = self._told if over or retired is None else max(self._told, retired // MINUTE_MS)
        return SeatMinutes(self.seat, self._minute, last, self.alive.hours, joined(off), over or retired is not None)
