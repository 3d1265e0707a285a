"""Reads the entries as what they say: makes every decision again, adds up play again, finds gaps and silence. Pure.

Takes entries whose chains and signatures were verified, in the order of the log. What contradicts itself or the rules is a
failure; what an inspector should know but no rule forbids is a finding or a gap.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from compliance.entry import (
    AgentTick,
    AnyEntry,
    ClockJump,
    Decided,
    IssueCleared,
    IssueRaised,
    LaunchRefused,
    PlaceChanged,
    PlayDue,
    PlayEnded,
    PlayStarted,
    PolicyChanged,
    SeatStart,
    UsageDay,
    ZoneChanged,
)
from compliance.format.chain import AGENT
from compliance.format.house_rule import HOUSE
from compliance.verifying.presence import SeatLife
from compliance.verifying.recompute import Recomputer, Unfounded
from compliance.verifying.report import Audit, Failure, Finding, entry_name
from compliance.verifying.sums import Plays
from compliance.verifying.zones import Zones
from rules.calendar import day_name

OVERRUN_MS = 60_000
LATE_MS = 10 * 60_000


@dataclass
class Auditor:
    """`take` every entry, then `finish`. `texts` are the packs' texts by their SHA-256."""

    texts: Mapping[str, str]
    _failures: list[Failure] = field(default_factory=list)
    _findings: list[Finding] = field(default_factory=list)
    _seats: dict[str, SeatLife] = field(default_factory=dict)
    _plays: Plays = field(default_factory=Plays)
    _decisions: list[tuple[str, PlayDue | LaunchRefused]] = field(default_factory=list)
    _summaries: list[tuple[str, UsageDay]] = field(default_factory=list)
    _due: dict[tuple[str, int], PlayDue] = field(default_factory=dict)
    _issues: dict[tuple[str, str], Finding] = field(default_factory=dict)
    _silent: Counter[str] = field(default_factory=Counter)
    _late: Counter[str] = field(default_factory=Counter)
    _zones: Zones = field(default_factory=Zones)
    _tick: int = 0
    _unchecked: int = 0

    def __post_init__(self) -> None:
        self._recomputer = Recomputer(self.texts)

    @property
    def zone(self) -> str:
        """The place's zone, the last one if it changed."""
        return self._zones.last

    def take(self, index: int, line: AnyEntry) -> None:
        """The next entry of the log."""
        where = entry_name(index, line)
        life = self._seats.get(line.seat)
        if life is None:
            life = self._seats[line.seat] = SeatLife(line.seat)
        self._findings += life.take(line, where)
        if line.seat != AGENT and self._tick - line.wall > LATE_MS:
            self._late[line.seat] += 1
        match line:
            case PlayStarted():
                self._plays.start(line)
                if line.resumed is not None and (due := self._due.get((line.seat, line.resumed))) is not None:
                    self._due[line.seat, line.seq] = due  # midnight came while it was saved
            case PlayEnded():
                self._ended(where, line)
            case PlayDue() | LaunchRefused():
                self._decided(where, line)
            case SeatStart():
                self._started(where, line, life)
            case _:
                self._told(where, line)

    def _told(self, where: str, line: AnyEntry) -> None:
        match line:
            case UsageDay():
                self._summaries.append((where, line))
            case PlaceChanged() if line.seat == AGENT:
                self._zones.change(line.wall, line.zone)
            case PolicyChanged():
                self._policy(where, line)
            case ClockJump():
                jump = _seconds(line.to - line.expected)
                self._note("clock-jump", where, f"đồng hồ nhảy {jump} / the clock jumped by {jump}")
            case ZoneChanged():
                zones = f"{line.before} → {line.after}"
                self._note("zone", where, f"múi giờ của máy bị đổi {zones} / the PC's time zone was changed: {zones}")
            case IssueRaised():
                self._issues[line.seat, line.id] = Finding("issue", where, f"sự cố {line.id} / issue {line.id}")
            case IssueCleared():
                if (open_ := self._issues.pop((line.seat, line.id), None)) is not None:
                    self._note("issue", open_.where, f"{open_.what}, hết ở seq {line.seq} / over at seq {line.seq}")
            case AgentTick() if line.seat == AGENT:
                self._tick = line.wall
                self._silent.update(line.silent)
            case _:
                pass

    def finish(self) -> Audit:
        """All that was found."""
        for where, line in self._decisions:
            self._sums(where, line)
        for where, summary in self._summaries:
            self._summary(where, summary)
        self._findings += self._issues.values()
        for seat, times in self._silent.items():
            self._note("silent", f"seat {seat}", f"im lặng {times} lần báo / silent at {times} of the agent's ticks")
        for seat, entries in self._late.items():
            self._note("late", f"seat {seat}", f"{entries} mục đến muộn, theo đồng hồ của đại lý"
                                               f" / {entries} entries came late, by the agent's own clock")
        if self._unchecked:
            self._note("unchecked", "–", f"{self._unchecked} tổng giờ chơi không cộng lại được từ các mục"
                                         f" / {self._unchecked} sums of play cannot be added up again from the entries")
        ended = [play.ended for play in self._plays if play.ended is not None]
        return Audit(
            failures=tuple(self._failures),
            findings=tuple(self._findings),
            gaps=tuple(gap for life in self._seats.values() for gap in life.gaps),
            seats=tuple(life.part() for life in self._seats.values()),
            days=len({day_name(self.zone, play.start.since) for play in self._plays}),
            plays=sum(1 for _ in self._plays),
            played_ms=sum(line.ms for line in ended),
            decisions=len(self._decisions),
        )

    # --- plays and decisions --------------------------------------------------------------------------------------------

    def _ended(self, where: str, line: PlayEnded) -> None:
        play = self._plays.find(line.seat, line.play)
        if play is None or play.ended is not None:
            self._fail(where, f"không có lượt chơi {line.play} đang mở", f"no play {line.play} of this seat is open")
            return
        start = play.start
        if (line.who, line.game, line.since) != (start.who, start.game, start.since) or line.ms < 0:
            self._fail(where, f"khác play.started {line.play}", f"it is not what play.started {line.play} began")
            return
        play.ended = line
        if line.late:
            self._note("late-play", where, "không ai thấy lúc kết thúc / nobody saw its end")
        due = self._due.get((line.seat, line.play))
        if due is not None and due.boot == line.boot and line.mono - due.mono > due.grace + OVERRUN_MS:
            over = _seconds(line.mono - due.mono - due.grace)
            self._note("overrun", where, f"chơi tiếp {over} sau khi hết giờ / went on for {over} after its time was over")

    def _decided(self, where: str, line: PlayDue | LaunchRefused) -> None:
        self._decisions.append((where, line))
        if isinstance(line, PlayDue):
            play = self._plays.find(line.seat, line.play)
            if play is None or (play.start.who, play.start.game) != (line.who, line.game):
                self._fail(where, f"không có lượt chơi {line.play} này", f"there is no such play {line.play}")
            if (line.seat, line.play) in self._due:
                self._note("due-again", where, "đã hết giờ một lần, rồi được chơi tiếp / it was due before and let go on")
            self._due[line.seat, line.play] = line
        try:
            self._recomputer.check(line)
        except Unfounded as error:
            self._failures.append(Failure(where, str(error)))

    def _sums(self, where: str, line: Decided) -> None:
        """The decision's sums against the plays, if the rule's day is the day of its pseudonym."""
        day = self._zones.day(line.at, line.zone)
        known_sums = None if day is None else self._plays.before(line, day)
        if known_sums is None:
            self._unchecked += 1
            return
        for name, allowed in known_sums.items():
            if line.before.get(name) not in allowed:
                told, known = line.before.get(name), _range(allowed.least, allowed.most)
                self._fail(where, f"tổng {name} ghi {told} ms, cộng lại các lượt chơi được {known} ms",
                           f"its sum {name} is {told} ms, its plays add up to {known} ms")

    def _summary(self, where: str, line: UsageDay) -> None:
        first = next(iter(self._plays.plays.get(line.who, ())), None)
        if first is None:
            return
        day = self._zones.day(first.start.since)
        if day is None:
            self._unchecked += 1
            return
        if day_name(self._zones.at(first.start.since), first.start.since).isoformat() != line.day:
            self._fail(where, f"{line.day} không phải ngày của các lượt chơi này", f"{line.day} is not the day of these plays")
        known = self._plays.day(line, day, all_seats=line.seat == AGENT)
        for game in sorted(known.keys() | line.games.keys()):
            told = line.games[game].ms if game in line.games else 0
            least, most = known.get(game, (0, 0))
            if not least <= told <= most:
                self._fail(where, f"{game} ghi {told} ms, cộng lại các lượt chơi được {_range(least, most)} ms",
                           f"it says {told} ms of {game}, the plays add up to {_range(least, most)} ms")

    # --- the rest --------------------------------------------------------------------------------------------------------

    def _started(self, where: str, line: SeatStart, life: SeatLife) -> None:
        if not life.claim_holds:
            self._fail(where, "nói lần trước dừng đúng cách, nhưng không có seat.stop",
                       "it says that the last run ended in order, but there is no seat.stop")

    def _policy(self, where: str, line: PolicyChanged) -> None:
        for pack in line.packs:
            if pack.sha256 != HOUSE and pack.sha256 not in self.texts:
                self._note("pack", where, f"thiếu văn bản gói {pack.id} / the text of pack {pack.id} is not in the bundle")

    def _fail(self, where: str, vi: str, en: str) -> None:
        self._failures.append(Failure(where, f"{vi} / {en}"))

    def _note(self, kind: str, where: str, what: str) -> None:
        self._findings.append(Finding(kind, where, what))


def _seconds(ms: int) -> str:
    return f"{ms / 1000:.1f} s"


def _range(least: int, most: int) -> str:
    return str(least) if least == most else f"{least}…{most}"
