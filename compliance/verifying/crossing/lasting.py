"""What the agent says of a game until it says that it is over, and who counts on it after that. Pure.

A seat goes by the last list that it got. So only who must have the next one is told of, and each such word waits for an entry
of the agent that says it anew, as that may come to the log after those of seats.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from compliance.entries.base import Entry
from compliance.verifying.crossing.tally import Tally
from compliance.verifying.in_force.hearing import CLOCKS_MS, Hearing
from compliance.verifying.report import NOWHERE
from i18n.message import Arg

_MOST = 10_000  # that wait


class _Claim(NamedTuple):
    where: Arg
    seat: str
    at: int


@dataclass
class Lasting:
    """`begin` and `end` as the agent says it, `count` each entry that counts on it; `close` in the end."""

    hearing: Hearing
    tally: Tally
    _open: dict[str, set[str]] = field(default_factory=dict)  # by game, under which ids it holds
    _over: dict[str, int] = field(default_factory=dict)  # since when none does that did
    _claims: dict[str, list[_Claim]] = field(default_factory=dict)
    _waiting: int = 0

    def begin(self, game: str, id_: str, at: int) -> None:
        self._settle(game, at)
        self._over.pop(game, None)
        self._open.setdefault(game, set()).add(id_)

    def end(self, game: str, id_: str, at: int) -> None:
        known = self._open.setdefault(game, set())
        known.discard(id_)
        if not known:
            self._over[game] = at

    def hold(self, game: str, at: int) -> None:
        """Somebody said so at a seat, which goes by that until the agent has heard of it."""
        if game in self._over:
            self._over[game] = max(at, self._over[game])

    def count(self, where: Arg, line: Entry, game: str) -> None:
        since = self._over.get(game)
        if since is None or where == NOWHERE or self.hearing.is_apart(line.seat, line.wall):
            return
        if self.hearing.had_news(line.seat, since, line.wall):
            self._claims.setdefault(game, []).append(_Claim(where, line.seat, line.wall))
            self._waiting += 1
            if self._waiting > _MOST:
                self.close()

    def close(self) -> None:
        for game in list(self._claims):
            self._settle(game, None)

    def _settle(self, game: str, begun: int | None) -> None:
        """`begun`: when the agent said it anew."""
        claims = self._claims.pop(game, [])
        self._waiting -= len(claims)
        for one in claims:
            if begun is None or one.at + CLOCKS_MS < begun:
                self.tally.count("over", one.seat, one.where, one.at)
