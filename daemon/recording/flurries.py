"""Plays that come and go: of a game that is begun again and again the log tells many plays as one, so that a program that
starts and ends itself all day long fills no disk.

Every start is decided, enforced and counted as ever; this is about lines only. The first few plays of a minute are told one by
one. From then on the end of a play is held back, and those that begin until it is told are added to it, to the millisecond:
until the minute's row, or until anything else is to be told, which may rest on what was played. Before that each end is in
the store; of a play that began since then, whoever kills the daemon wins a minute at most.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from daemon import events
from daemon.api.messages import ShownHow
from daemon.deciding.plays import Play
from daemon.storing.rows import PlayRow
from rules.facts import Played

MINUTE_MS = 60_000
OF_GAME = 5  # plays within a minute that are told one by one, of a game…
OF_PLAYER = 100  # …and of all games of a player


@dataclass(slots=True, eq=False)
class Flurry:
    """Plays of one game that are over; `first`, the first of them, is in the log, `last` the last one's end. `going` began
    since then, and nothing is written of it, nor of its `warnings`.
    """

    first: Play
    last: events.PlayEnded
    starts: int = 1
    away: int = 0
    going: events.PlayStarted | None = None
    warnings: list[tuple[events.Warned, ShownHow | None]] = field(default_factory=list)
    _before: dict[bool, int] = field(default_factory=lambda: {True: 0, False: 0})  # milliseconds, but for the last piece
    _began: int = 0

    def __post_init__(self) -> None:
        self._keep_pieces()

    def begin(self, event: events.PlayStarted) -> None:
        self.going, self._began = event, event.play.since_mono

    def end(self, event: events.PlayEnded) -> None:
        """What goes on is over. Of two whose times lie over each other, as of starts that were heard of late, no moment counts
        twice.
        """
        until = self._until
        self._before[self.last.play.sure] += self._last_ms
        self.starts, self.last, self.going = self.starts + 1, event, None
        self.warnings.clear()
        self._keep_pieces()
        self.away += max(0, self._began - until)
        over = max(0, min(until, self._until) - self._began)
        for sure in (True, False):
            less = min(over, self._before[sure])
            self._before[sure] -= less
            over -= less

    @property
    def told(self) -> events.PlayEnded:
        """All of it, as one."""
        ms = sum(self._before.values()) + self._last_ms
        return events.PlayEnded(self.first, self.last.now, ms, self.last.how, starts=self.starts, away=self.away)

    def row(self, *, ended: bool) -> PlayRow:
        """As the store keeps it: its last piece by its time, all before in one. ValueError while `first` has no number."""
        row, last = self.first.row(self.last.now, ended=ended), self.last.play
        pieces, start = [], self.first.started_wall
        for sure, ms in self._before.items():
            if ms:
                pieces.append(Played(row.game, row.publisher, start, ms, row.label, sure))
                start += ms
        return replace(
            row, since_wall=last.since_wall, since_mono=last.since_mono, ms=self._last_ms, sure=last.sure, programs=(),
            pieces=tuple(pieces), starts=self.starts, away=self.away,
        )  # fmt: skip

    def _keep_pieces(self) -> None:
        for piece in self.last.play.pieces:
            self._before[piece.sure] += piece.ms

    @property
    def _last_ms(self) -> int:
        return max(0, self.last.ms - sum(piece.ms for piece in self.last.play.pieces))

    @property
    def _until(self) -> int:
        return self.last.play.since_mono + self._last_ms


class Flurries:
    """Those of which the end is not told yet, by player and game."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, str], Flurry] = {}
        self._begun: dict[str | tuple[str, str], deque[int]] = {}

    def began(self, event: events.PlayStarted) -> bool:
        """Whether it goes on a flurry, so that nothing is to be told of it yet."""
        play, mono = event.play, event.now.mono
        self._count(play.player.id, OF_PLAYER, mono)
        self._count(play.key, OF_GAME, mono)
        flurry = self._held.get(play.key)
        if flurry is None or flurry.going is not None or flurry.first.who != play.who:
            return False
        flurry.begin(event)
        return True

    def ended(self, event: events.PlayEnded) -> Flurry | None:
        """The flurry that it is part of from now on. None: its end is to be told."""
        play = event.play
        flurry = self._held.get(play.key)
        if event.how != "by itself":
            return None
        if flurry is not None and flurry.going is not None and flurry.going.play is play:
            flurry.end(event)
            return flurry
        if flurry is not None or event.ms >= MINUTE_MS or not self._often(play, event.now.mono):
            return None
        flurry = self._held[play.key] = Flurry(play, event)
        return flurry

    def warned(self, event: events.Warned, how: ShownHow | None) -> bool:
        """Whether it is of a play of which nothing is told yet. What a law wants told is told."""
        flurry = self._held.get(event.play.key)
        if event.rule is not None or flurry is None or flurry.going is None or flurry.going.play is not event.play:
            return False
        flurry.warnings.append((event, how))
        return True

    def holds(self, play: Play) -> bool:
        """Whether there is one of its player and game."""
        return play.key in self._held

    def take(self) -> Iterator[Flurry]:
        """All, to be told now."""
        held, self._held = self._held, {}
        yield from held.values()

    def _count(self, key: str | tuple[str, str], most: int, mono: int) -> None:
        self._begun.setdefault(key, deque(maxlen=most + 1)).append(mono)

    def _often(self, play: Play, mono: int) -> bool:
        """Whether more began within the last minute than are told one by one."""
        begun = (self._begun[key] for key in (play.key, play.player.id) if key in self._begun)
        return any(len(one) == one.maxlen and mono - one[0] < MINUTE_MS for one in begun)
