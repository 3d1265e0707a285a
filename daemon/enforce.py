"""Carries the ending of plays out: warns, asks to close, ends. Idempotent; identity is (pid, started).

When to do what says daemon.ending, and what law wants shown says daemon.deciding.notices.
"""

from __future__ import annotations

from collections.abc import Callable

from daemon import events
from daemon.deciding.judge import Ruling
from daemon.deciding.plays import Play
from daemon.ending import Action, Allowed, AskToClose, Due, End, Ended, Refused, Ruled, Saving, Warn, next_moment, step
from daemon.platforms.api import Control
from daemon.platforms.processes import Identity
from daemon.trusted import Reading
from rules.decision import Decision


class Enforcer:
    """`announce` records, then shows, an event."""

    def __init__(self, control: Control, announce: Callable[[events.Event], None]) -> None:
        self._control = control
        self._announce = announce
        self._stubborn: set[Identity] = set()
        self._left: dict[Identity, tuple[tuple[str, str], int]] = {}  # whose play it was, until when it may close

    def follow(self, play: Play, ruling: Ruling, now: Reading) -> None:
        """Does what `ruling` asks for, as far as its moment has come."""
        play.ending, actions = step(play.ending, _ruled(ruling.decision, now), now.mono)
        if self._left and not isinstance(play.ending, Saving | Ended):  # it may be played again, by what is left of it, too
            self._left = {one: (key, at) for one, (key, at) in self._left.items() if key != play.key}
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
            case Due():
                self._announce(events.PlayDue(play, ruling, now))
            case AskToClose():
                for pid, started in programs:
                    self._control.ask_close(pid, started)
            case End():
                for pid, started in programs:
                    self.refuse(pid, started)

    def gone(self, identity: Identity, play: Play) -> None:
        """A program of a play is over. If it was asked to close, what belonged to it has the rest of the grace to close too."""
        if isinstance(play.ending, Saving | Ended):
            self._left[identity] = (play.key, play.ending.until)

    def sweep(self, now: Reading) -> int | None:
        """Ends what outlived the program that it belonged to; in how many milliseconds there is more to be ended."""
        for identity in [one for one, (_, at) in self._left.items() if at <= now.mono]:
            del self._left[identity]
            self._control.end(*identity)
        return min((at - now.mono for _, at in self._left.values()), default=None)

    def refuse(self, pid: int, started: int) -> None:
        """Ends a program that should not have started."""
        if not self._control.end(pid, started):
            self._stubborn.add((pid, started))

    def stubborn(self) -> bool:
        """Whether something that had to be ended still runs."""
        self._stubborn = {one for one in self._stubborn if self._control.alive(*one)}
        return bool(self._stubborn)


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
