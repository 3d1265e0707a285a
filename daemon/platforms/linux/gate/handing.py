"""What the gate hands to the loop: however often somebody tries to start something, no more than the loop can take.

Who tries is bounded by nobody, so nothing here is kept by pid or path.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from daemon.platforms.api import ProgramStopped, StartRefused
from host.clock import Clock

AGAIN_MS = 1_000
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
