"""Plays that might not have begun, but ran, as their seat says, before they were a game, or this player's, or before the daemon
did: they have time to end. All are counted; one is strange of which no entry of the agent says what was changed, or that comes
long after its seat's start. Pure.

A seat goes by each list once, as soon as it hears of it, and looks at what runs for a minute. So what the agent said explains
such plays of one seat for that long, and none of a seat that must have had it long before. The agent's own entries may come to
the log after those of seats: what is not explained waits for the end.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from msgspec import UNSET

from compliance.entries.log import Restored
from compliance.entries.override import Approval, ApprovalEnded
from compliance.entries.place import GameChanged, GuardianChanged, PlaceChanged, PolicyChanged
from compliance.entries.play import PlayEnded, PlayStarted
from compliance.entries.program import ProgramsChanged
from compliance.entries.seat import SeatStart
from compliance.verifying.crossing.tally import Tally
from compliance.verifying.in_force.hearing import CLOCKS_MS, LATE_MS, Hearing
from compliance.verifying.in_force.place import GUEST, PLACE
from compliance.verifying.report import NOWHERE, Finding
from compliance.verifying.wanted import Wants, each
from i18n.message import Arg, msg
from rules.calendar import DAY_MS
from rules.unknown import UNKNOWN

LOOKS_MS: Final = 75_000  # and a machine may be busy
OFTEN: Final = 16  # a day at one seat: whoever changes players and games all day gives as many minutes away
_MOST: Final = 64  # of the last changes of a kind
_WAITING: Final = 10_000
_WHAT: Final = {
    "ran": msg("it ran when players or games were changed, or before the daemon did, and had a minute and its time to save"),
    "ran-often": msg("up to here many plays of this day are said to have run before they were not allowed"),
    "ran-unsaid": msg("it is said to have run before a change, or before the daemon did, and no entry says so"),
}
_PLAYERS: Final = ("player", "")
_ANY: Final = ("any", "")
_RESTORED: Final = ("restored", "")  # games and players may be as they were before the log says
_Told = GameChanged | PolicyChanged | PlaceChanged | GuardianChanged | Approval | ApprovalEnded | ProgramsChanged | Restored


class _Change(NamedTuple):
    number: int
    at: int


def _lately() -> deque[_Change]:
    return deque(maxlen=_MOST)


class _Claim(NamedTuple):
    """A play that nothing explained yet, and what might."""

    where: Arg
    seat: str
    moment: tuple[str, int]
    at: int
    number: int  # of the changes by then
    kinds: tuple[tuple[str, str], ...]


@dataclass
class Caught:
    """Take what it `wants`, then ask `findings`."""

    hearing: Hearing
    _changes: defaultdict[tuple[str, str], deque[_Change]] = field(default_factory=lambda: defaultdict(_lately))
    _number: int = 0
    _used: dict[tuple[str, int], tuple[str, int]] = field(default_factory=dict)  # by seat and change: when first
    _left: dict[str, tuple[tuple[str, int], set[str]]] = field(default_factory=dict)  # whose plays a list ended last, and when
    _came: dict[str, tuple[str, int]] = field(default_factory=dict)  # by seat: when its daemon started
    _waiting: list[_Claim] = field(default_factory=list)
    _days: dict[str, tuple[int, int]] = field(default_factory=dict)  # by seat: the last day (UTC), and how many on that
    _tally: Tally = field(default_factory=lambda: Tally(_WHAT))

    def wants(self) -> Wants:
        told = (GameChanged, PolicyChanged, PlaceChanged, GuardianChanged, Approval, ApprovalEnded, ProgramsChanged, Restored)
        return {**each(self._changed, *told), SeatStart: self._began, PlayStarted: self._started, PlayEnded: self._ended}

    def _changed(self, _: Arg, line: _Told) -> None:
        kinds = [_ANY]
        match line:
            case GameChanged():
                kinds.append(("game", line.game))
            case ProgramsChanged():
                kinds.append(("game", UNKNOWN))
            case Restored():
                kinds += (_PLAYERS, _RESTORED)
            case GuardianChanged() | PlaceChanged():
                kinds.append(_PLAYERS)
            case PolicyChanged() if line.target not in {PLACE, GUEST}:
                kinds.append(_PLAYERS)
            case _:
                pass
        self._number += 1
        for kind in kinds:
            self._changes[kind].append(_Change(self._number, line.wall))

    def _ended(self, _: Arg, line: PlayEnded) -> None:
        if line.how == "list changed":
            moment = line.boot, line.mono
            known = self._left.get(line.seat)
            if known is None or known[0] != moment:
                known = self._left[line.seat] = moment, set()
            known[1].add(line.who)

    def _began(self, _: Arg, line: SeatStart) -> None:
        self._came[line.seat] = line.boot, line.mono

    def _started(self, where: Arg, line: PlayStarted) -> None:
        if line.ran is UNSET or where == NOWHERE:
            return
        self._tally.see("ran", where, line)
        self._counted(where, line)
        moment = line.boot, line.mono
        if line.ran == "before":
            boot, mono = self._came.get(line.seat, ("", 0))
            if boot != line.boot or line.mono - mono > LOOKS_MS:
                self._tally.count("ran-unsaid", line.seat, where, line.wall)
            return
        left = self._left.get(line.seat)
        kinds = [_PLAYERS if line.ran == "player" else ("game", line.game), _RESTORED]
        if left is not None and left[0] == moment and line.who in left[1]:
            kinds.append(_ANY)  # what it was played as before may be bound by less now
        claim = _Claim(where, line.seat, moment, line.wall, self._number, tuple(kinds))
        if self._explained(claim, after=0):
            return
        if len(self._waiting) < _WAITING:
            self._waiting.append(claim)
        else:
            self._tally.count("ran-unsaid", claim.seat, where, claim.at)

    def _counted(self, where: Arg, line: PlayStarted) -> None:
        day, times = self._days.get(line.seat, (0, 0))
        today = line.wall // DAY_MS
        times = times + 1 if day == today else 1
        self._days[line.seat] = today, times
        if times == OFTEN + 1:
            self._tally.see("ran-often", where, line)

    def _explained(self, claim: _Claim, *, after: int) -> bool:
        """By a change with a higher number than `after`."""
        for change in (one for kind in claim.kinds for one in self._changes.get(kind, ()) if one.number > after):
            boot, mono = self._used.get((claim.seat, change.number), claim.moment)
            if boot != claim.moment[0] or not 0 <= claim.moment[1] - mono <= LOOKS_MS:
                continue
            if self._can_be(claim, change.at, late=bool(after)):
                self._used.setdefault((claim.seat, change.number), claim.moment)
                return True
        return False

    def _can_be(self, claim: _Claim, at: int, *, late: bool) -> bool:
        """Whether a seat may have heard only then what was said at that moment."""
        if not late and self.hearing.is_apart(claim.seat, claim.at):
            return True
        if at > claim.at + CLOCKS_MS:
            return False
        if late:
            return at > claim.at - LATE_MS
        return not self.hearing.had_news(claim.seat, at, claim.at)

    def findings(self) -> Iterator[Finding]:
        for claim in self._waiting:
            if not self._explained(claim, after=claim.number):
                self._tally.count("ran-unsaid", claim.seat, claim.where, claim.at)
        yield from self._tally.findings()
