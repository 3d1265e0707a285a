"""Whether a game came and went as often as an end says that stands for several plays. Pure.

A seat tells the first few plays of a minute one by one, and only then holds an end back. Whoever says of one long play that it
was several, with nothing played in between, lacks these; whoever makes them up, too, shows by how much they hide so.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import msgspec
from msgspec import UNSET

from compliance.entries.play import PlayEnded, PlayStarted
from compliance.verifying.listed import Listed
from compliance.verifying.report import NOWHERE, Finding
from compliance.verifying.sums.totals import Play
from i18n.message import Arg, Length, msg, msgn

_MINUTE_MS: Final = 60_000
_OF_GAME: Final = 5  # starts in a minute, the play's own among them, before an end is held back…
_OF_SEAT: Final = 50  # …or of all games together
_NEAR: Final = 256  # starts that are looked back on
_MUCH_MS: Final = 10 * _MINUTE_MS


class _Starts(msgspec.Struct, eq=False, gc=False):
    """So many starts of a game, the last one at `mono`."""

    mono: int
    game: str
    times: int


@dataclass(slots=True)
class _Seat:
    began: int  # its first play: what was before is in another chain, or deleted
    boot: str
    near: deque[_Starts] = field(default_factory=lambda: deque(maxlen=_NEAR))
    lines: int = 0
    starts: int = 0
    away: int = 0
    where: Arg = NOWHERE
    at: int = 0

    def often(self, play: Play) -> bool:
        """Whether there were so many starts just before that the play's end was held back."""
        since = play.mono - max(0, play.told_late) - _MINUTE_MS
        of_game = of_all = 0
        for one in reversed(self.near):
            if one.mono < since:
                break
            of_all += one.times
            of_game += one.times if one.game == play.game else 0
        return of_game >= _OF_GAME or of_all >= _OF_SEAT or since < self.began


@dataclass
class Flurries:
    """`start` each play and `end` it, then ask `findings`."""

    _seats: dict[str, _Seat] = field(default_factory=dict)
    _findings: Listed = field(default_factory=Listed)

    def start(self, line: PlayStarted) -> None:
        seat = self._seats.get(line.seat)
        if seat is None:
            seat = self._seats[line.seat] = _Seat(line.mono, line.boot)
        if seat.boot != line.boot:
            seat.boot, seat.began = line.boot, 0
            seat.near.clear()
        seat.near.append(_Starts(line.mono, line.game, 1))

    def end(self, where: Arg, line: PlayEnded, play: Play) -> None:
        if type(line.starts) is not int or line.away is UNSET or line.late:
            return
        seat = self._seats[line.seat]
        if where != NOWHERE:
            seat.where, seat.at = (where, line.wall) if seat.where == NOWHERE else (seat.where, seat.at)
            seat.lines, seat.starts, seat.away = seat.lines + 1, seat.starts + line.starts, seat.away + max(0, line.away)
            if line.boot == play.boot and not seat.often(play):
                text = msg("it stands for plays that came and went, and no entries just before tell of so many starts")
                self._findings.add(Finding("clock-play", where, text, seat=line.seat, at=line.wall))
        seat.near.append(_Starts(line.mono, line.game, line.starts - 1))

    def findings(self) -> Iterator[Finding]:
        yield from self._findings
        for name, seat in self._seats.items():
            if seat.away >= _MUCH_MS:
                yield Finding("came-and-went", seat.where, msgn(
                    "{n} entry tells {starts} plays of games that came and went as one; {length} in between count as not "
                    "played",
                    "{n} entries tell {starts} plays of games that came and went as one each; {length} in between count as not "
                    "played", seat.lines, starts=str(seat.starts), length=Length(seat.away),
                ), seat=name, at=seat.at)  # fmt: skip
