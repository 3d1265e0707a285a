"""Whether one seat's entries agree with its clocks: boots, runs, and that its wall clock and its play clock go together. Pure.

A seat writes as it goes, but for warnings, which wait for a display, and what waited for a full disk. Its wall clock may be set
right by five minutes without a word; the clock that play is counted on nobody can set, and it stands still only while the PC
sleeps.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from msgspec import UNSET

from compliance.entries.decision import Decided, LaunchRefused, PlayDue
from compliance.entries.log import Seal
from compliance.entries.seat import ClockJump, IssueRaised, Presence, SeatStart, SeatStop
from compliance.entry import AnyEntry
from compliance.format.chain import AGENT
from compliance.verifying.listed import Listed
from compliance.verifying.report import NOWHERE, Failure, Finding
from compliance.verifying.watched import HOUR, MINUTE_MS, read_bits
from i18n.message import Arg, Length, Message, msg
from rules.calendar import DAY_MS

CLOCK_BACK_MS = 5 * MINUTE_MS
_FAR_MS = DAY_MS // 2  # what is set by less lets sums be added up still
_WAITED_MS = 2 * MINUTE_MS  # the longest that an entry is written after its moment…
_BEFORE_MS = 10 * MINUTE_MS  # …but for a full disk: what lies further back was never so
_DIP_MS = MINUTE_MS
_SAME_MS = 5_000
_SILENT_MS = 70 * MINUTE_MS  # a seat says each hour in which minutes it was alive
_LAST_MS = 10 * MINUTE_MS  # and once more when it stops
_FEW = 4
_ROW_MS = 5 * MINUTE_MS  # of a play that goes on there is a row each minute
_SETTLED_MS = 30 * MINUTE_MS
_MOST = 20  # times that the clock was set back by half a day
_FULL = "journal-unwritable"

_SAID = frozenset({SeatStart, SeatStop, Presence, IssueRaised, ClockJump, PlayDue, LaunchRefused})


class SeatClock:
    """`take` every entry of one seat in order, then ask `failures` and `findings`. `counted`: up to where, by the play clock of
    each start of the PC that is over, a play that went on was certainly counted; `wander`: by how much in all the wall clock
    lost on that. `stood`: for how long, before the daemon was started last, this start of the PC had no word of it; `off`: the
    same with what the PC slept. `began`: when its chain did; `followed`: its PC was another seat before. `again`: times (wall)
    that it has shown twice by now, as it was set back by half a day or more.
    """

    __slots__ = (
        "_ahead", "_ahead_then", "_alive", "_asked", "_back", "_boot", "_boots", "_dip", "_failures", "_findings", "_full",
        "_jumped", "_mono", "_run", "_stopped", "_told", "_top", "_wall", "_wandered", "_worked", "again", "began",
        "counted", "followed", "off", "seat", "stood", "wander",
    )  # fmt: skip

    def __init__(self, seat: str) -> None:
        self.seat = seat
        self.counted: dict[str, int] = {}
        self.wander = self._wandered = 0  # in all, and at its last sign of life
        self.stood = self.off = self.began = 0
        self.followed = False
        self._back: tuple[str, int, int] | None = None  # boot, play clock and wall clock, when that was set back last
        self.again: deque[tuple[int, int]] = deque(maxlen=_MOST)
        self._boots: set[str] = set()
        self._mono = 0  # how far this start of the PC was seen
        self._worked = self._ahead = 0
        self._asked: dict[str, Arg] = {}
        self._jumped: set[str] = set()
        self._failures: dict[str, Failure] = {}  # one of each kind: what follows from a lie is no other one
        self._findings = Listed()
        self._run: int | None = None  # since when, by the play clock, the daemon runs
        self._stopped = False
        self._boot = ""
        self._wall: int | None = None
        self._top = 0  # how far the wall clock was ever ahead of the play clock in this boot
        self._dip: tuple[Arg, int] | None = None
        self._alive = self._told = self._ahead_then = 0  # at its last sign of life: play clock, minute, the clocks' difference
        self._full = False

    def take(self, where: Arg, line: AnyEntry) -> None:
        if self._stopped and self.seat != AGENT and not isinstance(line, Seal | SeatStart):
            self._fail("stopped", where, msg("the seat had stopped, and does not say that it was started again"))
        wall, mono = line.wall, line.mono
        if line.boot != self._boot:
            self._restarted(line, where)
        else:
            if mono < self._mono:
                self._goes_back(line, where)
            ahead = wall - mono
            if ahead != self._ahead or ahead != self._top or self._dip is not None:
                self._compare(line, where)
        if type(line) in _SAID:
            self._says(line, where)
        self._mono = max(self._mono, mono)
        self._wall = wall

    @property
    def worked(self) -> int:
        """Until when (by the wall clock) it was seen to have been at work for a while."""
        return max(self._worked, self._wall or 0) if self._ran() >= _SETTLED_MS else self._worked

    @property
    def went_back(self) -> bool:
        """Whether its wall clock was set back within a day, by either clock."""
        if self._back is None:
            return False
        boot, mono, wall = self._back
        return (boot == self._boot and self._mono - mono <= DAY_MS) or abs((self._wall or 0) - wall) <= DAY_MS

    def _ran(self) -> int:
        return 0 if self._run is None else self._mono - self._run

    def _over(self) -> None:
        """A run, or a start of the PC, is over."""
        self._worked = self.worked
        if self._ran() > _ROW_MS:
            self.counted[self._boot] = self._mono - _ROW_MS

    def _says(self, line: AnyEntry, where: Arg) -> None:
        match line:
            case SeatStart():
                self._over()
                self._silence(self._mono, line.wall, where)
                self.followed = self.followed or line.follows is not UNSET
                self.stood = self.off = max(0, line.mono - self._mono)
                if self._mono and self._wall is not None:
                    self.off = max(self.stood, line.wall - self._wall)
                self._run, self._alive, self._stopped = line.mono, line.mono, False
                self._ahead_then = line.wall - line.mono
            case SeatStop():
                self._over()
                self._silence(line.mono, line.wall, where, _LAST_MS)
                self._run, self._stopped = None, True
            case Presence():
                self._present(line, where)
            case IssueRaised() if line.id == _FULL:
                self._full = True
            case ClockJump():
                self._jumped.add(line.boot)
            case Decided() if abs(line.at - line.wall) > CLOCK_BACK_MS:
                self._asked[line.boot] = self._asked.get(line.boot) or where
            case _:
                pass

    def failures(self) -> Iterator[Failure]:
        yield from self._failures.values()
        for boot, where in self._asked.items():
            if boot not in self._jumped and where != NOWHERE:
                yield Failure(where, msg("it was decided for a moment that no clock of the seat showed"))

    def findings(self) -> Iterator[Finding]:
        self._silence(self._mono, self._wall or 0, msg("seat {seat}", seat=self.seat))
        yield from self._findings

    def _restarted(self, line: AnyEntry, where: Arg) -> None:
        if line.boot in self._boots:
            self._fail("boot-again", where, msg("it belongs to an earlier start of the PC, after which there was another"))
        elif self._boot and self.seat != AGENT and not isinstance(line, SeatStart):
            self._fail("boot", where, msg("the PC was started anew, and the seat does not say that it was, too"))
        if self._wall is None:
            self.began = line.wall
        elif (back := self._wall - line.wall) > CLOCK_BACK_MS:
            self._set_back(line, back, where)
        self._over()
        self._silence(self._mono, line.wall, where)
        self._boots.add(line.boot)
        self._boot, self._dip, self._alive = line.boot, None, line.mono
        self._mono = 0  # of this start of the PC nothing was seen yet
        self._top = self._ahead = line.wall - line.mono

    def _goes_back(self, line: AnyEntry, where: Arg) -> None:
        before = self._mono - line.mono
        if before > _BEFORE_MS and not self._full:
            back = msg("the clock that play is counted on goes back by {length}, which it cannot", length=Length(before))
            self._fail("mono", where, back)
        elif before > _WAITED_MS:
            said = msg("it was written {length} after its moment", length=Length(before))
            self._note("clock-order", line.wall, where, said)

    def _compare(self, line: AnyEntry, where: Arg) -> None:
        """Within one boot the wall clock may only gain on the play clock, while the PC sleeps."""
        ahead = line.wall - line.mono
        back = self._top - ahead
        if ahead < self._ahead:
            self.wander += self._ahead - ahead
        self._ahead = ahead
        if back > CLOCK_BACK_MS:
            self._set_back(line, back, where)
            self._top, self._dip = ahead, None
        elif back > _DIP_MS:
            self._dip = self._dip or (where, line.wall)
        else:
            if self._dip is not None and abs(back) <= _SAME_MS:
                text = msg("the clock was set back for a while, and then to what it had been")
                self._note("clock-dip", self._dip[1], self._dip[0], text)
            self._top, self._dip = max(self._top, ahead), None

    def _set_back(self, line: AnyEntry, back: int, where: Arg) -> None:
        """What was told of before, by a clock that was ahead, is not still to come."""
        self._back, self._told = (line.boot, line.mono, line.wall), min(self._told, line.wall)
        self._note("clock-back", line.wall, where, msg("the clock went back by {length}", length=Length(back)))
        if back >= _FAR_MS:
            self.again.append((line.wall, line.wall + back))

    # --- signs of life ---------------------------------------------------------------------------------------------------

    def _present(self, line: Presence, where: Arg) -> None:
        """Each of its minutes was noted when one more had gone by on the play clock."""
        bits = read_bits(line)
        if not bits:
            self._fail("bits", where, msg("it does not say in which minutes the seat was alive"))
        if self._run is not None and bits.bit_count() > max(0, line.mono - self._alive) // MINUTE_MS + 2:
            ran, told = Length(max(0, line.mono - self._alive)), str(bits.bit_count())
            text = msg("it says that the seat was alive in {told} minutes; the PC ran for {length}", told=told, length=ran)
            self._fail("alive", where, text)
        last = line.since + (bits.bit_length() - 1) * MINUTE_MS
        if last - line.wall > CLOCK_BACK_MS and not self.went_back:
            text = msg("it says that the seat was alive in minutes that were still to come")
            self._note("presence", line.wall, where, text)
        if self._run is not None and bits.bit_count() + _FEW < min(HOUR, max(0, line.mono - self._alive) // MINUTE_MS):
            text = msg("the PC ran in more minutes than those in which it says that the seat was alive")
            self._note("presence", line.wall, where, text)
        self._placed(line, last, where)
        self._silence(line.mono, line.wall, where)

    def _placed(self, line: Presence, last: int, where: Arg) -> None:
        """Its minutes come after those told before; and if the PC did not sleep, the last was just now."""
        slept = abs(line.wall - line.mono - self._ahead_then) > CLOCK_BACK_MS
        if not self.went_back and (line.since < self._told - CLOCK_BACK_MS or (
            not slept and self._run is not None and line.wall - last > 2 * CLOCK_BACK_MS
        )):
            text = msg("it says that the seat was alive in other minutes than those since it said so last")
            self._note("presence", line.wall, where, text)
        self._told, self._ahead_then = last + MINUTE_MS, line.wall - line.mono

    def _silence(self, mono: int, wall: int, where: Arg, most: int = _SILENT_MS) -> None:
        """The seat says up to `mono` that it was alive, or ought to. An hour is longer by what the wall clock was set back."""
        if self._run is not None and (silent := mono - self._alive) > most + self.wander - self._wandered:
            said = msg("the PC ran for {length} in which the seat does not say that it was alive", length=Length(silent))
            self._note("presence", wall, where, said)
        self._alive, self._wandered = mono, self.wander

    def _fail(self, kind: str, where: Arg, what: Message) -> None:
        if where != NOWHERE:
            self._failures.setdefault(kind, Failure(where, what))

    def _note(self, kind: str, at: int, where: Arg, what: Message) -> None:
        self._findings.add(Finding(kind, where, what, seat=self.seat, at=at))
