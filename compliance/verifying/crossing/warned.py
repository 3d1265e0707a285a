"""Whether what players were told goes with their plays, and each play that was ended was due, and told so before. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from msgspec import UNSET

from compliance.entry import (
    AnyEntry,
    ClockJump,
    Decided,
    EnforcementOff,
    EnforcementOn,
    GrantGiven,
    GrantRevoked,
    LaunchRefused,
    Paused,
    PlayDue,
    PlayEnded,
    PlayRuled,
    PlayStarted,
    Resumed,
    SeatStart,
    Warned,
)
from compliance.verifying.crossing.tally import Tally
from compliance.verifying.report import Finding
from i18n.message import Arg, msg

_NEWS_MS = 90_000  # nobody is warned who was refused at once
_APART_MS = 150_000  # clocks that are set right, and warnings that waited for a display
_KEPT = 64
_CHANGING = (
    GrantGiven, GrantRevoked, Paused, Resumed, EnforcementOff, EnforcementOn, PlayStarted, PlayEnded, PlayRuled, ClockJump,
    SeatStart,
)  # fmt: skip
TAKEN = (*_CHANGING, Warned, PlayDue, LaunchRefused)


@dataclass(slots=True)
class _Play:
    """`foreseen`: when by the play clock it was told to end, and how often things had changed by then; `due`: where it was."""

    who: str
    game: str
    boot: str
    mono: int
    tells: bool  # written by a seat that says what bound it, as it began
    resumed: bool
    warned: bool = False
    told: int = 0
    due: Arg | None = None
    unwarned: bool = False
    foreseen: tuple[str, int, int] | None = None


@dataclass(slots=True)
class _Seat:
    plays: dict[int, _Play] = field(default_factory=dict)
    over: dict[int, _Play] = field(default_factory=dict)
    changes: int = 0


_WHAT = {
    "play": msg("it is of no play of its seat"),
    "how": msg("what it told, or how, does not go together"),
    "left": msg("how much it says was left is not how much was"),
    "due": msg("a play that was due had not been warned"),
    "often": msg("it says that its player was warned more or less often than entries tell"),
    "undue": msg("a play was told to end, and no entry says that it was due"),
}


@dataclass
class Warnings:
    """`take` each entry of TAKEN, then ask `findings`."""

    _seats: dict[str, _Seat] = field(default_factory=dict)
    _tally: Tally = field(default_factory=lambda: Tally(_WHAT, "warned"))
    _deciding: set[str] = field(default_factory=set)  # the rules that ended or refused play: none of them only tells
    _told: dict[str, tuple[Arg, Warned]] = field(default_factory=dict)  # by rule, where a warning named it first

    def take(self, where: Arg, line: AnyEntry) -> None:
        seat = self._seats.get(line.seat)
        if seat is None:
            seat = self._seats[line.seat] = _Seat()
        if isinstance(line, Warned):
            self._warned(where, line, seat)
            return
        if isinstance(line, Decided):
            self._deciding.add(line.rule)
            if isinstance(line, PlayDue):
                self._due(where, line, seat)
            return
        seat.changes += 1
        if isinstance(line, PlayStarted):
            told = line.bound is not UNSET and line.wall - line.since <= _NEWS_MS
            seat.plays[line.seq] = _Play(line.who, line.game, line.boot, line.mono, told, line.resumed is not None)
        elif isinstance(line, PlayEnded) and (play := seat.plays.pop(line.play, None)) is not None:
            self._ended(where, line, play, seat)

    def _warned(self, where: Arg, line: Warned, seat: _Seat) -> None:
        play = seat.plays.get(line.play) or seat.over.get(line.play)
        if (line.left is None) is (line.rule is None) or (line.how is not UNSET and not line.shown):
            self._tally.see("how", where, line)
        if line.rule is not None:
            self._told.setdefault(line.rule, (where, line))
        if play is None:
            if line.play and not (seat.over and line.play < min(seat.over)):  # it was not kept so long
                self._tally.see("play", where, line)
            return
        play.told += 1
        if (line.who, line.game) != (play.who, play.game):
            self._tally.see("play", where, line)
        if line.shown and line.how is UNSET and play.tells:
            self._tally.see("how", where, line)
        if line.left is not None:
            play.warned = True
            self._foresee(where, line, play, seat.changes, line.mono + line.left)
            play.foreseen = line.boot, line.mono + line.left, seat.changes

    def _due(self, where: Arg, line: PlayDue, seat: _Seat) -> None:
        play = seat.plays.get(line.play)
        if play is None:
            return
        play.due = play.due or where
        self._foresee(where, line, play, seat.changes, line.mono)
        free = play.resumed or not play.tells or play.boot != line.boot or line.mono - play.mono <= _NEWS_MS
        play.unwarned = play.unwarned or not free

    def _foresee(self, where: Arg, line: AnyEntry, play: _Play, changes: int, end: int) -> None:
        """As long as nothing changes, it ends when it was said to."""
        if play.foreseen is not None:
            boot, foreseen, then = play.foreseen
            if (boot, then) == (line.boot, changes) and abs(foreseen - end) > _APART_MS:
                self._tally.see("left", where, line)

    def _ended(self, where: Arg, line: PlayEnded, play: _Play, seat: _Seat) -> None:
        if line.warned is not UNSET and line.warned != play.told:
            self._tally.see("often", where, line)
        if line.how in {"asked", "killed"} and play.due is None and play.tells and not play.resumed:
            self._tally.see("undue", where, line)
        seat.over[line.play] = play
        if len(seat.over) > _KEPT:
            self._close(line.seat, seat.over.pop(next(iter(seat.over))))

    def _close(self, seat: str, play: _Play) -> None:
        if play.unwarned and not play.warned and play.due is not None:
            self._tally.count("due", seat, play.due, None)

    def findings(self) -> Iterator[Finding]:
        """One of each for each seat."""
        for name, seat in self._seats.items():
            for play in (*seat.over.values(), *seat.plays.values()):
                self._close(name, play)
        for rule in self._told.keys() & self._deciding:
            self._tally.see("how", *self._told[rule])
        yield from self._tally.findings()
