"""Labels of games that the house lowered, and how many plays there were under them. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from compliance.entries.place import GameChanged, GameFacts
from compliance.entries.play import PlayStarted
from compliance.verifying.report import NO_MOMENT, Finding
from i18n.message import Arg, Moment, msg, msgn
from rules.engine.label_words import label_said
from rules.systems import SYSTEMS

_LAST = 16  # changes of one game


@dataclass(slots=True)
class _Lowered:
    """From `at` to `until` the house said `after` of a game, of which it had said `before`; so many `plays` began meanwhile."""

    game: str
    where: Arg
    at: int
    before: GameFacts
    after: GameFacts | None
    until: int = NO_MOMENT
    plays: int = 0


@dataclass
class Labels:
    """`take` each change of a game and `play` each play that started, then ask `findings`."""

    _said: dict[str, GameFacts | None] = field(default_factory=dict)  # last
    _high: dict[str, GameFacts] = field(default_factory=dict)
    _all: list[_Lowered] = field(default_factory=list)
    _last: dict[str, deque[_Lowered]] = field(default_factory=dict)  # of each game; plays come to the log later than changes

    def take(self, where: Arg, line: GameChanged) -> None:
        """Whether it is a lower label than was said before, until one is as high again, or another system's than the law's.
        Removed and added anew, a game is compared with what was said of it before.
        """
        before, new = self._said.get(line.game, line.before), line.after
        self._said[line.game] = new
        last = self._last.setdefault(line.game, deque(maxlen=_LAST))
        if last:
            last[-1].until = min(last[-1].until, line.wall)
        old = self._high.get(line.game) or before
        if old is None or old.label is None:
            return
        self._high[line.game] = old
        if new is not None and new.label is not None and new.label >= old.label:
            self._high[line.game] = new
            if old.system != "VN" or new.system == "VN":
                return
        last.append(_Lowered(line.game, where, line.wall, old, new))
        self._all.append(last[-1])

    def play(self, line: PlayStarted) -> None:
        for one in self._last.get(line.game, ()):
            one.plays += one.at <= line.wall < one.until

    def findings(self, zone: str) -> Iterator[Finding]:
        """Moments are shown in `zone`."""
        for one in self._all:
            yield Finding("label", one.where, msgn(
                "the label of {game} was changed from {before} to {after} on {at}, and may bind less; {n} play under it",
                "the label of {game} was changed from {before} to {after} on {at}, and may bind less; {n} plays under it",
                one.plays, game=one.game, before=_label(one.before), after=_label(one.after), at=Moment(one.at, zone, "full"),
            ))  # fmt: skip


def _label(facts: GameFacts | None) -> Arg:
    if facts is None or facts.label is None:
        return msg("the catalogue's or none")
    return label_said(facts.label, next((one for one in SYSTEMS if one == facts.system), None))
