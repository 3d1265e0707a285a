"""One seat's presence, by its entries: when it enforced, when it did not, how much of its time it was alive. Pure."""

from __future__ import annotations

import re

from compliance.entry import AnyEntry, Presence, SeatStart, SeatStop
from compliance.verifying.report import Finding, Gap, SeatPart
from i18n.message import Arg, Length, msg

MINUTE_MS = 60_000
CLOCK_BACK_MS = 5 * MINUTE_MS
_BITS = re.compile(r"[0-9a-f]{15}")


class SeatPresence:
    """`take` every entry of one seat in order. `claim_holds`: False if seat.start claims a clean stop that the chain lacks."""

    def __init__(self, seat: str) -> None:
        self.seat = seat
        self.gaps: list[Gap] = []
        self.claim_holds = True
        self._entries = 0
        self._first = self._last = 0
        self._alive = 0
        self._expected = 0
        self._run_from: int | None = None
        self._seen_to: int | None = None
        self._stopped_at: int | None = None
        self._ran = False
        self._clock: tuple[str, int] | None = None

    def take(self, line: AnyEntry, where: Arg) -> list[Finding]:
        """The seat's next entry; what is strange about its clocks."""
        if not self._entries:
            self._first = line.wall
        self._entries += 1
        match line:
            case SeatStart():
                self._start(line)
            case SeatStop():
                self._stop(line)
            case Presence():
                self._present(line)
            case _:
                pass
        self._last = line.wall
        return self._clocks(line, where)

    def part(self) -> SeatPart:
        """What all entries so far add up to."""
        expected = self._expected
        if self._run_from is not None and self._seen_to is not None:
            expected += max(0, self._seen_to - self._run_from)
        coverage = min(1.0, self._alive / expected) if expected else None
        return SeatPart(self.seat, self._entries, self._first, self._last, coverage)

    def _start(self, line: SeatStart) -> None:
        self.claim_holds = not (line.clean and self._ran and self._stopped_at is None)
        if self._stopped_at is not None:
            self.gaps.append(Gap(self.seat, self._stopped_at, line.wall, explained=True))
        elif self._ran or not line.clean:
            lost = self._last if line.lost_from is None else line.lost_from
            self.gaps.append(Gap(self.seat, lost or line.wall, line.wall, explained=False))
        if self._run_from is None:
            self._run_from = line.wall // MINUTE_MS
        self._ran, self._stopped_at = True, None

    def _stop(self, line: SeatStop) -> None:
        if self._run_from is not None:
            self._expected += max(0, line.wall // MINUTE_MS - self._run_from)
        self._run_from = self._seen_to = None
        self._stopped_at = line.wall

    def _present(self, line: Presence) -> None:
        if not _BITS.fullmatch(line.bits):
            return
        bits = int(line.bits, 16)
        self._alive += bits.bit_count()
        self._seen_to = line.since // MINUTE_MS + bits.bit_length()

    def _clocks(self, line: AnyEntry, where: Arg) -> list[Finding]:
        """Within one boot the wall clock may only gain on the monotonic one, while the PC sleeps."""
        before, self._clock = self._clock, (line.boot, line.wall - line.mono)
        if before is None or before[0] != line.boot or before[1] - self._clock[1] <= CLOCK_BACK_MS:
            return []
        back = Length(before[1] - self._clock[1])
        return [Finding("clock-back", where, msg("the clock went back by {length}", length=back))]
