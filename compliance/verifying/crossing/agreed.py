"""Whether seats say the same of a game, which all of them have from the agent. Pure.

An agent of a new version has a new list of games, which a seat gets late. But none goes back: where a seat that must have had
the list of one before says something else, and then another that must have had that says the former again, one is made up.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from compliance.entries.base import Entry
from compliance.verifying.crossing.tally import Tally
from compliance.verifying.in_force.hearing import Hearing
from i18n.message import Arg, msg

_MOST = 10_000
_Said = tuple[object, ...]
_Of = tuple[str | None, str]  # a version of seats, which may read lists otherwise than another does, and a game


class _Claim(NamedTuple):
    said: _Said
    seat: str
    at: int


@dataclass
class Agreed:
    """`say` what a seat says of a game, `anew` where there is another version; then ask `tally`."""

    hearing: Hearing
    tally: Tally = field(default_factory=lambda: Tally(
        {"labels": msg("the label or the publisher of a game is another than at another seat, and no entry says why")}
    ))  # fmt: skip
    _games: dict[_Of, tuple[_Claim, _Claim | None]] = field(default_factory=dict)  # what was said first, and then

    def anew(self) -> None:
        self._games.clear()

    def say(self, where: Arg, line: Entry, game: _Of, said: _Said) -> None:
        before, now = self._games.get(game, (None, None))
        last = now or before
        if last is not None and said == last.said:
            return
        claim = _Claim(said, line.seat, line.wall)
        if last is None or before is None:
            if len(self._games) < _MOST:
                self._games[game] = claim, None
            return
        if not self._knows(claim, last.at):
            return
        if now is None or said != before.said:
            self._games[game] = last, claim
        elif claim.seat != now.seat:
            self.tally.see("labels", where, line)

    def _knows(self, claim: _Claim, since: int) -> bool:
        return not self.hearing.is_apart(claim.seat, claim.at) and self.hearing.had_news(claim.seat, since, claim.at)
