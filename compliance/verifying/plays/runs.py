"""A play as it is decided again: what bound it, at which moments that changed, and whether it went on for too long. Pure.

Moments are the seat's wall clock where the play's entry stands, and from there on as much as was played.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Literal, NamedTuple

import msgspec

from compliance.entries.override import EnforcementOff, EnforcementOn, Paused, Resumed
from compliance.entries.play import Bound
from compliance.entries.seat import SeatStart
from compliance.entry import AnyEntry
from compliance.verifying.plays.binding import MOST, Part, Rules
from compliance.verifying.watched import RESTART_MS
from i18n.message import Arg
from rules.calendar import DAY_MS, day_name
from rules.decide import decide
from rules.decision import Decision
from rules.facts import Facts, Grant, Past, Pause, Played
from rules.history import History
from rules.policy import NEWS_MS
from rules.spans import Spans

SLACK_MS = 60_000  # a machine may be busy; events may come late
LEAVE_MS = NEWS_MS + SLACK_MS
START_MS = 15_000  # a start that is refused is ended at once
SLEPT_MS = 2_000
SAID = 64  # of so many pseudonyms a seat refers to what it said of them last
_LATELY = 256  # plays of one player that end in two minutes: an honest seat tells of no more
MOST_AWAY_MS = 120_000  # an end is held back for a minute

Span = tuple[int, int]
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


def placed(ms: int, within: Span, *others: Sequence[Span]) -> Iterator[Span]:
    """`ms` of play `within`, in spans: over other play as far as it can be, of the first of `others` before that of the next,
    else as late as may be. So what comes out was no more than what was played, at no moment sooner than it was.
    """
    unions = [Spans() for _ in others]
    for union, spans in zip(unions, others, strict=True):
        for begin, stop in spans:
            union.add(max(begin, within[0]), min(stop, within[1]))
    edges = {*within, *(edge for union in unions for span in union.all for edge in span)}

    def order(span: Span) -> tuple[int, int]:
        return next((at for at, union in enumerate(unions) if union.ms(*span)), len(unions)), -span[0]

    for begin, stop in sorted(pairwise(sorted(edges)), key=order):
        if ms <= 0:
            return
        start = max(begin, stop - ms)
        ms -= stop - start
        yield start, stop


class Given(NamedTuple):
    """A grant, with its seat and id: who takes it back may be heard of later elsewhere."""

    given: int
    grant: Grant
    seat: str
    id: str


@dataclass(slots=True, eq=False)
class Day:
    """One pseudonym at one seat: what was played, and what else decisions of it share."""

    who: str
    total: int = 0  # the lengths of all of it, one after the other
    running: dict[int, Run] = field(default_factory=dict)
    games: dict[str, int] = field(default_factory=dict)  # the same of each
    learning: frozenset[str] = frozenset()
    slept: bool = False  # a play's length is not the time between its ends
    blurred: bool = False  # and another play ran meanwhile: what counts is what was surely played
    many: bool = False
    last: int = 0
    _history: History = field(default_factory=History)
    _ended: list[tuple[str, str | None, int | None, int, int]] = field(default_factory=list)
    _added: int = 0  # so many of these it has
    _lately: deque[tuple[str | None, int, int]] = field(default_factory=lambda: deque(maxlen=_LATELY))  # by publisher

    def end(self, run: Run, ms: int, away: int = 0) -> None:
        """It is over, and stands for several between which nothing was played for so long."""
        game, publisher, label = run.by_last
        spans = [(run.since, run.since + ms)] if not away else self._placed(run, ms, run.since + ms + away)
        for since, until in spans:
            self._ended.append((game, publisher, label, since, until - since))
            self._lately.append((publisher, since, until))

    def _placed(self, run: Run, ms: int, end: int) -> list[tuple[int, int]]:
        going = [(one.by_last[1], one.since, end) for one in self.running.values()]
        others = (*self._lately, *going)
        same = [one[1:] for one in others if one[0] == run.by_last[1]]
        return list(placed(ms, (run.since, end), same, [one[1:] for one in others]))

    @property
    def history(self) -> History:
        """All that is over. Of most days nothing is asked, and nothing added up."""
        for game, publisher, label, since, ms in self._ended[self._added :]:
            self._history.add(Played(game, publisher, since, ms, label))
        self._added = len(self._ended)
        return self._history

    @property
    def plays(self) -> int:
        """How many are over."""
        return len(self._ended)

    def before(self, at: int) -> History:
        """What of it was before `at`."""
        found = History()
        for game, publisher, label, since, ms in self._ended:
            found.add(Played(game, publisher, since, min(ms, at - since), label))  # nothing, if it is less than that
        return found

    @property
    def part(self) -> Part:
        """The rules that can be asked: what a session was is not told where the PC slept, nor what was played of very much."""
        return "none" if self.many else "days" if self.slept else "all"


class Ruled(NamedTuple):
    """What a play is decided by from `at` on."""

    at: int
    rules: Rules
    bound: Bound
    age: int | None
    label: int | None
    system: str | None
    publisher: str | None
    approved: bool
    part: Part = "all"  # which rules can be asked by their days


class Run(msgspec.Struct, eq=False, gc=False):
    """A play. `at` and `mono` are those of its entry."""

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
    changes: int
    alone: bool
    late: bool  # it began before its seat's chain, or goes on from another day
    unsaid: bool = False  # its seat says what binds plays, but not of this one
    refused: bool = False  # by all that its seat had written by then
    ran: bool = False  # before it was that, as its seat says, so that it may go on as if a rule were new
    carried: int = 0  # it may go on to then, as it was told to end as the play of the day before
    due: tuple[int, int] | None = None  # the moment, and the time to save
    ended: int = FOREVER
    slept: bool = False
    blur: int = 0  # by how much its moments are others by the wall clock, as the PC slept or its clock was set
    shifts: Sequence[Shift] = ()
    loose: bool = False  # and other play ran meanwhile, so that it is not known which of both was when
    before: History | None = None  # then: what surely was before it
    spared: int = 0  # how long those grants are together that are not looked at one by one

    @property
    def by_last(self) -> tuple[str, str | None, int | None]:
        """The game, its publisher and its label, as they were said last."""
        last = self.ruled[-1] if self.ruled else self
        return self.game, last.publisher, last.label

    def played(self, ms: int) -> Played:
        """What was played of it by then."""
        game, publisher, label = self.by_last
        return Played(game, publisher, self.since, ms, label)

    def past(self, at: int) -> tuple[Past, tuple[Played, ...]]:
        """What counts at `at` of all that is over; and of a play that is no part of that, itself."""
        if not self.loose:
            return self.day.history.since(at - 3 * DAY_MS), ()
        if self.before is None:
            self.before = self.day.before(self.at)
        game, publisher, label = self.by_last
        return self.before.since(at - 3 * DAY_MS), (Played(game, publisher, self.at, max(0, at - self.at), label),)

    def now(self, mono: int, boot: str, wall: int) -> int:
        """The moment of an entry of its seat, told by what was played."""
        return self.at + max(0, mono - self.mono) if boot == self.boot else wall

    def apart(self, mono: int, wall: int) -> None:
        """What both clocks showed when it was over, or at the last that is known of its run of the PC."""
        found = abs(wall - self.now(mono, self.boot, wall))
        self.blur = found if found > SLEPT_MS else 0


@dataclass(slots=True)
class Seat:
    """One seat's chain, as far as it was read."""

    days: OrderedDict[str, Day] = field(default_factory=OrderedDict)
    dropped: int = 0  # the moment of the last of those days that are not kept
    bounds: OrderedDict[str, tuple[int, Bound, Rules]] = field(default_factory=OrderedDict)  # said last in full, of whom
    runs: dict[int, Run] = field(default_factory=dict)
    shifts: Shifts = field(default_factory=Shifts)
    midnight: dict[int, tuple[int, int] | None] = field(default_factory=dict)  # plays that it ended; when due, how long left
    first: int = 0  # the moment of its first entry
    last: AnyEntry | None = None
    ran: OrderedDict[str, tuple[int, int]] = field(default_factory=OrderedDict)  # the last moment of each run of the PC
    tells: bool = False  # some entry of it has said what bound a play

    def restart(self, boot: str) -> None:
        """Its PC was started anew, if that is another run of it."""
        if self.last is not None and self.last.boot != boot:
            self.ran[self.last.boot] = self.last.mono, self.last.wall
            if len(self.ran) > SAID:
                self.ran.popitem(last=False)

    def say(self, who: str, seq: int, bound: Bound, rules: Rules) -> None:
        """What binds this pseudonym. By its clock a seat may be anywhere; it names only what it said of the last ones."""
        self.bounds[who] = (seq, bound, rules)
        self.bounds.move_to_end(who)
        if len(self.bounds) > SAID:
            self.bounds.popitem(last=False)


def facts_of(
    run: Run, ruled: Ruled, at: int, *, played: tuple[Played, ...] = (), past: Past | None = None,
    grants: tuple[Grant, ...] = (), paused: Pause | None = None,
) -> Facts:
    """All that is known at `at`. ValueError: nothing can be asked about such a day."""
    bound, today = ruled.bound, day_name(ruled.bound.zone, at)
    return Facts(
        now=at,
        place=bound.place,  # type: ignore[arg-type] # checked where the entry is read
        game=run.game,
        publisher=ruled.publisher,
        label=ruled.label,
        system=ruled.system,  # type: ignore[arg-type] # one that no rule knows is one more system
        born=None if ruled.age is None else date(today.year - ruled.age, 1, 1),
        guardian=bound.guardian,
        approved=frozenset((run.game,) if ruled.approved else ()),
        played=played, past=past, grants=grants, paused=paused,
    )  # fmt: skip


def decided(
    run: Run, ruled: Ruled, at: int, grants: tuple[Grant, ...], played: tuple[Played, ...], blur: int = 0
) -> Decision:  # fmt: skip
    """The decision at `at`, with `played` beside what is over. ValueError."""
    day, bound = run.day, ruled.bound
    pause = paused(run, at, blur)
    limited = bool(ruled.rules.packs) or bound.house
    past, own = run.past(at)
    facts = facts_of(
        run, ruled, at, played=(*played, *own), past=past, grants=grants,
        paused=Pause(pause.until, bound.zone, pause.id) if pause is not None and limited else None,
    )  # fmt: skip
    part = day.part if ruled.part == "all" else ruled.part
    return decide(ruled.rules.policy(part, day.learning), facts)


def paused(run: Run, at: int, blur: int) -> Shift | None:
    """The pause that surely held at `at`, whose moments may be as much as `blur` away; of several the longest."""
    found = (one for one in run.shifts if one.kind == "pause" and one.start + blur <= at < one.ends(run.day.who) - blur)
    return max(found, key=lambda one: FOREVER if one.until is None else one.until, default=None)
