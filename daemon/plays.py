"""Plays that go on, and what has been played before: the facts that decisions are made from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from daemon.sessions import Subject
from daemon.store import PlayRow
from daemon.trusted import Reading
from rules.decision import Decision, NoticeAt
from rules.facts import Played
from rules.games import Clue, Game

KEEP_MS = 3 * 86_400_000  # budgets are of one day; days of different zones overlap

Identity = tuple[int, int]


@dataclass(slots=True, eq=False)
class Play:
    """One interval in which one player plays one game, in one or several programs.

    `since_wall` and `since_mono` begin the current piece; `pieces` are those before the PC last slept. `seq` is that of the
    entry play.started, None while it could not be written. `until` (wall) and `ends` (mono) are when it has to end, `warns` the
    warnings still to come, as wall times. `settled`: it was looked at once, so what shortens it from now on is news;
    `floor` (mono) is the moment before which such news may not end it. `end_at` (mono) is set once the game was asked to close.
    """

    subject: Subject
    who: str
    account: str
    game: Game
    clues: tuple[Clue, ...]
    since_wall: int
    since_mono: int
    programs: set[Identity]
    started_wall: int
    seq: int | None = None
    pieces: list[Played] = field(default_factory=list)
    until: int | None = None
    ends: int | None = None
    warns: list[int] = field(default_factory=list)
    notices: dict[str, NoticeAt] = field(default_factory=dict)
    warned: bool = False
    settled: bool = False
    floor: int = 0
    due: Decision | None = None
    end_at: int | None = None
    killed: bool = False

    @property
    def key(self) -> tuple[str, str]:
        return (self.subject.id, self.game.id)

    def ms(self, mono: int) -> int:
        """All of it, up to `mono`."""
        return sum(piece.ms for piece in self.pieces) + max(0, mono - self.since_mono)

    def played(self, mono: int) -> tuple[Played, ...]:
        current = Played(self.game.id, self.game.publisher, self.since_wall, max(0, mono - self.since_mono))
        return (*self.pieces, current)

    def row(self, boot: str, now: Reading, *, ended: bool = False) -> PlayRow:
        """As the store keeps it. ValueError while `seq` is not known."""
        if self.seq is None:
            raise ValueError("a play that is not recorded yet has no row")
        return PlayRow(
            seq=self.seq,
            player=self.subject.id,
            who=self.who,
            account=self.account,
            game=self.game.id,
            publisher=self.game.publisher,
            boot=boot,
            started_wall=self.started_wall,
            since_wall=self.since_wall,
            since_mono=self.since_mono,
            programs=tuple(sorted(self.programs)),
            row_wall=now.wall,
            row_mono=now.mono,
            row_elapsed=now.elapsed,
            ms=max(0, now.mono - self.since_mono),
            warned=self.warned,
            due=self.due is not None,
            ended=ended,
            pieces=tuple((piece.start, piece.ms) for piece in self.pieces),
        )


class Plays:
    """What goes on now, and what ended in the last days."""

    def __init__(self, ended: Iterable[PlayRow] = ()) -> None:
        self._ended: dict[str, list[Played]] = defaultdict(list)
        self.running: dict[tuple[str, str], Play] = {}
        self._by_program: dict[Identity, Play] = {}
        for row in ended:
            self.remember(row)

    def of_program(self, identity: Identity) -> Play | None:
        return self._by_program.get(identity)

    def begin(self, play: Play) -> None:
        self.running[play.key] = play
        for identity in play.programs:
            self._by_program[identity] = play

    def join(self, play: Play, identity: Identity) -> None:
        play.programs.add(identity)
        self._by_program[identity] = play

    def leave(self, identity: Identity) -> None:
        play = self._by_program.pop(identity, None)
        if play is not None:
            play.programs.discard(identity)

    def finish(self, play: Play, mono: int) -> None:
        """The play ended at `mono` and becomes history."""
        self._ended[play.subject.id].extend(piece for piece in play.played(mono) if piece.ms > 0)
        self.running.pop(play.key, None)
        for identity in play.programs:
            self._by_program.pop(identity, None)

    def remember(self, row: PlayRow) -> None:
        """A play of a former run that is over."""
        self._ended[row.player].extend(played_of(row))

    def replace(self, old: Play, new: Play, mono: int) -> None:
        """`new` goes on where `old` was cut at `mono`."""
        self.finish(old, mono)
        self.begin(new)

    def of(self, player: str, mono: int) -> tuple[Played, ...]:
        """What `player` has played in the last days, up to `mono`: budgets are of a day, and days of zones may differ."""
        now = tuple(piece for play in self.running.values() if play.subject.id == player for piece in play.played(mono))
        return (*self._ended.get(player, ()), *now)

    def forget_before(self, wall: int) -> None:
        for player, pieces in self._ended.items():
            self._ended[player] = [piece for piece in pieces if piece.start + piece.ms >= wall]

    def sleep(self, before: Reading, now: Reading) -> None:
        """The PC slept after `before`: what was played till then is a piece of its own, so that it stays on its day."""
        awake = now.mono - before.mono
        for play in self.running.values():
            played = before.mono - play.since_mono
            if played > 0:
                play.pieces.append(Played(play.game.id, play.game.publisher, play.since_wall, played))
                play.since_wall, play.since_mono = now.wall - awake, before.mono


def pieces_of(row: PlayRow) -> list[Played]:
    """The stretches before the PC last slept."""
    return [Played(row.game, row.publisher, start, ms) for start, ms in row.pieces]


def played_of(row: PlayRow) -> tuple[Played, ...]:
    """All stretches of time that a stored play covers."""
    last = Played(row.game, row.publisher, row.since_wall, row.ms)
    return tuple(piece for piece in (*pieces_of(row), last) if piece.ms > 0)
