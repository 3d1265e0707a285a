"""Plays that go on, and what has been played before: the facts that decisions are made from."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from daemon.ending import BEGUN, Notices, State, to_store
from daemon.platforms.api import Control
from daemon.platforms.processes import Identity
from daemon.sessions import People, RuledPlayer
from daemon.storing.rows import PlayRow
from daemon.trusted import Reading
from rules.calendar import day_name
from rules.facts import Past, Played
from rules.games import Game, Program
from rules.history import Counted, History
from rules.matching.clues import Clue, Match


@dataclass(frozen=True, slots=True)
class Recognised:
    """`sure`: the game may be given the benefits of what it is."""

    player: RuledPlayer
    game: Game
    clues: tuple[Clue, ...]
    sure: bool

    @property
    def key(self) -> tuple[str, str]:
        return (self.player.id, self.game.id)


def recognise(
    program: Program, people: People, control: Control, strictness: Callable[[Recognised], tuple[int, int]]
) -> Recognised | None:  # fmt: skip
    """None: not a game, or the game of somebody whose play is not recorded. Of several games that one, by `strictness`, which
    may be played least now: a class path may have the archives of two, a game may have loaded another one.
    """
    matches = people.catalogue.matches(program)
    player = people.player_of(program.account) if matches else None
    if player is None:
        return None
    games, sure = people.catalogue.games, [_sure(program, match, people, control) for match in matches]
    found = [Recognised(player, games[one.game], one.clues, more) for one, more in zip(matches, sure, strict=True)]
    return min(found, key=strictness) if len(found) > 1 else found[0]


def _sure(program: Program, match: Match, people: People, control: Control) -> bool:
    """By its content, or its name where only root installs."""
    if match.sure or program.interpreted or len(program.files) != 1:
        return match.sure
    return match.game in people.catalogue.by_file(program.files[0]) and control.installed(*program.identity)


@dataclass(slots=True, eq=False)
class Play:
    """One interval in which one player plays one game, in one or several programs.

    `since_wall` and `since_mono` begin the current piece. `pieces` are the ones before: a piece ends where the PC slept, or
    where it became more or less certain that this is the game; `folded` of them are in the player's history. `unsure` are the
    programs known by a name only. `seq` is the number of the entry play.started, None until it is written. `ending`, `asked`,
    the programs that were asked to close, and `notices` are kept by the enforcer. `account` began it, `joined` are others of
    the player who play along. `told`: what the log says last of what it is decided by. `caught`: it might not have begun, but
    ran when players or games were changed; what starts after that does not join it.
    """

    player: RuledPlayer
    who: str
    account: str
    game: Game
    clues: tuple[Clue, ...]
    since_wall: int
    since_mono: int
    programs: set[Identity]
    started_wall: int
    unsure: set[Identity] = field(default_factory=set)
    seq: int | None = None
    pieces: list[Played] = field(default_factory=list)
    folded: int = 0
    ending: State = BEGUN
    asked: frozenset[Identity] = frozenset()
    joined: set[str] = field(default_factory=set)
    notices: Notices = field(default_factory=Notices)
    told: Mapping[str, object] | None = None
    caught: bool = False

    @property
    def key(self) -> tuple[str, str]:
        return (self.player.id, self.game.id)

    @property
    def sure(self) -> bool:
        """Whether each of its programs was recognised by more than a name, which anybody can give."""
        return not self.unsure

    def ms(self, mono: int) -> int:
        """All of it, up to `mono`."""
        return sum(piece.ms for piece in self.pieces) + max(0, mono - self.since_mono)

    def played(self, mono: int) -> tuple[Played, ...]:
        return (*self.pieces, self.going(mono))

    def going(self, mono: int) -> Played:
        """The current piece."""
        return self._piece(max(0, mono - self.since_mono), sure=self.sure)

    def _piece(self, ms: int, *, sure: bool) -> Played:
        return Played(self.game.id, self.game.publisher, self.since_wall, ms, self.game.label, sure)

    def recognised(self, identity: Identity, mono: int, *, sure: bool) -> None:
        """From `mono` on this program is known by more than its name, or by that only."""
        before = self.sure
        (self.unsure.discard if sure else self.unsure.add)(identity)
        if self.sure is not before:
            self.cut(self.since_wall + mono - self.since_mono, mono, sure=before)

    @property
    def accounts(self) -> frozenset[str]:
        """All that are to be told of it."""
        return frozenset((self.account, *self.joined))

    def join(self, identity: Identity, account: str, mono: int, *, sure: bool) -> None:
        self.programs.add(identity)
        self.joined.add(account)
        self.recognised(identity, mono, sure=sure)

    def leave(self, identity: Identity, mono: int) -> None:
        """The program is over; the play goes on as long as others are there."""
        self.programs.discard(identity)
        if self.programs:
            self.recognised(identity, mono, sure=True)

    def cut(self, wall: int, mono: int, *, sure: bool) -> None:
        """What was played up to `mono` is a piece of its own; the next one begins at `wall`."""
        if mono < self.since_mono:
            return
        if mono > self.since_mono:
            self.pieces.append(self._piece(mono - self.since_mono, sure=sure))
        self.since_wall, self.since_mono = wall, mono

    def row(self, now: Reading, *, ended: bool = False) -> PlayRow:
        """As the store keeps it. ValueError while `seq` is not known."""
        if self.seq is None:
            raise ValueError("a play that is not recorded yet has no row")
        ending, until = to_store(self.ending)
        return PlayRow(
            seq=self.seq, player=self.player.id, who=self.who, account=self.account, game=self.game.id,
            publisher=self.game.publisher, boot=now.boot, started_wall=self.started_wall, since_wall=self.since_wall,
            since_mono=self.since_mono, programs=tuple(sorted(self.programs)), ms=max(0, now.mono - self.since_mono),
            ending=ending, until=until, ended=ended, label=self.game.label, sure=self.sure,
            pieces=tuple(self.pieces),
        )  # fmt: skip


def play_of(
    found: Recognised, program: Program, people: People, now: Reading, since: int, ending: State, *, caught: bool = False
) -> Play:  # fmt: skip
    """What begins with this program, at `since` (mono)."""
    wall = now.wall - (now.mono - since)
    return Play(
        found.player, found.player.pseudonym(day_name(people.zone, wall)), program.account, found.game, found.clues, wall,
        since, {program.identity}, wall, unsure=set() if found.sure else {program.identity}, ending=ending, caught=caught,
    )  # fmt: skip


class Plays:
    """What goes on now, and what ended in the last weeks.

    `stored`: the plays of former runs and this one that began at or after a moment (wall).
    """

    def __init__(self, stored: Callable[[int], Iterable[PlayRow]], since: int) -> None:
        self._stored, self._since = stored, math.inf
        self._over: dict[str, History] = {}
        self._elsewhere: dict[str, set[tuple[str, int]]] = {}
        self.running: dict[tuple[str, str], Play] = {}
        self._recall(since)

    def _recall(self, since: int) -> None:
        """What ended since then (wall) and is not known here: the clock was ahead, and it seemed too old."""
        for row in self._stored(since):
            if row.ended and row.started_wall < self._since:
                self.remember(row)
        self._since = since

    def of_program(self, identity: Identity) -> Play | None:
        return next((play for play in self.running.values() if identity in play.programs), None)

    def begin(self, play: Play) -> None:
        self.running[play.key] = play

    def finish(self, play: Play, mono: int) -> None:
        """The play ended at `mono` and becomes history."""
        self._fold(play)
        self._history(play.player.id).add(play.going(mono))
        self.running.pop(play.key, None)

    def remember(self, row: PlayRow) -> None:
        """A play of a former run that is over."""
        for piece in played_of(row):
            self._history(row.player).add(piece)

    def elsewhere(self, player: str, plays: Iterable[tuple[tuple[str, int], Played]]) -> None:
        """Plays on other PCs, each by its seat and entry, count as well."""
        known = self._elsewhere.setdefault(player, set())
        for entry, play in plays:
            if entry not in known:
                known.add(entry)
                self._history(player).add(play)

    def _history(self, player: str) -> History:
        return self._over.setdefault(player, History())

    def _fold(self, play: Play) -> None:
        """What a play has behind it stays so, however often it is cut."""
        for piece in play.pieces[play.folded :]:
            self._history(play.player.id).add(piece)
        play.folded = len(play.pieces)

    def cut_at_midnight(self, play: Play, start: int, who: str, now: Reading) -> tuple[int, Play]:
        """Ends the play at `start` (wall), where the day began, and begins it anew as `who`: there, or when the PC woke up
        after it. Its ms, and the new play.
        """
        at, since = max(play.since_mono, now.mono - (now.wall - start)), max(start, play.since_wall)
        new = replace(
            play, who=who, seq=None, pieces=[], folded=0, since_mono=at, since_wall=since, started_wall=since,
            programs=set(play.programs), unsure=set(play.unsure), joined=set(play.joined),
        )  # fmt: skip
        ms = play.ms(at)
        self.finish(play, at)
        self.begin(new)
        return ms, new

    def past(self, player: str, since: int) -> Past:
        """What `player` has played and is over; what ended by `since` (wall) counts in nothing."""
        if since < self._since:
            self._recall(since)
        for play in self.running.values():
            if play.player.id == player:
                self._fold(play)
        return self._history(player).since(since)

    def going(self, player: str, mono: int) -> tuple[Played, ...]:
        """What goes on of it, up to `mono`."""
        return tuple(play.going(mono) for play in self.running.values() if play.player.id == player)

    def counted(self, player: str, mono: int, since: int, game: str | None = None) -> Counted:
        """All of it since then (wall), or of one game."""
        past = self.past(player, since)
        over = past.of(kind for kind in past.kinds if game in (None, kind.game))
        return Counted(over, [one for one in self.going(player, mono) if game in (None, one.game)])

    def forget_before(self, wall: int) -> None:
        self._since = max(self._since, wall)
        for history in self._over.values():
            history.forget_before(wall)

    def forget(self, player: str) -> None:
        """All of it that is over."""
        self._over.pop(player, None)
        self._elsewhere.pop(player, None)

    def sleep(self, before: Reading, now: Reading) -> None:
        """The PC slept after `before`: what was played till then is a piece of its own, so that it stays on its day."""
        awake = now.mono - before.mono
        for play in self.running.values():
            play.cut(now.wall - awake, before.mono, sure=play.sure)


def played_of(row: PlayRow) -> tuple[Played, ...]:
    """All stretches of time that a stored play covers."""
    last = Played(row.game, row.publisher, row.since_wall, row.ms, row.label, row.sure)
    return tuple(piece for piece in (*row.pieces, last) if piece.ms > 0)
