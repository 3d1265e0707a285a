"""Looks at what the gate let become a game, until it has: a few times, however often the gate is asked about it.

Whoever only asks, as by an execve(2) that cannot succeed or by AT_EXECVE_CHECK, may ask thousands of times a second.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from daemon.platforms.linux.watching.passed import Started
from daemon.platforms.linux.watching.seen import Image
from daemon.platforms.reading.patience import Patience
from host.clock import Clock

_AFTER_MS = (20, 80, 400)  # one after the other: until when a program has become the game depends on how busy the PC is
LET_MS = sum(_AFTER_MS)
_TURN_MS = 10  # of the loop's time; what is left has its turn when others had theirs
_PAUSE_MS = 5
_SAVED_MS = 100  # of the loop's time, for each account's looks, and a tenth of what goes by
_MOST = 1_024


@dataclass(slots=True)
class _One:
    """`let` at `at` (mono) the last time; `due`: when it is looked at, which was done `times` times; `read`: what executable it
    was no game with.
    """

    let: Started
    at: int
    due: int
    times: int = 0
    read: Image | None = None


class Looks:
    """`whose`: the account of a process of this number's. `look` reads it, and says with what executable it is no game yet;
    `as_before`: whether it is seen without reading that it runs what it did then. `later` as the loop's call_later. All on the
    loop's thread.
    """

    def __init__(
        self, clock: Clock, whose: Callable[[int, int], str], as_before: Callable[[Started, Image | None], bool],
        look: Callable[[Started], Image | None], later: Callable[[float, Callable[[], object]], object],
    ) -> None:  # fmt: skip
        self._clock = clock
        self._whose, self._as_before, self._look, self._later = whose, as_before, look, later
        self._patience = Patience(at_once=0, saved=_SAVED_MS)
        self._due: dict[int, _One] = {}
        self._turns = False

    def add(self, let: Started) -> None:
        """One that is looked at already is looked at when it was to be, and for as long as after its first start."""
        now, one = self._clock.mono(), self._due.get(let.pid)
        if one:
            one.let, one.at = let, now
        elif len(self._due) < _MOST:
            self._due[let.pid] = _One(let, now, now + _AFTER_MS[0])
            self._turn_in(_AFTER_MS[0])

    def clear(self) -> None:
        self._due.clear()

    def _turn_in(self, ms: int) -> None:
        if not self._turns:
            self._turns = True
            self._later(ms / 1000, self._turn)

    def _turn(self) -> None:
        self._turns = False
        began = now = self._clock.mono()
        for one in sorted((one for one in self._due.values() if one.due <= began), key=lambda one: one.due):
            self._one(one, now)
            now = self._clock.mono()
            if now - began >= _TURN_MS:
                break
        if self._due:
            self._turn_in(max(_PAUSE_MS, min(one.due for one in self._due.values()) - now))

    def _one(self, one: _One, now: int) -> None:
        one.times += 1
        if one.times >= len(_AFTER_MS) and now - one.at >= LET_MS:
            del self._due[one.let.pid]
        one.due = now + _AFTER_MS[min(one.times, len(_AFTER_MS) - 1)]
        if self._as_before(one.let, one.read):
            return
        account = self._whose(one.let.uid, one.let.pid)
        if self._patience.wait(account, now) > 0:
            one.read = self._look(one.let)
            self._patience.spend(account, now, self._clock.mono())
