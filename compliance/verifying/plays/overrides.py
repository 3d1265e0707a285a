"""What guardians put before the rules, as the entries tell it: pauses, and that nothing was enforced. Pure.

Nothing of it is forbidden at home, so it is counted and told. What contradicts the seat's own chain is a failure, unless the
chain may have begun after the pause did.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from compliance.entries.decision import Decided, PauseLine
from compliance.entries.override import EnforcementOff, EnforcementOn, Paused, Resumed
from compliance.verifying.listed import Faults, Times
from compliance.verifying.report import Failure, Finding
from i18n.message import Arg, Length, Moment, msg, msgn

MOST_OFF_MS = 86_400_000
_SLACK_MS = 1_000

Told = Paused | Resumed | EnforcementOff | EnforcementOn


@dataclass
class Overrides:
    """`take` each such entry and `decided` each decision that names a pause, then ask `failures` and `findings`."""

    failures: Faults = field(default_factory=Faults)
    _pauses: dict[tuple[str, str], Paused] = field(default_factory=dict)
    _over: dict[tuple[str, str], Resumed] = field(default_factory=dict)
    _paused: Times = field(default_factory=Times)
    _unknown: Times = field(default_factory=Times)
    _off: list[tuple[Arg, EnforcementOff]] = field(default_factory=list)
    _ended: dict[tuple[str, str], int] = field(default_factory=dict)

    def take(self, where: Arg, line: Told) -> None:
        key = (line.seat, line.id)
        match line:
            case Paused():
                if key in self._pauses:
                    self.failures.append(Failure(where, msg("there is another pause with its id")))
                else:
                    self._paused.see(where)
                self._pauses[key] = line
            case Resumed():
                if line.how == "over" and (pause := self._pauses.get(key)) is not None:
                    self._ends(where, pause, line)
                if line.who is None or (pause := self._pauses.get(key)) is None or pause.who is not None:
                    self._over[key] = line
            case EnforcementOff():
                if not 0 < line.until - line.wall <= MOST_OFF_MS + _SLACK_MS:
                    self.failures.append(Failure(where, msg("it is for longer than a day, or for no time")))
                self._off.append((where, line))
            case EnforcementOn():
                self._ended[key] = line.wall

    def _ends(self, where: Arg, pause: Paused, line: Resumed) -> None:
        """By itself a pause ends at its time and not before – or with its player, who was removed."""
        if pause.who is None and (pause.until is None or line.wall < pause.until - _SLACK_MS):
            self.failures.append(Failure(where, msg("its pause was not over yet")))

    def decided(self, where: Arg, line: Decided) -> None:
        """A decision that a pause made: it has to be one that holds, with the same end."""
        if not isinstance(paused := line.paused, PauseLine):
            return
        pause = self._pauses.get((line.seat, paused.id))
        if pause is None:
            self._unknown.see(where)
        elif pause.until != paused.until or self._was_over(line, paused.id):
            self.failures.append(Failure(where, msg("its pause was another one, or over")))

    def _was_over(self, line: Decided, id_: str) -> bool:
        """A seat whose disk was full may have written the decision after the end."""
        over = self._over.get((line.seat, id_))
        return over is not None and (over.boot != line.boot or over.mono < line.mono)

    def findings(self, zone: str) -> Iterator[Finding]:
        if self._paused.n:
            told = msgn("play was paused {n} time", "play was paused {n} times", self._paused.n)
            yield Finding("pause", self._paused.first, told)
        if self._unknown.n:
            yield Finding("pause", self._unknown.first, msgn(
                "{n} decision names a pause that no entry tells of", "{n} decisions name a pause that no entry tells of",
                self._unknown.n,
            ))  # fmt: skip
        for where, line in self._off:
            until = min(self._ended.get((line.seat, line.id), line.until), line.until)
            since, length = Moment(line.wall, zone, "full"), Length(max(0, until - line.wall))
            said = msg("a guardian had nothing enforced for {length}, from {since}", length=length, since=since)
            yield Finding("enforcement-off", where, said)
