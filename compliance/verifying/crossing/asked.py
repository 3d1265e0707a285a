"""Whether requests and their answers go together. Pure.

Two seats may answer one request at once, each before it heard of the other: the first stands, and what the other gave is taken
back. One seat answers once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from compliance.entry import Answered, GrantGiven, Requested
from compliance.verifying.listed import Faults
from compliance.verifying.report import Failure, Finding, length
from i18n.message import Arg, Message, msg


@dataclass
class Asked:
    """`take` each of these, then ask `findings`. `failures`: what contradicts itself."""

    failures: Faults = field(default_factory=Faults)
    _requests: set[str] = field(default_factory=set)
    _answers: dict[tuple[str, str], Arg] = field(default_factory=dict)  # by seat and request
    _grants: dict[tuple[str, str], int] = field(default_factory=dict)

    def take(self, where: Arg, line: Requested | Answered | GrantGiven) -> None:
        match line:
            case GrantGiven():
                self._grants[line.seat, line.id] = line.ms
            case Requested():
                if line.id in self._requests:
                    self._fail(where, msg("there is another request with its id"))
                self._requests.add(line.id)
            case Answered():
                self._answer(where, line)

    def _answer(self, where: Arg, line: Answered) -> None:
        key = (line.seat, line.id)
        if key in self._answers:
            self._fail(where, msg("its seat answered this request before"))
        self._answers.setdefault(key, where)
        if line.by == "player" and line.approved:
            self._fail(where, msg("a player cannot say yes to what a player asked"))
        elif line.approved != (line.let or line.grant is not None) or (line.grant is None) != (line.ms is None):
            self._fail(where, msg("it does not say what was approved"))
        elif line.grant is not None:
            given = self._grants.get((line.seat, line.grant))
            if given != line.ms:
                told = {"told": length(line.ms), "known": length(given)}
                self._fail(where, msg("it gave {told}, and its seat's entry of that time says {known}", **told))

    def findings(self) -> Iterator[Finding]:
        """A seat whose chain was damaged may have lost the request."""
        for (_, id_), where in self._answers.items():
            if id_ not in self._requests:
                yield Finding("request", where, msg("no entry tells of the request that it answers"))

    def _fail(self, where: Arg, what: Message) -> None:
        self.failures.append(Failure(where, what))
