"""Carries decisions out on a running play: remind, ask to close, end. Idempotent; identity is (pid, started).

A play is warned before it ends, always. It is recorded as due before its game is asked to close, and ended after the grace.
What nobody could foresee (a new limit, a changed clock) leaves a play a minute.
"""

from __future__ import annotations

from collections.abc import Callable

from daemon import events
from daemon.deciding.judge import Ruling
from daemon.deciding.plays import Play
from daemon.platforms.api import Control
from daemon.trusted import Reading
from rules.decision import Decision

FLOOR_MS = 60_000
RETRY_MS = 1_000
_SAME_MS = 500  # an end that moved by less has not moved: two clocks are never read in one instant


class Enforcer:
    """`tell` records, then shows, an event."""

    def __init__(self, control: Control, tell: Callable[[events.Event], None]) -> None:
        self._control = control
        self._tell = tell
        self._stubborn: set[tuple[int, int]] = set()
        self._left: dict[tuple[int, int], int] = {}

    def follow(self, play: Play, ruling: Ruling, now: Reading) -> None:
        """Does what `ruling` asks for, as far as its moment has come."""
        if ruling.allowed:
            play.due, play.end_at = False, None
            self._remind(play, ruling.decision, now)
        elif play.due:
            self._end(play, now)
        elif self._foreseen(play, now):
            self._close(play, ruling, now)
        elif play.floor == 0:
            self._leave_a_minute(play, now)

    def _remind(self, play: Play, decision: Decision, now: Reading) -> None:
        ends = None if decision.until is None else now.mono + decision.until - now.wall
        if _moved(play.ends, ends):
            sooner = play.settled and ends is not None and (play.ends is None or ends < play.ends)
            play.until, play.ends, play.warns, play.floor = decision.until, ends, list(decision.warn_at), 0
            if sooner and ends is not None and ends - now.mono < FLOOR_MS:
                play.warns = []
                self._leave_a_minute(play, now)
        if play.until is not None and play.warns and play.warns[0] <= now.wall:
            play.warns = [at for at in play.warns if at > now.wall]
            self._warn(play, now, play.until - now.wall)
        play.settled = True
        self._notify(play, decision, now)

    def _notify(self, play: Play, decision: Decision, now: Reading) -> None:
        """What law or advice wants shown: when its moment, told earlier, has come; once, whatever is decided anew."""
        for rule, notice in play.notices.items():
            if notice.at <= now.wall:
                play.told[rule] = notice.at
                self._tell(events.Warned(play, now, None, rule, notice.text))
        told = play.told
        play.notices = {one.rule: one for one in decision.notices if _later(one.at, told.get(one.rule))}

    def _warn(self, play: Play, now: Reading, left: int) -> None:
        play.warned = True
        self._tell(events.Warned(play, now, max(0, left)))

    def _leave_a_minute(self, play: Play, now: Reading) -> None:
        play.floor = now.mono + FLOOR_MS
        self._warn(play, now, FLOOR_MS)

    def _foreseen(self, play: Play, now: Reading) -> bool:
        if play.floor:
            return now.mono >= play.floor
        return play.warned and play.ends is not None and now.mono >= play.ends - _SAME_MS

    def _close(self, play: Play, ruling: Ruling, now: Reading) -> None:
        play.due = True
        play.end_at = now.mono + ruling.decision.grace_ms
        self._tell(events.PlayDue(play, ruling, now))
        self.ask(play)

    def ask(self, play: Play) -> None:
        """Asks the programs of a play that is due to close; once more after a restart, which may have come in between."""
        for pid, started in tuple(play.programs):
            self._control.ask_close(pid, started)

    def gone(self, identity: tuple[int, int], play: Play) -> None:
        """A program of a play is over. If it was asked to close, what belonged to it has the rest of the grace to close too."""
        if play.due and play.end_at is not None:
            self._left[identity] = play.end_at

    def sweep(self, now: Reading) -> int | None:
        """Ends what outlived the program that it belonged to; in how many milliseconds there is more to be ended."""
        for identity in [one for one, at in self._left.items() if at <= now.mono]:
            del self._left[identity]
            self._control.end(*identity)
        return min((at - now.mono for at in self._left.values()), default=None)

    def _end(self, play: Play, now: Reading) -> None:
        if play.end_at is None or now.mono < play.end_at:
            return
        play.killed = True
        play.end_at = now.mono + RETRY_MS
        for pid, started in tuple(play.programs):
            self.refuse(pid, started)

    def refuse(self, pid: int, started: int) -> None:
        """Ends a program that should not have started."""
        if not self._control.end(pid, started) and self._control.alive(pid, started):
            self._stubborn.add((pid, started))

    def stubborn(self) -> bool:
        """Whether something that had to be ended still runs."""
        self._stubborn = {one for one in self._stubborn if self._control.alive(*one)}
        return bool(self._stubborn)


def _moved(known: int | None, ends: int | None) -> bool:
    if known is None or ends is None:
        return known is not ends
    return abs(ends - known) > _SAME_MS


def _later(at: int, told: int | None) -> bool:
    """Whether a notice is another one than that which was told: two clocks may disagree by a little on its moment."""
    return told is None or abs(at - told) > _SAME_MS


def next_moment(play: Play, now: Reading) -> int:
    """In how many milliseconds something changes for this play if nobody does anything."""
    if play.end_at is not None:
        return play.end_at - now.mono
    if play.floor:
        return play.floor - now.mono
    moments = [one.at - now.wall for one in play.notices.values()]
    if play.ends is not None:
        moments.append(play.ends - now.mono)
        moments.extend(at - now.wall for at in play.warns[:1])
    return min(moments, default=30_000)
