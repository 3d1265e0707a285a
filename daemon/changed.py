"""Programs that did not start against a rule: they ran when players or games were changed, and are a game, or another player's,
only since then, or they started before the daemon did. They get what a new rule leaves every play: a minute, and its time to
save. What starts after that does not.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import NamedTuple

from daemon import events
from daemon.deciding.plays import Recognised
from daemon.ending import BEGUN, State, Warned
from daemon.platforms.processes import Identity
from daemon.sessions import People
from daemon.trusted import Reading
from rules.games import Program
from rules.policy import NEWS_MS

SETTLE_MS = 60_000  # what runs may take so long to be read anew
_LISTS = 4  # of those that were in force lately
_MOST = 4096


class Caught(NamedTuple):
    """What a program was not before, `ran` as in play.started, and how far the end of its play is."""

    ran: events.Ran
    ending: State


class _Before(NamedTuple):
    """The list that was in force up to then; None: there was none."""

    people: People | None
    until: int


@dataclass(slots=True, eq=False)
class Changed:
    """`adopt` each list; then `caught` says whether a refused program had begun.
    `came`: when the daemon started (mono); None where the PC did too, so that no game gets a minute by each restart of the PC.
    """

    came: int | None = field(default=None, init=False)
    _now: People | None = field(default=None, init=False)
    _before: deque[_Before] = field(default_factory=lambda: deque(maxlen=_LISTS), init=False)
    _spared: dict[Identity, int] = field(default_factory=dict, init=False)  # when the time that it got is over

    def adopt(self, people: People, now: Reading) -> None:
        self._before.append(_Before(self._now, now.mono))
        self._now = people

    def settle(self, now: Reading) -> None:
        """Lets go what nobody asks for any more."""
        while self._before and now.mono > self._before[0].until + SETTLE_MS:
            self._before.popleft()

    def how(self, program: Program, now: Reading) -> events.How | None:
        """How a play is over of which the program is no more. None: not by a change."""
        return "list changed" if self._lists(program, now) else None

    def caught(self, program: Program, found: Recognised, now: Reading, grace: int) -> Caught | None:
        """`grace`: its time to save. None: it is a start, was refused before, or has had its time."""
        ran = _became(program, found, self._lists(program, now))
        if ran is None and self.came is not None and program.since < self.came >= now.mono - SETTLE_MS:
            ran = "before"
        until = self._spared.get(program.identity)
        if ran is None or (until is not None and until <= now.mono):
            return None
        told = until is not None
        if not told:
            self._spared[program.identity] = now.mono + NEWS_MS + grace
            if len(self._spared) > _MOST:
                del self._spared[next(iter(self._spared))]
        return Caught(ran, Warned(now.mono) if told else BEGUN)

    def _lists(self, program: Program, now: Reading) -> list[People | None]:
        """What was in force while it ran, until lately."""
        return [one.people for one in self._before if program.since < one.until and now.mono <= one.until + SETTLE_MS]


def _became(program: Program, found: Recognised, lists: list[People | None]) -> events.Ran | None:
    """What a list changed for a program that ran: whose it is, or that it is this game. None: nothing."""
    for people in filter(None, lists):
        player, matches = people.player_of(program.account), people.catalogue.matches(program)
        if not any(match.game == found.game.id for match in matches):
            return "game"
        if player is None or (player.id, player.registered.key) != (found.player.id, found.player.registered.key):
            return "player"
    return None
