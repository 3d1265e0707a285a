"""Closing time of a public place: who is logged on is told before, then sessions are locked until it opens. Homes never close.

A session whose game still has time to save is locked when that is over. Who works there is never locked out: administrators,
guardians and staff.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from daemon import events
from daemon.deciding.plays import Plays
from daemon.ending import Saving, Warned
from daemon.platforms.api import Platform
from daemon.reporting.publisher import Publisher
from daemon.sessions import InForce, People
from daemon.trusted import Reading
from rules.closing import WARN_MS, Opening, hours_of, opening, warning
from rules.policy import Policy

AGAIN_MS: Final = 30_000  # until what was unlocked meanwhile is locked again
_SAVING_MS: Final = 1_000  # the same, while a game has time to save
_FAR: Final = 2**53


@dataclass(slots=True, eq=False)
class Closing:
    """`look` does what the moment asks for."""

    in_force: InForce
    platform: Platform
    publisher: Publisher
    plays: Plays
    _hours: tuple[People, Policy] | None = field(default=None, init=False)
    _told: tuple[int, int] = field(default=(0, 0), init=False)  # of which closing, and which warning
    _shut: bool = field(default=False, init=False)
    _next: int = field(default=0, init=False)  # when to lock again (mono)

    def look(self, now: Reading) -> int:
        """In how many milliseconds to look again."""
        people = self.in_force.people
        if people is None:
            return AGAIN_MS
        found = self._opening(people, now)
        if not found.open:
            return self._lock(people, found, now)
        self._reopen(now)
        left = _FAR if found.until is None else found.until - now.wall
        due = warning(left)
        if due is not None and found.until is not None and (found.until, due) != self._told:
            self._told = (found.until, due)
            self.publisher.show(events.PlaceCloses("closing", found.until, None, now))
        return min((left, *(left - one for one in WARN_MS if one < left)))

    def soon(self) -> None:
        """Somebody logged on or off."""
        self._next = 0

    def _opening(self, people: People, now: Reading) -> Opening:
        """The stricter one, where the clock is in doubt; its moment is of the trusted reading."""
        if self._hours is None or self._hours[0] is not people:
            self._hours = (people, hours_of(people.roster.place_packs))
        found = []
        for wall in now.walls:
            one = opening(self._hours[1], people.place, wall)
            found.append((one.open, _FAR if one.until is None else one.until - wall))
        open_, left = min(found)
        return Opening(open_, None if left == _FAR else now.wall + left)

    def _lock(self, people: People, found: Opening, now: Reading) -> int:
        if self._shut and now.mono < self._next:
            return self._next - now.mono
        self._shut, busy = True, self._saving()

        def locks(account: str) -> bool:
            return account not in busy and self._customer(people, account)

        for session in self.platform.logged_on() or ():
            if locks(session.account):
                self.platform.lock(session)
        accounts = frozenset(filter(locks, self.publisher.accounts))
        self.publisher.show(events.PlaceCloses("closed", found.until, accounts, now))
        wait = _SAVING_MS if busy else AGAIN_MS
        self._next = now.mono + wait
        return wait

    def _customer(self, people: People, account: str) -> bool:
        works = account in people.guardians or account in {one.account for one in people.roster.staff}
        return self.platform.accounts.limited(account) and not works

    def _saving(self) -> frozenset[str]:
        """Accounts whose games were told to end, and may still save."""
        ending = (one for one in self.plays.running.values() if isinstance(one.ending, Warned | Saving))
        return frozenset(account for play in ending for account in play.accounts)

    def _reopen(self, now: Reading) -> None:
        if self._shut:
            self._shut = False
            self.publisher.show(events.PlaceCloses("opened", None, None, now))
