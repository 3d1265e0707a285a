"""What the gate hands to the loop: however often somebody tries to start something, no more than the loop can take.

Who tries is bounded by nobody, so nothing here is kept by pid or path.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from daemon.platforms.api import ProgramStopped, StartRefused
from daemon.platforms.linux.watching.looks import LET_MS
from daemon.platforms.linux.watching.passed import Started
from host.clock import Clock

AGAIN_MS = 1_000
_SHARES = 256
MOST = 64  # of one share
MOST_OF_ALL = 256  # anybody may have many numbers
_REST = 9  # times as long as it took
_MOST_TOLD = 256
Stopped = StartRefused | ProgramStopped


@dataclass(slots=True)
class _Told:
    at: int
    more: int
    last: Stopped


class Refused:
    """Tells the first refusal of a game or program to an account at once, and the number of those within a second when that is
    over. All on the gate's thread.
    """

    def __init__(self, clock: Clock, tell: Callable[[Stopped], None]) -> None:
        self._clock = clock
        self._tell = tell
        self._told: dict[tuple[str, str], _Told] = {}

    def note(self, seen: Stopped) -> None:
        key, now = self._key(seen), self._clock.mono()
        known = self._told.get(key)
        if known is None:
            self._told[key] = _Told(now, 0, seen)
            self._tell(seen)
            return
        known.more, known.last = known.more + 1, seen
        if now - known.at >= AGAIN_MS:
            self._tell_more(known, now)

    def _key(self, seen: Stopped) -> tuple[str, str]:
        """Of programs that are no games anybody can make many: those of one account are one where they are too many."""
        if isinstance(seen, StartRefused):
            return seen.account, seen.game
        key = seen.account, f"{seen.file.sha256} {seen.file.size}"
        return key if key in self._told or len(self._told) < _MOST_TOLD else (seen.account, " ")

    def look_back(self) -> None:
        """Tells what has waited long enough, and forgets who has stopped trying."""
        now = self._clock.mono()
        for key, known in tuple(self._told.items()):
            if now - known.at >= AGAIN_MS:
                if known.more:
                    self._tell_more(known, now)
                else:
                    del self._told[key]

    def wait(self, longest: int) -> int:
        """In how many milliseconds something has waited long enough, at the latest."""
        now = self._clock.mono()
        return max(0, min([longest, *(one.at + AGAIN_MS - now for one in self._told.values() if one.more)]))

    def untold(self) -> tuple[Stopped, ...]:
        """What was not told yet, once the thread is over."""
        found = tuple(replace(known.last, times=known.more) for known in self._told.values() if known.more)
        self._told.clear()
        return found

    def _tell_more(self, known: _Told, now: int) -> None:
        self._tell(replace(known.last, times=known.more))
        known.at, known.more = now, 0


class Shares:
    """How many things of each owner, by number, may be on their way from one thread to another, and of all together: `take` on
    the one, `give` on the other. Each writes its own table only, so neither waits.
    """

    def __init__(self, most: int = MOST, of_all: int = MOST_OF_ALL) -> None:
        self._most, self._of_all = most, of_all
        self._taken = [0] * (_SHARES + 1)  # the last: of all
        self._given = [0] * (_SHARES + 1)

    def take(self, owner: int) -> bool:
        """False: so many are on their way that one more is too many."""
        share = owner % _SHARES
        if self._taken[share] - self._given[share] >= self._most or self._taken[-1] - self._given[-1] >= self._of_all:
            return False
        self._taken[share] += 1
        self._taken[-1] += 1
        return True

    def give(self, owner: int) -> None:
        self._given[owner % _SHARES] += 1
        self._given[-1] += 1


class Lets:
    """Hands the loop what was let: `let` and `missed` are called there, the latter for what was too much. `on_loop` calls
    something on the loop's thread, `later` is its call_later.
    """

    def __init__(
        self, clock: Clock, on_loop: Callable[..., None], later: Callable[..., object], let: Callable[[Started], object],
        missed: Callable[[], object],
    ) -> None:  # fmt: skip
        self._clock = clock
        self._on_loop, self._later, self._let, self._missed = on_loop, later, let, missed
        self._shares, self._misses = Shares(), False

    def take(self, started: Started) -> None:
        """In the gate's thread."""
        if self._shares.take(started.uid):
            self._on_loop(self._took, started)
        elif not self._misses:
            self._misses = True
            self._on_loop(self._later, LET_MS / 1000, self._look)

    def _took(self, started: Started) -> None:
        self._let(started)
        self._later(LET_MS / 1000, self._shares.give, started.uid)

    def _look(self) -> None:
        """Of more starts than we look at one by one, those are found that still run. That takes a tenth of the loop's time at
        most, whoever makes how many.
        """
        began = self._clock.mono()
        self._missed()
        self._later((self._clock.mono() - began) * _REST / 1000, self._rested)

    def _rested(self) -> None:
        self._misses = False
