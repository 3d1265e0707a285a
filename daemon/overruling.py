"""What is enforced where guardians put something before the rules, and the end of that when its time has come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from daemon import events
from daemon.deciding.judge import Ruling
from daemon.deciding.overrides import Overrides, PauseEvent
from daemon.sessions import People
from daemon.trusted import Reading
from rules.decision import Decision

_FREE: Final = Decision("allow", None, None, None)


@dataclass(frozen=True, slots=True, eq=False)
class Overruling:
    """`announce` records events, in one transaction with what is to be done to the store, then shows them."""

    overrides: Overrides
    announce: Callable[[Sequence[events.Event], Callable[[], object]], None]

    def open(self, now: Reading) -> bool:
        """Whether nothing is refused or ended now, whatever the rules say, but of whom is paused."""
        return self.overrides.open(now)

    def paused(self, people: People, now: Reading) -> frozenset[str]:
        """The players who may play nothing now, also while nothing else is enforced."""
        pauses = {one.id: self.overrides.pause(one) for one in (*people.players, people.guest)}
        return frozenset(id_ for id_, pause in pauses.items() if pause is not None and pause.holds(min(now.walls)))

    def enforced(self, ruling: Ruling, now: Reading) -> Ruling:
        """The ruling itself; while nothing is enforced but pauses, one that no play has to heed."""
        pause = ruling.facts.paused
        if not self.overrides.open(now) or (pause is not None and pause.holds(min(now.walls))):
            return ruling
        return replace(ruling, decision=_FREE)

    def adopt(self, people: People, now: Reading) -> None:
        """A new list of players is in force."""
        self._end(people, self.overrides.of_others(people), now)

    def expire(self, people: People, now: Reading) -> bool:
        """Whether anything has ended by now."""
        over, off = self.overrides.over(now), self.overrides.off
        self._end(people, over, now)
        if off is not None and not self.overrides.open(now):
            self.overrides.take_off(None)
            self.announce((events.EnforcementOn(off, "", now),), lambda: self.overrides.keep_off(self.overrides.off))
            return True
        return bool(over)

    def _end(self, people: People, over: tuple[PauseEvent, ...], now: Reading) -> None:
        if not over:
            return
        self.overrides.take_pauses(tuple(one for one in self.overrides.pauses if one not in over))
        said = [events.PlayResumed(None if one.player is None else people.by_id(one.player), one, "", now) for one in over]
        self.announce(said, lambda: self.overrides.keep_pauses(self.overrides.pauses))
