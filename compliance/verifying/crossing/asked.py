"""Whether requests and their answers go together. Pure.

Two seats may answer one request at once, each before it heard of the other: the first stands, and what the other gave is taken
back. One seat answers once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple, get_args

from msgspec import UNSET

from compliance.entries.override import Answered, CodeUsed, GrantGiven, Requested
from compliance.verifying.listed import Faults, Listed
from compliance.verifying.report import Failure, Finding, length
from compliance.verifying.zones import Zones
from i18n.message import Arg, Message, msg
from rules.policy import Role

_MOST: Final = 10_000  # answers that wait for their request
_ROLES: Final = get_args(Role)


class _Request(NamedTuple):
    """What was asked for: so much time, of one game; or no game and no program, but `time_alone`. Who asked, and when."""

    game: str | None
    ms: int
    time_alone: bool
    who: str
    at: int


@dataclass
class Asked:
    """`take` each of these, then ask `findings`. `failures`: what contradicts itself."""

    zones: Zones = field(default_factory=Zones)
    failures: Faults = field(default_factory=Faults)
    _requests: dict[str, _Request] = field(default_factory=dict)
    _answers: set[tuple[str, str]] = field(default_factory=set)  # by seat and request
    _later: list[tuple[Arg, Answered]] = field(default_factory=list)  # of requests that no entry before told of
    _found: Listed = field(default_factory=Listed)
    _grants: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)  # by seat and id: to whom, how much

    def take(self, where: Arg, line: Requested | Answered | GrantGiven | CodeUsed) -> None:
        match line:
            case GrantGiven():
                self._grants[line.seat, line.id] = line.who, line.ms
                if line.ms <= 0 or line.by not in _ROLES:
                    self._fail(where, msg("nobody can have given it"))
            case CodeUsed():
                if line.ms <= 0:
                    self._fail(where, msg("nobody can have given it"))
            case Requested():
                if line.id in self._requests:
                    self._fail(where, msg("there is another request with its id"))
                time_alone = line.game is None and line.program is None
                self._requests.setdefault(line.id, _Request(line.game, line.ms, time_alone, line.who, line.wall))
            case Answered():
                self._answer(where, line)

    def _answer(self, where: Arg, line: Answered) -> None:
        key = (line.seat, line.id)
        if key in self._answers:
            self._fail(where, msg("its seat answered this request before"))
        self._answers.add(key)
        if line.id in self._requests or len(self._later) >= _MOST:
            self._compare(where, line)
        else:
            self._later.append((where, line))
        if line.by == "player" and line.approved:
            self._fail(where, msg("a player cannot say yes to what a player asked"))
        elif line.approved != (line.let or line.grant is not None) or (line.grant is None) != (line.ms is None):
            self._fail(where, msg("it does not say what was approved"))
        elif line.grant is not None:
            who, given = self._grants.get((line.seat, line.grant), (line.who, None))
            if who != line.who:
                self._note(where, msg("what it gave was given to somebody else"))
            if given != line.ms:
                told = {"told": length(line.ms), "known": length(given)}
                self._fail(where, msg("it gave {told}, and its seat's entry of that time says {known}", **told))

    def findings(self) -> Iterator[Finding]:
        """A seat whose chain was damaged may have lost the request."""
        for where, line in self._later:
            self._compare(where, line)
        yield from self._found

    def _compare(self, where: Arg, line: Answered) -> None:
        request = self._requests.get(line.id)
        if request is None:
            self._note(where, msg("no entry tells of the request that it answers"))
        elif line.asked is not UNSET and (line.game, line.asked) != (request.game, request.ms):
            self._note(where, msg("it answers another request than the entry of that tells"))
        elif line.let and request.time_alone:
            self._note(where, msg("it lets something through for which its request did not ask"))
        if request is not None and request.who != line.who and self._same_day(request.at, line.wall):
            self._note(where, msg("it answers another player than the one who asked that day"))

    def _same_day(self, *moments: int) -> bool:
        """Whether there is no doubt of it: pseudonyms are of a day."""
        days = {self.zones.dates(at) for at in moments}
        return len(days) == 1 and len(days.pop()) == 1

    def _note(self, where: Arg, what: Message) -> None:
        self._found.add(Finding("request", where, what))

    def _fail(self, where: Arg, what: Message) -> None:
        self.failures.append(Failure(where, what))
