"""When a seat's rules were not all that held: pauses, nothing enforced, and the times in which no daemon ran. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from compliance.entries.override import EnforcementOff, EnforcementOn, Paused, Resumed
from compliance.entries.seat import SeatStart
from compliance.verifying.plays.binding import MOST
from compliance.verifying.watched import RESTART_MS

FOREVER = 1 << 61
SHIFTING = frozenset({EnforcementOff, EnforcementOn, Paused, Resumed, SeatStart})
_KEPT_MS = 3 * 86_400_000


@dataclass(slots=True)
class Shift:
    """[start, end) of the seat's clock. `until`: the end that was foreseen. `who`: of whom a pause is, None: of everybody, with
    when it was over before that for whom (`but`). A "restart" is no more than that, in order.
    """

    kind: Literal["pause", "off", "down", "restart"]
    start: int
    end: int
    id: str = ""
    who: str | None = None
    until: int | None = None
    but: dict[str, int] = field(default_factory=dict)

    def ends(self, who: str) -> int:
        """When it is over for `who`."""
        return min(self.end, self.but.get(who, FOREVER))

    def about(self, who: str) -> bool:
        """Whom a pause of everybody leaves out on the next day, under another pseudonym, nobody can tell."""
        return who in self.but or not self.but if self.who is None else self.who == who


@dataclass(slots=True)
class Shifts:
    """One seat's, in the order of its chain. `count` grows with each, so that a play knows that something changed.

    Of more than can be asked for each play the oldest are forgotten: then of plays before `freed` it is not known what freed
    them, and of those before `bound` not every pause.
    """

    count: int = 0
    freed: int = 0
    bound: int = 0
    _shifts: list[Shift] = field(default_factory=list)
    _last: int = 0  # none ends after that

    def take(self, line: Paused | Resumed | EnforcementOff | EnforcementOn | SeatStart, last: int) -> None:
        """`last`: the moment of the seat's entry before."""
        self.count += 1
        match line:
            case Paused():
                end = FOREVER if line.until is None else line.until
                self._add(Shift("pause", line.wall, end, line.id, line.who, line.until))
            case EnforcementOff():
                self._add(Shift("off", line.wall, line.until, line.id, until=line.until))
            case SeatStart():
                since = last if line.lost_from is None else max(last, min(line.lost_from, line.wall))
                brief = line.clean and line.wall - since <= RESTART_MS
                self._add(Shift("restart" if brief else "down", min(since, line.wall), line.wall))
            case Resumed() | EnforcementOn():
                self._over(line)

    def _add(self, shift: Shift) -> None:
        self._shifts.append(shift)
        self._last = max(self._last, shift.end)
        if len(self._shifts) & 63 == 0:  # now and then: what no running play can ask for any more
            self._shifts = [one for one in self._shifts if one.end > shift.start - _KEPT_MS]
            self._forget()

    def _forget(self) -> None:
        pauses = [one for one in self._shifts if one.kind == "pause"]
        others = [one for one in self._shifts if one.kind != "pause"]
        self.bound = max([self.bound, *(one.end for one in pauses[:-MOST])])
        self.freed = max([self.freed, *(one.end for one in others[:-MOST])])
        if len(pauses) > MOST or len(others) > MOST:
            self._shifts = sorted((*pauses[-MOST:], *others[-MOST:]), key=lambda one: one.start)

    def _over(self, line: Resumed | EnforcementOn) -> None:
        for one in reversed(self._shifts):
            if one.id == line.id and one.kind in {"pause", "off"}:
                who = line.who if isinstance(line, Resumed) else None
                if who is not None and one.who is None:
                    one.but[who] = line.wall
                else:
                    one.end = min(one.end, line.wall)
                return

    def during(self, who: str, start: int, end: int) -> list[Shift]:
        """Those that touch [start, end]."""
        if start > self._last:
            return []
        return [one for one in self._shifts if one.start <= end and one.ends(who) >= start and one.about(who)]
