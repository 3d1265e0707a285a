"""Counts the entries of a log for the days of a report. Pure; takes each entry once, in the order of the log.

A play belongs to the day on which it began, everything else to the day on which it was written. Days are the place's. A play
that was written once more, after a backup was put back, is one play.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import date
from typing import Any, NamedTuple

import msgspec
from msgspec import UNSET

from compliance.entries import override
from compliance.entries.decision import Decided, LaunchRefused, PlayDue
from compliance.entries.place import CheckedIn, CheckedOut, GameChanged, GuardianChanged, PlaceChanged, PolicyChanged
from compliance.entries.play import PlayEnded, PlayStarted, Warned
from compliance.entries.program import ProgramRefused, ProgramsChanged
from compliance.entries.seat import IssueRaised, Presence, SeatRetired
from compliance.entry import AnyEntry
from compliance.format.chain import AGENT
from compliance.format.house_rule import HOUSE
from compliance.reporting.figures import Figures
from compliance.reporting.periods import Period
from compliance.reporting.watched import Watched
from compliance.verifying.overview import GUARDIAN
from compliance.verifying.sums.again import Again
from compliance.verifying.zones import DEFAULT, Zones
from rules.calendar import Calendar, calendar
from rules.engine.label_words import label_said
from rules.systems import SYSTEMS

ADULT = 18
_BEGINS = 2  # an agent's first entries: its key, and that it is at a home until somebody says otherwise
# What is counted nowhere, and is most of a log. Entries are canonical, so these bytes stand in no other kind.
_SEAL, _TICK, _DAY = (f'"kind":"{kind}"'.encode() for kind in ("seal", "agent.tick", "usage.day"))
_decoder: msgspec.json.Decoder[AnyEntry] = msgspec.json.Decoder(AnyEntry)
_CHANGES = {
    PlaceChanged: "place.changed", PolicyChanged: "policy.changed", GuardianChanged: "guardian.changed",
    GameChanged: "game.changed", ProgramsChanged: "programs.changed", SeatRetired: "seat.retired",
}  # fmt: skip


class _Play(NamedTuple):
    day: str | None  # None: not of these days
    group: str
    game: str
    label: str


class _Due(NamedTuple):
    number: int
    day: str
    group: str
    rule: str
    cite: str


class Counter:
    """`figures` are those of the period once `finish` was called. `decisions`: of each rule the fields of one that named it, to
    be put into words; `unread`: entries of a newer version; `running`: plays of these days whose end the log does not tell.

    Several logs may be counted for the same `figures`, each by a counter of its own: its entries are numbered from `first` on,
    and its seats go by the `letter` of the log.
    """

    def __init__(self, period: Period, figures: Figures | None = None, letter: str = "", first: int = 0) -> None:
        self.figures = Figures() if figures is None else figures
        self._letter, self._first = f"{letter} " if letter else "", first
        self.decisions: dict[str, dict[str, Any]] = {}
        self.unread = 0
        self.running = 0
        self.place: PlaceChanged | None = None  # as it was set last
        self.begun: int | None = None  # when the first entry was written
        self.ended = 0  # and the last one, by the agent's clock if it tells
        self._period = period
        self._zones = Zones()
        self._calendar: Calendar = calendar(DEFAULT)
        self._day_from = self._day_to = 0  # the last day that was asked for, as the next entry is mostly of it
        self._name: str | None = None
        self._plays: dict[tuple[str, int], _Play] = {}
        self._dues: dict[Hashable, _Due] = {}
        self._again = Again()
        self._heard: set[tuple[str, str]] = set()
        self._moving = False
        self._tick: bytes | None = None
        self._off: dict[tuple[str, str], tuple[int, str, int, int]] = {}
        self._watched = Watched(self)
        self._takers: dict[type[AnyEntry], Callable[[int, Any], None]] = {
            PlayStarted: self._started, PlayEnded: self._ended, Warned: self._warned,
            PlayDue: self._due, LaunchRefused: self._refused, CheckedIn: self._checked_in,
            CheckedOut: self._checked_out,
        }  # fmt: skip

    @property
    def zone(self) -> str:
        """The place's, whose days these are."""
        return self._calendar.zone

    def take(self, index: int, data: bytes) -> None:
        """The entry number `index` of the log, by its bytes."""
        index += self._first
        if _TICK in data:
            self._tick = data
            return
        if _SEAL in data or _DAY in data:
            return
        try:
            line = _decoder.decode(data)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            self.unread += 1
            return
        if self.begun is None:
            self.begun = line.wall
        self.ended = line.wall
        self._watched.take(index, line)
        if line.seat != AGENT and (day := self._day(line.wall)) is not None and (day, line.seat) not in self._heard:
            self._heard.add((day, line.seat))
            self.figures.add("heard", index, day, self._letter + line.seat)
        if not isinstance(line, Presence):
            self._takers.get(type(line), self._other)(index, line)

    def finish(self) -> Figures:
        """What was open when the log ended."""
        for due in self._dues.values():
            self.figures.add("due", *due, "")
        for off in self._off.values():
            self._lifted(*off)
        self.running = sum(self._plays[key].day is not None for key in self._again.running())
        end = self._ended_at()
        self.ended = self.ended if end is None else end
        self._watched.finish(AGENT, end)
        return self.figures

    def _ended_at(self) -> int | None:
        """When the log ends, by the clock of its agent; None if that never said so."""
        try:
            return None if self._tick is None else _decoder.decode(self._tick).wall
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None

    # What `Watched` finds.

    def alive(self, entry: int, seat: str, since: int, ms: int) -> None:
        if (day := self._day(since)) is not None and ms:
            self.figures.add("alive", entry, day, self._letter + seat, ms=ms)

    def gap(self, entry: int, seat: str, start: int, end: int, how: str) -> None:
        """As much of it as lies in these days, told on the last of them."""
        first, over = (self._calendar.moment(day, 0) for day in
                       (self._period.first.toordinal(), self._period.last.toordinal() + 1))  # fmt: skip
        start, end = max(start, first), min(end, over)
        if end > start:
            self.figures.add("gap", entry, self._day(end - 1) or "", self._letter + seat, how, ms=end - start)

    # What each kind says.

    def _started(self, index: int, line: PlayStarted) -> None:
        play = _Play(self._day(line.since), _group(line.age), line.game, _label(line))
        self._plays[line.seat, line.seq] = play
        if self._again.start(line) is not None:
            return
        if play.day is not None and line.resumed is None:
            self.figures.add("play", index, play.day, *play[1:])

    def _ended(self, index: int, line: PlayEnded) -> None:
        play = self._plays.pop((line.seat, line.play), None)
        due = self._dues.pop(self._again.play(line.seat, line.play), None)
        again = self._again.end(line)
        if play is not None and play.day is not None and (again or line.ms <= 0):
            self.figures.add("time", index, play.day, *play[1:], ms=again)
        if due is not None:
            self.figures.add("due", *due, line.how)

    def _warned(self, index: int, line: Warned) -> None:
        if (day := self._day(line.wall)) is None:
            return
        play = self._plays.get((line.seat, line.play))
        how = "unseen" if not line.shown else "shown" if line.how is UNSET else line.how
        what = "time" if line.rule is None else "law"
        self.figures.add("warned", index, day, "unknown" if play is None else play.group, what, how)

    def _due(self, index: int, line: PlayDue) -> None:
        key = self._again.play(line.seat, line.play)
        if key not in self._dues and (day := self._day(line.wall)) is not None:
            self._dues[key] = _Due(index, day, _group(line.age), self._rule(line), line.cite)

    def _refused(self, index: int, line: LaunchRefused) -> None:
        if (day := self._day(line.wall)) is not None:
            about = _group(line.age), self._rule(line), line.cite, line.game, _label(line)
            self.figures.add("refused", index, day, *about)

    def _checked_in(self, index: int, line: CheckedIn) -> None:
        """Who moves to another PC is checked out at one and in at the other: the same customer."""
        how, self._moving = "moved" if self._moving else line.how, False
        if (day := self._day(line.wall)) is not None:
            self.figures.add("checkin", index, day, self._letter + line.at, how)

    def _checked_out(self, _: int, line: CheckedOut) -> None:
        self._moving = self._moving or line.how == "moved"

    def _other(self, index: int, line: AnyEntry) -> None:
        if isinstance(line, PlaceChanged) and line.seat == AGENT:
            self._moved(line)
            if line.seq <= _BEGINS and line.place == "home":
                return
        elif isinstance(line, override.EnforcementOn) and (off := self._off.pop((line.seat, line.id), None)):
            self._lifted(*off[:3], min(line.wall, off[3]))
        if (day := self._day(line.wall)) is None:
            return
        if isinstance(line, override.EnforcementOff):
            self._off[line.seat, line.id] = index, day, line.wall, line.until
        elif (over := _override(line)) is not None:
            self.figures.add("override", index, day, *over[:2], ms=over[2])
        elif (change := _CHANGES.get(type(line))) is not None:
            self.figures.add("change", index, day, change)
        elif isinstance(line, IssueRaised):
            self.figures.add("issue", index, day, line.id)
        elif isinstance(line, ProgramRefused):
            self.figures.add("program", index, day, line.how)

    def _lifted(self, index: int, day: str, start: int, until: int) -> None:
        self.figures.add("override", index, day, "enforcement.off", GUARDIAN, ms=max(0, until - start))

    def _moved(self, line: PlaceChanged) -> None:
        self.place = line
        self._zones.change(line.wall, line.zone)
        self._calendar = calendar(self._zones.last)
        self._day_from = self._day_to = 0

    def _rule(self, line: Decided) -> str:
        """Its id; those that a house made itself are one."""
        rule = HOUSE if line.pack == HOUSE else line.rule
        if rule not in self.decisions:
            self.decisions[rule] = msgspec.to_builtins(line)
        return rule

    def _day(self, at: int) -> str | None:
        """The day of the moment, if it is one of these. Of several zones the last one before it in the log counts."""
        if not self._day_from <= at < self._day_to:
            try:
                day = self._calendar.day(at)
            except (ValueError, OverflowError):
                return None
            self._day_from, self._day_to = day.start, day.end
            self._name = date.fromordinal(day.ordinal).isoformat() if day.ordinal in self._period else None
        return self._name


def _group(age: int | None) -> str:
    return "unknown" if age is None else "minor" if age < ADULT else "adult"


def _label(line: PlayStarted | LaunchRefused) -> str:
    """As it is shown; "" for none."""
    if line.label is None:
        return ""
    system = "VN" if line.system is UNSET else next((one for one in SYSTEMS if one == line.system), None)
    return label_said(line.label, system)


def _override(line: AnyEntry) -> tuple[str, str, int] | None:  # noqa: PLR0911 - one case a kind of entry
    """What somebody did beside the rules, in which role, and how much time that gave. Only guardians pause, let games
    through and take time back; who gave time or answered is in the entry."""
    match line:
        case override.GrantGiven():
            return "grant.given", line.by, max(0, line.ms)
        case override.GrantRevoked():
            return "grant.revoked", GUARDIAN, 0
        case override.Answered():
            what = "answer.yes" if line.approved else "answer.withdrawn" if line.by == "player" else "answer.no"
            return what, line.by, 0
        case override.Approval() | override.ApprovalEnded() | override.Paused():
            return str(line.__struct_config__.tag), GUARDIAN, 0
        case override.CodeUsed():
            return "code.used", GUARDIAN, 0
        case override.PinFailed():
            return "pin.failed", "", 0
        case _:
            return None
