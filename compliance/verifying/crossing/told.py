"""What the agent tells of its registry, and whether it goes together: games and their labels, approvals, guardians. Pure.

Each of these entries continues the one before it, so an honest agent's never contradict each other. Only what came before the
first of its kind is the agent's word: older versions had games and guardians without an entry. A seat says nothing of the
registry, and not which roster it went by: a play under another label than the house's is told, and no failure.
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

from compliance.entries.override import Approval, ApprovalEnded
from compliance.entries.place import GameChanged, GameFacts, GuardianChanged
from compliance.entries.play import PlayStarted
from compliance.verifying.listed import Faults, Listed
from compliance.verifying.report import Failure, Finding, seq_name
from i18n.message import Arg, Message, Moment, msg, msgn
from rules.engine.label_words import label_said
from rules.systems import SYSTEMS

AHEAD_MS = 60_000  # how far the agent's clock may be behind a seat's

_MOST = 100  # changes of one game within that time that are looked at

Told = GameChanged | GuardianChanged | Approval | ApprovalEnded


class _Change(NamedTuple):
    """From `at` on the house said `after`; `before` is what it had said, as far as the log knows."""

    where: Arg
    at: int
    before: GameFacts | None
    after: GameFacts | None


@dataclass
class Registered:
    """`take` each such entry and `play` each play that started, then ask `findings`. `failures`: what contradicts itself."""

    failures: Faults = field(default_factory=Faults)
    _notes: Listed = field(default_factory=Listed)
    _games: dict[str, list[_Change]] = field(default_factory=lambda: defaultdict(list))
    _plays: dict[str, _Under] = field(default_factory=lambda: defaultdict(_Under))
    _approvals: dict[str, bool] = field(default_factory=dict)
    _guardians: int | None = None

    def take(self, where: Arg, line: Told) -> None:
        match line:
            case GameChanged():
                self._game(where, line)
            case GuardianChanged():
                self._guardian(where, line.registered)
            case Approval():
                if line.id in self._approvals:
                    self._fail(where, msg("there is another approval with its id"))
                self._approvals[line.id] = True
            case ApprovalEnded():
                if not self._approvals.get(line.id, False):
                    self._fail(where, msg("no approval with its id holds"))
                self._approvals[line.id] = False

    def play(self, index: int, line: PlayStarted) -> None:
        self._plays[line.game].take(index, line)

    def findings(self, zone: str) -> Iterator[Finding]:
        """What no rule forbids; moments are shown in `zone`."""
        yield from self._notes
        for id, changes in self._games.items():
            plays = self._plays.get(id, _Under())
            game = _Game(id, changes, list(accumulate((one.at for one in changes), max)))
            yield from game.lowered(plays.walls, zone)
            yield from game.otherwise(plays)

    def _game(self, where: Arg, line: GameChanged) -> None:
        changes = self._games[line.game]
        known = changes[-1].after if changes else line.before
        if changes and not _agree(line.before, known):
            self._fail(where, msg("it is not what was said of {game} before that it changes", game=line.game))
        elif not changes and line.before is not None:
            self._note("game", where, msg("no entry before it says what the house had said of {game}", game=line.game))
        counted = not changes or known is None or not known.learning
        if counted and line.after is not None and line.after.learning:
            self._note("game", where, msg("play of {game} does not count from here on", game=line.game))
        changes.append(_Change(where, line.wall, known, line.after))

    def _guardian(self, where: Arg, now: int) -> None:
        before, self._guardians = self._guardians, now
        if now < 0 or (before is not None and abs(now - before) > 1):
            told = {"before": str(before or 0), "now": str(now)}
            self._fail(where, msg("there were {before} guardians before it, and it says {now}", **told))
        elif before is None and now > 1:
            self._note("guardians", where, msg("of guardians before this one no entry tells; it says {now}", now=str(now)))

    def _fail(self, where: Arg, what: Message) -> None:
        self.failures.append(Failure(where, what))

    def _note(self, kind: str, where: Arg, what: Message) -> None:
        self._notes.add(Finding(kind, where, what))


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


def _agree(told: GameFacts | None, known: GameFacts | None) -> bool:
    """Whose label it is may be read from its source better than an older version did; all else is as it was said."""
    if told is None or known is None:
        return told is known
    return (told.label, told.learning) == (known.label, known.learning) and (told.system == known.system or not known.system)


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
