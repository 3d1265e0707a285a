"""Whether what entries say of one pseudonym goes together: its day, its age, and what was given for it. Pure.

A pseudonym is one player's of one day, so it comes on that day alone, with one age; with one more for each time that the agent
set the player right. Extra time that a decision counts was given in an entry before it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from compliance.entries.decision import Decided, GrantLine, LaunchRefused, PlayDue
from compliance.entries.override import Answered, CodeUsed, GrantGiven, GrantRevoked, PinFailed, Requested
from compliance.entries.place import PolicyChanged
from compliance.entries.play import PlayRuled, PlayStarted
from compliance.entries.program import ProgramRefused
from compliance.entries.seat import SessionOpened
from compliance.entry import AnyEntry
from compliance.format.chain import AGENT
from compliance.verifying.crossing.tally import Tally
from compliance.verifying.listed import Faults, Listed, Times
from compliance.verifying.report import NOWHERE, Failure, Finding
from compliance.verifying.wanted import Wants, each
from compliance.verifying.zones import QUARTER_MS, Zones
from i18n.message import Arg, Message, msg, msgn
from rules.calendar import ZoneError, calendar

_MOST = 50_000  # that wait for the entry that gave them: an honest log has a few
_ALIKE = 8  # grants of the same time at the same moment
_AGES = 8  # of one pseudonym that are told
_WHAT = {"guest": msg("whether it is a guest contradicts what is said of the same player before")}
_Key: TypeAlias = tuple[str, int, str | None, int]  # of a grant, as a decision tells it


@dataclass(slots=True)
class _Person:
    """`days`: which it may have been, None once that was told. `age`: the first that was told, if one was (`aged`). `guest`:
    whether it was a guest, when somebody was found logged on under it.
    """

    days: frozenset[int] | None
    age: int | None = None
    aged: bool = False
    guest: bool | None = None


@dataclass
class Persons:
    """`begin` each chain with its first entry, take what it `wants`, then ask `failures` and `findings`."""

    zones: Zones
    _failures: Faults = field(default_factory=Faults)
    _told: Listed = field(default_factory=Listed)
    _persons: dict[str, _Person] = field(default_factory=dict)
    _ages: dict[str, dict[int | None, tuple[Arg, int]]] = field(default_factory=lambda: defaultdict(dict))  # but the first
    _set: Counter[str] = field(default_factory=Counter)  # how often the agent wrote down what holds of a pseudonym
    _began: dict[str, int] = field(default_factory=dict)  # the chain of each seat that decides
    _given: dict[_Key, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))  # to whom, with its id
    _revoked: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)
    _used: dict[tuple[str, str, _Key], Arg] = field(default_factory=dict)
    _tally: Tally = field(default_factory=lambda: Tally(_WHAT, "paired"))
    _missing: Times = field(default_factory=Times)
    _others: Times = field(default_factory=Times)

    def wants(self) -> Wants:
        people = each(self._person, GrantGiven, Requested, Answered, CodeUsed, PinFailed, ProgramRefused, SessionOpened)
        decided = each(self._decided, PlayDue, LaunchRefused)
        return {PlayStarted: self._play, PlayRuled: self._ruled, PolicyChanged: self._put, GrantRevoked: self._revoke,
                **people, **decided}  # fmt: skip

    def begin(self, line: AnyEntry) -> None:
        self._began.setdefault(line.seat, line.wall)

    def _play(self, where: Arg, line: PlayStarted) -> None:
        known, person = self.zones.dates(line.since), self._persons.get(line.who)
        if person is not None and person.days == known and person.aged and person.age == line.age and not person.guest:
            return  # as it is of nearly all
        person = self._seen(where, line.who, line.since, known)
        if line.wall // QUARTER_MS == line.since // QUARTER_MS or known == self.zones.dates(line.wall):
            self._aged(where, line.who, line.since, line.age)
        if person.guest and line.age is not None:
            self._tally.see("guest", where, line)

    def _ruled(self, where: Arg, line: PlayRuled) -> None:
        """Also of a play that went on past midnight, with the age of the next day: then it is no word about this one."""
        person = self._persons.get(line.who)
        if person is not None and person.days == self.zones.dates(line.wall) and len(person.days) == 1:
            self._aged(where, line.who, line.wall, line.age)

    def _put(self, _: Arg, line: PolicyChanged) -> None:
        self._set[line.target] += 1

    def _person(
        self, where: Arg, line: GrantGiven | Requested | Answered | CodeUsed | PinFailed | ProgramRefused | SessionOpened
    ) -> None:
        if line.who is not None:
            person = self._seen(where, line.who, line.wall, self.zones.dates(line.wall))
            if isinstance(line, SessionOpened):
                if line.guest is not person.guest is not None or (line.guest and person.age is not None):
                    self._tally.see("guest", where, line)
                person.guest = line.guest
        if isinstance(line, GrantGiven):
            self._given[line.by, line.ms, line.game, line.given][line.who] = line.id

    def _revoke(self, _: Arg, line: GrantRevoked) -> None:
        self._revoked[line.seat, line.id] = line.boot, line.mono

    def _seen(self, where: Arg, who: str, at: int, days: frozenset[int]) -> _Person:
        person = self._persons.get(who)
        if person is None:
            person = self._persons[who] = _Person(days)
        elif person.days is not None and person.days != days:
            person.days = person.days & days or (days if where == NOWHERE else None)
            if person.days is None:
                self._told.add(Finding("player-key", where, msg("its pseudonym was that of another day"), at=at))
        return person

    def _aged(self, where: Arg, who: str, at: int, age: int | None) -> None:
        person = self._persons[who]
        if not person.aged:
            person.age, person.aged = age, True
        elif age != person.age and where != NOWHERE and len(self._ages.get(who, ())) < _AGES and len(self._ages) < _MOST:
            self._ages[who].setdefault(age, (where, at))

    def _other_ages(self) -> Iterator[Finding]:
        """Whoever sets a birth date right has the agent write down what holds of the player from then on, which may come to the
        log after a seat's entries. Each such entry explains one age.
        """
        for who, others in self._ages.items():
            for number, (age, (where, at)) in enumerate(others.items()):
                ages = {"before": _age(self._persons[who].age), "now": _age(age)}
                if number < self._set[who]:
                    text = msg("the player's age was set right that day: {before} → {now}", **ages)
                    yield Finding("age-set-right", where, text, at=at)
                else:
                    text = msg("the player was {before} years old before, the same day, and is {now} now", **ages)
                    yield Finding("age", where, text, at=at)

    def _decided(self, where: Arg, line: Decided) -> None:
        days = self.zones.dates(line.at)
        try:
            today = calendar(line.zone).day(line.at).ordinal
        except (ZoneError, OverflowError):
            today = 0  # that there is no such zone is told where it is decided again
        self._seen(where, line.who, line.at, days)
        if days == {today}:
            self._aged(where, line.who, line.at, line.age)
        for one in dict.fromkeys(line.grants):
            self._grant(where, line, one)

    def _grant(self, where: Arg, line: Decided, one: GrantLine) -> None:
        key = (one.by, one.ms, one.game, one.given)
        given = self._given.get(key, {})
        if where != NOWHERE and line.who not in given:
            if len(self._used) < _MOST:
                self._used.setdefault((line.seat, line.who, key), where)
            else:
                self._unlike(line.seat, line.who, key, where)
        # Two may be given the same at once. Under yesterday's pseudonym it was one of these, if they are not too many to tell.
        ids = (given[line.who],) if line.who in given else tuple(given.values()) if len(given) <= _ALIKE else ()
        if ids and all(self._taken_back(line, id_) for id_ in ids):
            self._fail(where, msg("it counts extra time that had been taken back"))

    def _taken_back(self, line: Decided, id_: str) -> bool:
        boot, mono = self._revoked.get((line.seat, id_), (line.boot, line.mono))
        return boot != line.boot or mono < line.mono

    # --- once all were taken -------------------------------------------------------------------------------------------

    def close(self) -> None:
        """No entry comes any more. Extra time is given at any seat, and a chain may have begun after it was."""
        for (seat, who, key), where in self._used.items():
            self._unlike(seat, who, key, where)

    def _unlike(self, seat: str, who: str, key: _Key, where: Arg) -> None:
        given = self._given.get(key, {})
        if not given and len(self._began.keys() - {AGENT}) == 1 and key[3] >= self._began[seat]:
            self._fail(where, msg("it counts extra time that no entry gives"))
        elif not given and key[3] >= self._began[seat]:
            self._missing.see(where)
        elif given and who not in given and self._same_day(who, key[3]):
            self._others.see(where)

    def _same_day(self, who: str, at: int) -> bool:
        days = self._persons[who].days
        return days is not None and self.zones.dates(at) == days

    def failures(self) -> Iterator[Failure]:
        yield from self._failures

    def findings(self) -> Iterator[Finding]:
        self._told.extend(self._other_ages())
        yield from self._told
        yield from self._tally.findings()
        if self._missing.n:
            yield Finding("grant", self._missing.first, msgn(
                "{n} decision counts extra time that no entry gives", "{n} decisions count extra time that no entry gives",
                self._missing.n,
            ))  # fmt: skip
        if self._others.n:
            yield Finding("grant", self._others.first, msgn(
                "{n} decision counts extra time that was given to another player",
                "{n} decisions count extra time that was given to another player", self._others.n,
            ))  # fmt: skip

    def _fail(self, where: Arg, what: Message) -> None:
        self._failures.append(Failure(where, what))


def _age(age: int | None) -> str:
    return "?" if age is None else str(age)
