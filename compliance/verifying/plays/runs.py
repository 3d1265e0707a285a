"""A play as it is decided again: what bound it, what was played beside it, and what changed at its seat meanwhile. Pure.

Moments are the seat's wall clock at the play's entry, and from there on as much as the clock says that play is counted on.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import msgspec

from compliance.entries.override import EnforcementOff, EnforcementOn, Paused, Resumed
from compliance.entries.play import Bound
from compliance.entries.seat import SeatStart
from compliance.entry import AnyEntry
from compliance.verifying.plays.packs import Part, Rules
from i18n.message import Arg
from rules.facts import Grant, Played
from rules.history import History

MOST = 200  # of each thing of one player's day: no honest log comes near
FOREVER = 1 << 61
SLEPT_MS = 2_000
SHIFTING = frozenset({EnforcementOff, EnforcementOn, Paused, Resumed, SeatStart})
_SAID = 64  # of so many pseudonyms a seat refers to what it said of them last
_KEPT_MS = 3 * 86_400_000


@dataclass(slots=True)
class Shift:
    """[start, end) of the seat's clock. `until`: the end of a pause that was foreseen; `who`: whose it is, None: of everybody,
    with when it was over before that for whom (`but`). "down": no daemon ran.
    """

    kind: Literal["pause", "off", "down"]
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
        """Whether it holds for `who`. A pause of everybody that was taken back for somebody may be of others the day after."""
        return who in self.but or not self.but if self.who is None else self.who == who


@dataclass(slots=True)
class Shifts:
    """One seat's. Of too many the oldest are forgotten: what changed before `known` may be missing."""

    known: int = 0
    _shifts: list[Shift] = field(default_factory=list)
    _last: int = 0  # none ends after that

    def take(self, line: Paused | Resumed | EnforcementOff | EnforcementOn | SeatStart, last: int) -> None:
        """`last`: the moment of the seat's entry before."""
        match line:
            case Paused():
                end = FOREVER if line.until is None else line.until
                self._add(Shift("pause", line.wall, end, line.id, line.who, line.until))
            case EnforcementOff():
                self._add(Shift("off", line.wall, line.until, line.id))
            case SeatStart():
                since = last if line.lost_from is None else max(last, min(line.lost_from, line.wall))
                self._add(Shift("down", min(since, line.wall), line.wall))
            case Resumed() | EnforcementOn():
                self._over(line)

    def _add(self, shift: Shift) -> None:
        self._shifts.append(shift)
        self._last = max(self._last, shift.end)
        if len(self._shifts) > MOST:
            self._shifts = [one for one in self._shifts if one.end > shift.start - _KEPT_MS]
        if len(self._shifts) > MOST:
            self.known = max(self.known, *(one.end for one in self._shifts[: MOST // 2]))
            del self._shifts[: MOST // 2]

    def _over(self, line: Resumed | EnforcementOn) -> None:
        for one in reversed(self._shifts):
            if one.id == line.id and one.kind != "down":
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


class Given(NamedTuple):
    """A grant, with its seat: another seat's revocation does not take it back."""

    seat: str
    grant: Grant


@dataclass(slots=True, eq=False)
class Day:
    """What one pseudonym played at one seat. `total`, `games`: the lengths of all plays that are over, one after the other, and
    of each game's. `slept`: a play's length is not the time between its ends, so that no session is known; `many`: there is too
    much of it to ask rules that count play.
    """

    who: str
    total: int = 0
    games: dict[str, int] = field(default_factory=dict)
    running: dict[int, Run] = field(default_factory=dict)
    slept: bool = False
    many: bool = False
    last: int = 0
    _history: History = field(default_factory=History)
    _ended: list[Played] = field(default_factory=list)  # which the history does not have yet, as of most days nothing is asked

    def begin(self, seq: int, run: Run) -> None:
        self.many = self.many or len(self.games) > MOST or len(self.running) > MOST
        if not self.many:
            self.games.setdefault(run.game, 0)
            for other in self.running.values():
                other.alone = False
        self.running[seq] = run

    def end(self, run: Run, ms: int) -> None:
        """It lasted `ms`. Where it slept and another play ran meanwhile, only what was surely played counts."""
        self.slept = self.slept or run.slept
        run.part = "none" if self.many or run.loose else "days" if self.slept else "all"
        if self.many or ms <= 0:
            return
        self.total += ms
        self.games[run.game] += ms
        if not run.loose:
            last = run.ruled[-1] if run.ruled else run
            self._ended.append(Played(run.game, last.publisher, run.since, ms, last.label))

    @property
    def history(self) -> History:
        """All that is over."""
        for one in self._ended:
            self._history.add(one)
        self._ended.clear()
        return self._history


class Ruled(NamedTuple):
    """What a play is decided by from `at` on. `counted`: its rules' days are those of its pseudonym."""

    at: int
    rules: Rules
    bound: Bound
    age: int | None
    label: int | None
    system: str | None
    publisher: str | None
    approved: bool
    counted: bool = True


class Run(msgspec.Struct, eq=False, gc=False):
    """A play. `at` and `mono` are those of its entry; `fresh`: it began then, and no rule was new to it; `learning`: it counts
    for nothing. `apart`: by how much its moments are others by the wall clock, as the PC slept or its clock was set.
    """

    where: Arg
    seat: str
    day: Day
    game: str
    publisher: str | None
    label: int | None
    since: int
    at: int
    mono: int
    boot: str
    ruled: tuple[Ruled, ...]
    alone: bool
    fresh: bool
    learning: bool
    due: tuple[int, int] | None = None  # the moment, and the time to save
    ended: int = FOREVER
    slept: bool = False
    loose: bool = False  # and other play ran meanwhile, so that it is not known which of both was when
    part: Part = "all"
    apart: int = 0
    shifts: Sequence[Shift] = ()

    def now(self, line: AnyEntry) -> int:
        """The moment of an entry of its seat, told by what was played."""
        return self.at + max(0, line.mono - self.mono) if line.boot == self.boot else line.wall


@dataclass(slots=True)
class Seat:
    """One seat's chain, as far as it was read. `bounds`: what was said last in full of each pseudonym, and where; `before`: the
    last entry of the start of the PC before this one.
    """

    first: int
    days: OrderedDict[str, Day] = field(default_factory=OrderedDict)
    bounds: OrderedDict[str, tuple[int, Bound, Rules]] = field(default_factory=OrderedDict)
    runs: dict[int, Run] = field(default_factory=dict)
    shifts: Shifts = field(default_factory=Shifts)
    last: AnyEntry | None = None
    before: AnyEntry | None = None

    def say(self, who: str, seq: int, bound: Bound, rules: Rules) -> None:
        self.bounds[who] = (seq, bound, rules)
        self.bounds.move_to_end(who)
        if len(self.bounds) > _SAID:
            self.bounds.popitem(last=False)
