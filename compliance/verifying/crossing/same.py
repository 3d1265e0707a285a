"""Whether what seats say of a game stays the same, and what they take as let through or as learning is said. Pure.

Labels and publishers change with a new list of games, or with what the house says of one. The catalogue's are not in the log,
so all of it is told, and is no failure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from msgspec import UNSET

from compliance.entries.decision import Decided, LaunchRefused, PlayDue
from compliance.entries.override import Answered, Approval, ApprovalEnded, Requested
from compliance.entries.place import GameChanged
from compliance.entries.play import PlayRuled, PlayStarted, UsageDay
from compliance.entries.seat import SeatStart
from compliance.entry import AnyEntry
from compliance.verifying.crossing.agreed import Agreed
from compliance.verifying.crossing.lasting import Lasting
from compliance.verifying.crossing.tally import Tally
from compliance.verifying.in_force.hearing import Hearing
from compliance.verifying.report import NOWHERE, Finding
from compliance.verifying.sums.totals import Plays
from compliance.verifying.wanted import Wants, each
from i18n.message import Arg, msg

_MOST = 10_000

_WHAT = {
    "label": msg("the label or the publisher of a game is another than before, and no entry says why"),
    "learning": msg("its play does not count, which no entry says of the game"),
    "approval": msg("it takes the game as let through, which no entry before it says"),
    "usage-day": msg("it sums up the day of somebody of whom no other entry tells"),
}
_LET_BEFORE = msg("it takes the game as let through, which it was no longer")
_LEARNED_BEFORE = msg("its play does not count, as the house no longer said of the game")
_Said = tuple[object, ...]


@dataclass(slots=True)
class _Other:
    """Where and when one seat first said something else of a game, and how often."""

    where: Arg
    at: int
    times: int = 0


@dataclass
class Same:
    """Take what it `wants`, then ask `findings`. `plays`: those that go on."""

    plays: Plays
    hearing: Hearing
    _games: dict[tuple[str, str], _Said] = field(default_factory=dict)  # by seat and game
    _versions: dict[str, str] = field(default_factory=dict)
    _changed: set[str] = field(default_factory=set)  # told.py says what a seat did under which of the house's labels
    _others: dict[tuple[str, str], _Other] = field(default_factory=dict)
    _learning: set[str] = field(default_factory=set)
    _let: set[str] = field(default_factory=set)
    _asked: dict[str, str] = field(default_factory=dict)
    _who: set[str] = field(default_factory=set)
    _later: list[tuple[str, str, Arg, str, int]] = field(default_factory=list)  # what is known at the end alone
    _tally: Tally = field(default_factory=lambda: Tally(_WHAT))
    _approvals: dict[str, str] = field(default_factory=dict)  # of which game each is

    def __post_init__(self) -> None:
        self._agreed = Agreed(self.hearing)
        self._lets = Lasting(self.hearing, Tally({"over": _LET_BEFORE}, "let-no-longer"))
        self._learns = Lasting(self.hearing, Tally({"over": _LEARNED_BEFORE}, "learning"))

    def wants(self) -> Wants:
        return {
            PlayStarted: self._started, **each(self._decided, PlayDue, LaunchRefused),
            **each(self._take, PlayRuled, SeatStart, GameChanged),
            **each(self._take_other, Answered, Approval, ApprovalEnded, Requested, UsageDay),
        }  # fmt: skip

    def _started(self, where: Arg, line: PlayStarted) -> None:
        self._play(where, line, line.game)

    def _decided(self, where: Arg, line: Decided) -> None:
        self._of_game(where, line, line.game)
        if line.approved and line.game not in self._let:
            self._tally.see("approval", where, line)
        elif line.approved:
            self._lets.count(where, line, line.game)

    def _take(self, where: Arg, line: PlayRuled | SeatStart | GameChanged) -> None:
        match line:
            case PlayRuled() if (play := self.plays.running(line.seat, line.play)) is not None:
                self._play(where, line, play.game)
            case SeatStart():
                if self._versions.get(line.seat) != line.version:
                    self._agreed.anew()
                    self._games = {key: said for key, said in self._games.items() if key[0] != line.seat}
                self._versions[line.seat] = line.version
            case GameChanged() if line.before != line.after:
                self._changed.add(line.game)
                if line.after is not None and line.after.learning:
                    self._learning.add(line.game)
                    self._learns.begin(line.game, "", line.wall)
                elif line.game in self._learning or (line.before is not None and line.before.learning):
                    self._learning.add(line.game)
                    self._learns.end(line.game, "", line.wall)
            case _:
                pass

    def _take_other(self, where: Arg, line: Answered | Approval | ApprovalEnded | Requested | UsageDay) -> None:
        match line:
            case Approval():
                self._let.add(line.game)
                self._approvals[line.id] = line.game
                self._lets.begin(line.game, line.id, line.wall)
            case ApprovalEnded() if (game := self._approvals.pop(line.id, None)) is not None:
                self._lets.end(game, line.id, line.wall)
            case Requested():
                self._who.add(line.who)
                if line.game is not None:
                    self._asked[line.id] = line.game
            case Answered() if line.let and line.id in self._asked:
                self._let.add(self._asked[line.id])
                self._lets.hold(self._asked[line.id], line.wall)
            case UsageDay():
                if not any(one.grants for one in line.games.values()):  # given at another place than a seat of this log
                    self._keep("usage-day", line.who, where, line)
            case _:
                pass

    def _play(self, where: Arg, line: PlayStarted | PlayRuled, game: str) -> None:
        self._of_game(where, line, game)
        if line.learning is True:
            self._keep("learning", game, where, line)
            self._learns.count(where, line, game)
        if line.approved is True:
            self._keep("approval", game, where, line)
            self._lets.count(where, line, game)

    def _of_game(self, where: Arg, line: PlayStarted | PlayRuled | Decided, game: str) -> None:
        self._who.add(line.who)
        system = line.system if line.system is not UNSET else None if line.label is None else "VN"
        said = (line.label, system, line.publisher)
        key = line.seat, game
        if game not in self._changed and line.system is not UNSET:  # older versions did not say whose label it is
            self._agreed.say(where, line, (self._versions.get(line.seat), game), said)
        before = self._games.get(key)
        if before is None:
            if len(self._games) < _MOST:
                self._games[key] = said
        elif before != said:
            self._games[key] = said
            if where != NOWHERE:
                self._others.setdefault(key, _Other(where, line.wall)).times += 1

    def _keep(self, what: str, name: str, where: Arg, line: AnyEntry) -> None:
        """Each seat's first, as what explains it may come to the log later; a name that was said already needs none."""
        known = {"learning": self._learning, "approval": self._let, "usage-day": self._who}[what]
        if where != NOWHERE and name not in known and len(self._later) < _MOST:
            self._later.append((what, name, where, line.seat, line.wall))

    def findings(self) -> Iterator[Finding]:
        known = {"learning": self._learning, "approval": self._let, "usage-day": self._who}
        for what, name, where, seat, at in self._later:
            if name not in known[what]:
                self._tally.count(what, seat, where, at)
        for (seat, game), other in self._others.items():
            if game not in self._changed:
                self._tally.count("label", seat, other.where, other.at, other.times)
        yield from self._tally.findings()
        for lasting in (self._lets, self._learns):
            lasting.close()
            yield from lasting.tally.findings()
        yield from self._agreed.tally.findings()
