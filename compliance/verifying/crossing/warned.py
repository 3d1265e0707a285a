"""Whether what players were told goes with their plays, and each play that was ended was due, and told so before. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

import msgspec
from msgspec import UNSET

from compliance.entries.decision import LaunchRefused, PlayDue
from compliance.entries.override import EnforcementOff, EnforcementOn, GrantGiven, GrantRevoked, Paused, Resumed
from compliance.entries.play import PlayEnded, PlayRuled, PlayStarted, Warned
from compliance.entries.seat import ClockJump, SeatStart
from compliance.entry import AnyEntry
from compliance.verifying.crossing.tally import Tally
from compliance.verifying.report import NOWHERE, Finding
from compliance.verifying.wanted import Wants, each
from i18n.message import Arg, msg

_NEWS_MS = 90_000  # nobody is warned who was refused at once
_APART_MS = 150_000  # clocks that are set right, and warnings that waited for a display
_KEPT = 64  # ended plays of a seat, at least, of which a warning may still come
_CHANGING = (
    GrantGiven, GrantRevoked, Paused, Resumed, EnforcementOff, EnforcementOn, PlayRuled, ClockJump, SeatStart,
)  # fmt: skip


class _Play(msgspec.Struct, eq=False, gc=False):
    """`foreseen`: when by the play clock it was told to end, and how often things had changed by then; `due`: where it was."""

    who: str
    game: str
    boot: str
    mono: int
    tells: bool  # written by a seat that says what bound it, as it began
    resumed: bool
    seen: bool  # from its beginning: of one that was kept, warnings may be deleted
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
    """Take what it `wants`, then ask `findings`."""

    _seats: defaultdict[str, _Seat] = field(default_factory=lambda: defaultdict(_Seat))
    _tally: Tally = field(default_factory=lambda: Tally(_WHAT, "warned"))
    _deciding: set[str] = field(default_factory=set)  # the rules that ended or refused play: none of them only tells
    _told: dict[str, tuple[Arg, Warned]] = field(default_factory=dict)  # by rule, where a warning named it first

    def wants(self) -> Wants:
        return {
            **each(self._changed, *_CHANGING), PlayStarted: self._started, PlayEnded: self._ended, Warned: self._warned,
            PlayDue: self._due, LaunchRefused: self._refused,
        }  # fmt: skip

    def _changed(self, _: Arg, line: AnyEntry) -> None:
        self._seats[line.seat].changes += 1

    def _started(self, where: Arg, line: PlayStarted) -> None:
        seat = self._seats[line.seat]
        seat.changes += 1
        seen = where != NOWHERE
        told = seen and line.bound is not UNSET and line.wall - line.since <= _NEWS_MS
        seat.plays[line.seq] = _Play(line.who, line.game, line.boot, line.mono, told, line.resumed is not None, seen)

    def _refused(self, _: Arg, line: LaunchRefused) -> None:
        self._deciding.add(line.rule)

    def _warned(self, where: Arg, line: Warned) -> None:
        seat = self._seats[line.seat]
        play = seat.plays.get(line.play) or seat.over.get(line.play)
        if (line.left is None) is (line.rule is None) or (line.how is not UNSET and not line.shown):
            self._tally.see("how", where, line)
        if line.rule is not None and where != NOWHERE:
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

    def _due(self, where: Arg, line: PlayDue) -> None:
        self._deciding.add(line.rule)
        seat = self._seats[line.seat]
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

    def _ended(self, where: Arg, line: PlayEnded) -> None:
        seat = self._seats[line.seat]
        seat.changes += 1
        play = seat.plays.pop(line.play, None)
        if play is None:
            return
        if play.seen and line.warned is not UNSET and line.warned != play.told:
            self._tally.see("often", where, line)
        if line.how in {"asked", "killed"} and play.due is None and play.tells and not play.resumed:
            self._tally.see("undue", where, line)
        seat.over[line.play] = play
        if len(seat.over) > 2 * _KEPT:
            for over in list(islice(seat.over, _KEPT)):
                self._close(line.seat, seat.over.pop(over))

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
