"""What the gate has to refuse: for each account the games that it may not start now, made anew when that may have changed."""

from __future__ import annotations

from daemon.judge import Judge
from daemon.platforms.api import Refusals, Watcher
from daemon.sessions import People
from daemon.trusted import Reading

_LONGEST_MS = 30_000
_SHORTEST_MS = 1_000  # a budget with less than that left would otherwise be asked about all the time


class Guard:
    """Keeps the watcher's snapshot true. A start that it lets through wrongly is still refused when it is seen."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self._people: People | None = None
        self._seen: set[str] = set()
        self._current: Refusals | None = None
        self._next: int | None = None  # mono; None: at once

    def stale(self) -> None:
        """What is refused may be something else now."""
        self._next = None

    def adopt(self, people: People) -> None:
        """A new catalogue has to reach the watcher before it scans; what was refused stays so until `renew`."""
        self._people = people
        self._watcher.refuse(Refusals(people.catalogue, {} if self._current is None else self._current.refused))
        self._current = None
        self.stale()

    def saw(self, account: str) -> None:
        """An account that played: if it is a guest's, its starts are watched from now on."""
        if account not in self._seen:
            self._seen.add(account)
            self.stale()

    def renew(self, now: Reading, judge: Judge) -> int:
        """Asks the rules, if that is due, about every game of every watched account; in how many milliseconds to ask again."""
        if self._people is None:
            return _LONGEST_MS
        if self._next is None or now.mono >= self._next:
            self._next = now.mono + self._ask(self._people, now, judge)
        return self._next - now.mono

    def _ask(self, people: People, now: Reading, judge: Judge) -> int:
        refused: dict[str, frozenset[str]] = {}
        wait = _LONGEST_MS
        for account in people.watched_accounts(self._seen):
            subject = people.subject(account)
            if subject is None or not subject.limited:
                continue
            ids = set()
            for game in people.catalogue.games.values():
                decision = judge.rule(subject, game, now).decision
                if decision.verdict != "allow":
                    ids.add(game.id)
                if decision.until is not None:
                    wait = min(wait, decision.until - now.wall)
            if ids:
                refused[account] = frozenset(ids)
        if self._current is None or refused != self._current.refused:
            self._current = Refusals(people.catalogue, refused)
            self._watcher.refuse(self._current)
        return max(_SHORTEST_MS, wait)
