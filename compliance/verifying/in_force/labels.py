"""Games that were played under another label than the house said, and labels that were lowered. Pure.

A seat says nothing of the registry, and not which roster it went by: a play under another label than the house's is told, and
is no failure.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple

from msgspec import UNSET, UnsetType

from compliance.entries.place import GameChanged, GameFacts
from compliance.entries.play import PlayStarted
from compliance.verifying.report import Finding, seq_name
from i18n.message import Arg, Message, Moment, msg, msgn
from rules.engine.label_words import label_said
from rules.systems import SYSTEMS

AHEAD_MS = 60_000  # how far the agent's clock may be behind a seat's

_MOST = 100  # changes of one game within that time that are looked at


class _Change(NamedTuple):
    """From `at` on the house said `after`; `before` is what it had said, as far as the log knows."""

    where: Arg
    at: int
    before: GameFacts | None
    after: GameFacts | None


@dataclass
class Labels:
    """`take` each change of a game and `play` each play that started, then ask `findings`."""

    _games: dict[str, list[_Change]] = field(default_factory=lambda: defaultdict(list))
    _plays: dict[str, _Under] = field(default_factory=lambda: defaultdict(_Under))

    def take(self, where: Arg, line: GameChanged) -> None:
        changes = self._games[line.game]
        changes.append(_Change(where, line.wall, changes[-1].after if changes else line.before, line.after))

    def play(self, index: int, line: PlayStarted) -> None:
        self._plays[line.game].take(index, line)

    def findings(self, zone: str) -> Iterator[Finding]:
        """Moments are shown in `zone`."""
        for id, changes in self._games.items():
            plays = self._plays.get(id, _Under())
            game = _Game(id, changes, list(accumulate((one.at for one in changes), max)))
            yield from game.lowered(plays.walls, zone)
            yield from game.otherwise(plays)


class _Label(NamedTuple):
    """Under what a seat had a game played."""

    seat: str
    label: int | None
    system: str | UnsetType | None


class _Under:
    """The plays of one game in the order of the log: of each where it is, when it began and under which label. There may be
    hundreds of thousands.
    """

    def __init__(self) -> None:
        self.walls = array("q")
        self._at = array("q")  # index and seq of each
        self._labels = array("q")  # the number of the label of each
        self._numbers: dict[_Label, int] = {}

    def take(self, index: int, line: PlayStarted) -> None:
        self.walls.append(line.wall)
        self._at.extend((index, line.seq))
        number = self._numbers.get((line.seat, line.label, line.system))  # type: ignore[call-overload] # equal to its label
        if number is None:
            number = self._numbers[_Label(line.seat, line.label, line.system)] = len(self._numbers)
        self._labels.append(number)

    def __iter__(self) -> Iterator[tuple[int, int, _Label]]:
        """Each play's number here, the moment of its seat's clock, its label."""
        labels = list(self._numbers)
        for number, (wall, label) in enumerate(zip(self.walls, self._labels, strict=True)):
            yield number, wall, labels[label]

    def where(self, number: int, seat: str) -> Message:
        return seq_name(self._at[2 * number], seat, self._at[2 * number + 1], PlayStarted)


@dataclass
class _Game:
    """One game's changes in order. Moments are those of the agent's clock, which never go back here."""

    id: str
    changes: list[_Change]
    at: list[int]

    def lowered(self, plays: Iterable[int], zone: str) -> Iterator[Finding]:
        """Each change to a lower label than was said before, until one is as high again, or from the law's to another system's,
        with the plays under it. Removed and added anew, a game is compared with what was said of it before.
        """
        high: GameFacts | None = None
        walls = sorted(plays)
        for one, start, end in zip(self.changes, self.at, [*self.at[1:], None], strict=True):
            old = high = high or _labelled(one.before)
            if old is None:
                continue
            if not _lower(one.after, old):
                high = one.after
                if old.system != "VN" or high is None or high.system == "VN":
                    continue
            count = (len(walls) if end is None else bisect_left(walls, end)) - bisect_left(walls, start)
            said = {"game": self.id, "before": _said(old), "after": _said(one.after), "at": Moment(one.at, zone, "full")}
            yield Finding("label", one.where, msgn(
                "the label of {game} was changed from {before} to {after} on {at}, and may bind less; {n} play under it",
                "the label of {game} was changed from {before} to {after} on {at}, and may bind less; {n} plays under it",
                max(0, count), **said,
            ))  # fmt: skip

    def otherwise(self, plays: _Under) -> Iterator[Finding]:
        """Plays under a label that the house did not say then, told once for each seat and label."""
        found: dict[_Label, tuple[int, GameFacts]] = {}
        hits: Counter[_Label] = Counter()
        for number, wall, label in plays:
            known = self._known(wall)
            if known and not any(_same(label, one) for one in known):
                found.setdefault(label, (number, known[0]))
                hits[label] += 1
        for label, (number, facts) in found.items():
            told = _label(label.label, label.system)
            yield Finding("label", plays.where(number, label.seat), msgn(
                "{n} play of {game} from here on with the label {told}, but the house had said {label}",
                "{n} plays of {game} from here on with the label {told}, but the house had said {label}",
                hits[label], game=self.id, told=told, label=_said(facts),
            ))  # fmt: skip

    def _known(self, at: int) -> list[GameFacts]:
        """What the house said at this moment of a seat's clock; nothing, if the catalogue's label may have held."""
        first, last = bisect_right(self.at, at), bisect_right(self.at, at + AHEAD_MS)
        said = [self.changes[0].before] if first == 0 else []
        said += [one.after for one in self.changes[max(0, first - 1) : min(last, first + _MOST)]]
        known = [one for one in map(_labelled, said) if one is not None]
        return known if len(known) == len(said) else []


def _labelled(facts: GameFacts | None) -> GameFacts | None:
    return None if facts is None or facts.label is None else facts


def _lower(new: GameFacts | None, old: GameFacts) -> bool:
    """Whether `new` has a lower label, or that of the catalogue or none."""
    return new is None or new.label is None or (old.label is not None and new.label < old.label)


def _same(line: _Label, facts: GameFacts) -> bool:
    return line.label == facts.label and (line.system is UNSET or not facts.system or line.system == facts.system)


def _said(facts: GameFacts | None) -> Arg:
    return msg("the catalogue's or none") if facts is None or facts.label is None else _label(facts.label, facts.system)


def _label(label: int | None, system: object) -> Arg:
    return "–" if label is None else label_said(label, next((one for one in SYSTEMS if one == system), None))
