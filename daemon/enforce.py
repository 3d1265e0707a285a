"""Carries the ending of plays out: warns, asks to close, tells to end, ends. Idempotent; identity is (pid, started).

When to do what says daemon.ending, and what law wants shown says daemon.deciding.notices.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from daemon import events
from daemon.deciding.judge import Ruling
from daemon.deciding.plays import Play
from daemon.ending import (
    SIGNAL_MS,
    Action,
    Allowed,
    Do,
    Ended,
    Refused,
    Ruled,
    Saving,
    Warn,
    Warned,
    next_moment,
    step,
)
from daemon.platforms.api import Control
from daemon.platforms.processes import Identity
from daemon.trusted import Reading
from rules.decision import Decision
from rules.games import Program

STUBBORN_MS = 10_000  # that what has to end may go on before its session is disconnected, and between two times of that
MOST_SAVING = 32  # programs of one play that save, or have left something behind that may: each is looked after by itself


@dataclass(slots=True)
class _Left:
    """What a program of a play left behind when it closed: it may save until `until`. `told`: to end, when that was over."""

    key: tuple[str, str]
    until: int
    told: bool


class Enforcer:
    """`announce` records, then shows, an event. `keep` writes down how far plays are, for a restart."""

    def __init__(
        self, control: Control, announce: Callable[[events.Event], None], keep: Callable[[Iterable[Play], Reading], None]
    ) -> None:
        self._control = control
        self._announce = announce
        self._keep = keep
        self._stubborn: dict[Identity, int | None] = {}  # since when, or when its session was disconnected last (mono)
        self._away: set[Identity] = set()  # whose session was disconnected
        self._left: dict[Identity, _Left] = {}

    def follow(self, play: Play, ruling: Ruling, now: Reading) -> None:
        """Does what `ruling` asks for, as far as its moment has come."""
        play.ending, actions = step(play.ending, _ruled(ruling.decision, now), now.mono)
        if not isinstance(play.ending, Saving | Ended):  # it may be played again, by what is left of it, too
            self._left = {one: left for one, left in self._left.items() if left.key != play.key}
            self._stubborn = {one: since for one, since in self._stubborn.items() if one not in play.programs}
        if actions == (Do.ASK_TO_CLOSE,):
            self._keep((play,), now)  # before it is done, as it is not done twice
        for action in actions:
            self._do(action, play, ruling, now)
        play.notices, ripe = play.notices.step(ruling.decision.notices, now.wall)
        for notice in ripe:
            self._announce(events.Warned(play, now, None, notice.rule, notice.text))

    def _do(self, action: Action, play: Play, ruling: Ruling, now: Reading) -> None:
        programs = tuple(play.programs)
        match action:
            case Warn(left):
                self._announce(events.Warned(play, now, left))
            case Do.DUE:
                self._announce(events.PlayDue(play, ruling, now))
                self._control.remember(programs)
            case Do.ASK_TO_CLOSE:
                play.asked = frozenset(programs)
                self._control.ask_close(programs)
            case Do.TERMINATE:
                for pid, started in programs:
                    self._control.terminate(pid, started)
            case Do.END:
                for pid, started in programs:
                    self.refuse(pid, started)

    def newcomer(self, play: Play, now: Reading) -> None:
        """Another account has joined the play: it is told what the others know."""
        if isinstance(play.ending, Warned):
            self._announce(events.Warned(play, now, max(0, play.ending.until - now.mono)))

    def how(self, play: Play) -> events.How:
        """How a play ended whose last program is over."""
        if isinstance(play.ending, Ended):
            return "killed"
        obeyed = isinstance(play.ending, Saving) and self._control.reached(play.asked)
        return "asked" if obeyed else "by itself"

    def gone(self, identity: Identity, play: Play) -> None:
        """A program of a play is over. What belonged to it has the rest of the time to save, too."""
        if isinstance(play.ending, Saving | Ended):
            self._left[identity] = _Left(play.key, play.ending.until, isinstance(play.ending, Ended))

    def may_save(self, program: Program, key: tuple[str, str], play: Play | None, now: Reading) -> int | None:
        """Until when a program of a game may go on that this game started while it saved, or was told that it has to end where
        it might not have begun; `now` if that was told to end by now.
        None: it did not, or has started too many. `key` and `play`: of this player and game.
        """
        ending: dict[Identity, int] = {}
        if play is not None and (isinstance(play.ending, Saving | Ended) or (play.caught and isinstance(play.ending, Warned))):
            until = now.mono if isinstance(play.ending, Ended) else play.ending.until
            ending = dict.fromkeys((*play.programs, *play.asked), until)
        ending |= {one: now.mono if left.told else left.until for one, left in self._left.items() if left.key == key}
        if not ending or len(ending) > MOST_SAVING or not self._control.belongs(program, to=ending):
            return None
        return max(ending.values())

    def saving(self, plays: Iterable[Play], about: Play | None = None) -> dict[str, frozenset[Identity]]:
        """By game: the programs that have time to save, or will have it (`about`), and may start it anew for that."""
        left = Counter(one.key for one in self._left.values())
        found: dict[str, frozenset[Identity]] = {}
        for play in plays:
            saves = play is about or isinstance(play.ending, Saving) or (play.caught and isinstance(play.ending, Warned))
            if saves and len(play.programs) + left[play.key] < MOST_SAVING:
                found[play.game.id] = found.get(play.game.id, frozenset()) | play.programs
        return found

    def sweep(self, now: Reading) -> int | None:
        """Ends what outlived the program that it belonged to; in how many milliseconds there is more to be ended."""
        for identity, left in [pair for pair in self._left.items() if pair[1].until <= now.mono]:
            if left.told:
                del self._left[identity]
                self._control.end(*identity)
            else:
                left.told, left.until = True, now.mono + SIGNAL_MS
                self._control.terminate(*identity)
        return min((left.until - now.mono for left in self._left.values()), default=None)

    def let_go(self, paused: frozenset[str]) -> None:
        """Nothing that a play left behind is ended any more, but of these players."""
        self._left = {one: left for one, left in self._left.items() if left.key[0] in paused}

    def refuse(self, pid: int, started: int) -> None:
        """Ends a program that should not have started."""
        if not self._control.end(pid, started):
            self._stubborn.setdefault((pid, started))

    def stubborn(self, now: Reading) -> tuple[bool, bool]:
        """Whether something that had to be ended still runs; whether its session was disconnected for that."""
        self._stubborn = {one: since for one, since in self._stubborn.items() if self._control.alive(*one)}
        for one, since in self._stubborn.items():
            if since is None or now.mono - since >= STUBBORN_MS:
                self._stubborn[one] = now.mono
                if since is not None and self._control.disconnect(*one):
                    self._away.add(one)
        self._away &= self._stubborn.keys()
        return bool(self._stubborn), bool(self._away)


def _ruled(decision: Decision, now: Reading) -> Ruled:
    """The decision's moments, told by the clock that play is counted on."""
    if decision.verdict != "allow":
        return Refused(decision.grace_ms)
    ahead = now.mono - now.wall
    until = None if decision.until is None else decision.until + ahead
    return Allowed(until, tuple(at + ahead for at in decision.warn_at))


def next_of(play: Play, now: Reading) -> int | None:
    """In how many milliseconds something changes for this play if nobody does anything. None: never."""
    moments = (next_moment(play.ending, now.mono), play.notices.next_moment(now.wall))
    return min((one for one in moments if one is not None), default=None)
