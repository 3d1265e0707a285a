"""What the gate has to refuse: for each account the games, and the unknown programs, that it may not start now; made anew when
that may have changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from daemon.deciding.judge import Judge
from daemon.platforms.api import Refusals, Watcher
from daemon.platforms.processes import Identity
from daemon.sessions import People, RuledPlayer
from daemon.trusted import Reading
from rules.games import UNKNOWN_GAME
from rules.installed import OnlyInstalled
from rules.unknown import UNKNOWN

_LONGEST_MS = 30_000
_SHORTEST_MS = 1_000  # a budget with less than that left would otherwise be asked about all the time


class GateAnswers:
    """Keeps the watcher's snapshot true. A start that it lets through wrongly is still refused when it is seen."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self._seen: set[str] = set()
        self._closed: frozenset[str] = frozenset()  # players whose unknown programs count and may not run now
        self._current: Refusals | None = None
        self._next: int | None = None  # mono; None: at once
        self._told: int = 0  # mono

    def stale(self) -> None:
        """What is refused may be something else now."""
        self._next = None

    def adopt(self, people: People, *, open_: bool = False) -> None:
        """A new catalogue has to reach the watcher before it scans; what was refused stays so until `renew`. `open_`: nothing
        is refused for now, but of whom is paused.
        """
        known, (only, watched) = self._current or Refusals(people.catalogue, {}), self._unknown(people, open_=open_)
        self._current = replace(
            known, catalogue=people.catalogue, only=only, watched=watched, root=people.root_plays
        )  # fmt: skip
        self._watcher.refuse(self._current)
        self.stale()

    def saw(self, account: str, people: People) -> None:
        """An account that played: if it is a guest's, its starts are watched from now on, whoever keeps it."""
        watched = people.watches(account, self._seen)
        self._seen.add(account)  # also a player's: the account may be a guest's by the next roster
        if not watched:
            self.stale()

    def renew(
        self, people: People, now: Reading, judge: Judge, saving: Mapping[str, frozenset[Identity]], *, open_: bool = False
    ) -> int:
        """Asks the rules, if that is due, about every game of every player and of guests; in how many ms to ask again.
        `saving` as in Refusals, `open_` as above.
        """
        known = self._current or Refusals(people.catalogue, {})
        made = replace(known, catalogue=people.catalogue, saving=saving, root=people.root_plays)
        if self._next is None or now.mono >= self._next:
            refused, wait = self._ask(people, now, judge, open_=open_)
            self._next = now.mono + wait
            only, watched = self._unknown(people, open_=open_)
            made = replace(made, refused=refused, only=only, watched=watched)
        # It is told anew from time to time: an account may have been made since, or have got another number.
        if made != self._current or now.mono - self._told >= _LONGEST_MS:
            self._current, self._told = made, now.mono
            self._watcher.refuse(self._current)
        return self._next - now.mono

    def _unknown(self, people: People, *, open_: bool) -> tuple[Mapping[str, OnlyInstalled], frozenset[str]]:
        """Whose unknown programs are refused, and whose are watched."""
        accounts = dict(people.mapped)
        if people.guest.listed or people.guest.unknown == "refused":
            guests = people.guests(self._seen)  # of them those of the system, and of administrators, run what they like
            accounts |= {one: people.guest for one in guests if people.hider(one) is people.guest}
        only = {
            account: one.lets for account, one in accounts.items()
            if one.id in self._closed or (one.unknown == "refused" and not open_)
        }  # fmt: skip
        return only, frozenset(account for account, one in accounts.items() if one.listed)

    def _ask(self, people: People, now: Reading, judge: Judge, *, open_: bool) -> tuple[Mapping[str, frozenset[str]], int]:
        """What is refused, and for how long at the most."""
        left, closed = [_LONGEST_MS], set()
        known = [game for game in people.catalogue.games.values() if game.id != UNKNOWN]

        def games(player: RuledPlayer) -> frozenset[str]:
            refused, runs_in_engine = set(), False
            if (player.limited and not open_) or judge.overrides.pause(player):
                counts = [UNKNOWN_GAME] if player.counts else []
                for game, ruling in judge.rule_each(player, (*known, *counts), now):
                    if (until := ruling.decision.until) is not None:
                        left.append(until - now.wall)
                    if not ruling.allowed:
                        refused.add(game.id)
                    elif game.kind == "game" and any(word.startswith("/") for word in game.words):
                        runs_in_engine = True
            if UNKNOWN in refused:
                closed.add(player.id)
            refused.discard(UNKNOWN)
            # The gate sees which engine starts, not for which game: it is judged once its command line can be read.
            return frozenset(id_ for id_ in refused if not (runs_in_engine and people.catalogue.games[id_].kind == "emulator"))

        refused = {account: games(player) for account, player in people.mapped.items()}
        if guests := games(people.guest):
            refused.update(dict.fromkeys(people.guests(self._seen), guests))
        self._closed = frozenset(closed)
        return {account: ids for account, ids in refused.items() if ids}, max(_SHORTEST_MS, min(left))
