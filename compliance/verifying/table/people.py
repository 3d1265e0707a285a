"""What entries say of one pseudonym: its day, its age, whether it is a guest, and the extra time that it has. Pure.

A pseudonym is one player's of one day, so it comes on that day alone, with one age, unless the agent sets the player right.
"""

from __future__ import annotations

from typing import Any, Final

from compliance.entries.decision import Decided, GrantLine, LaunchRefused, PlayDue
from compliance.entries.override import Answered, CodeUsed, GrantGiven, PinFailed, Requested
from compliance.entries.place import CheckedIn, PolicyChanged
from compliance.entries.play import PlayRuled, PlayStarted
from compliance.entries.program import ProgramRefused
from compliance.entries.seat import SessionOpened
from compliance.verifying.report import NOWHERE
from compliance.verifying.table.context import Context, GrantKey, Person
from compliance.verifying.table.invariant import Breach, Found, Invariant
from i18n.message import Arg, msg

_AGES: Final = 8  # of one pseudonym that are told
_PEOPLE: Final = (GrantGiven, Requested, Answered, CodeUsed, PinFailed, ProgramRefused, SessionOpened)
_DECIDED: Final = (PlayDue, LaunchRefused)
_AGED: Final = (PlayStarted, PlayRuled, CheckedIn, *_DECIDED)


def _moment(line: Any) -> int:
    at: int = line.since if isinstance(line, PlayStarted) else line.at if isinstance(line, Decided) else line.wall
    return at


def _other_day(context: Context, line: Any) -> Found:
    person = context.people.persons.get(line.who)
    if person is None or person.days is None:
        return False
    at = _moment(line)
    days = context.zones.dates(at)
    return person.days != days and not person.days & days and Breach(at=at)


def _dated(context: Context, line: Any, person: Person) -> bool:
    """Whether its age is that of the day of its pseudonym, and not of one before or after."""
    days = context.zones.dates(_moment(line))
    if len(days) != 1 or context.zones.dates(line.wall) != days:
        return False
    return not isinstance(line, PlayRuled) or person.days == days  # it may be of a play that went on past midnight


def _other_age(*, right: bool) -> Any:
    """Whether the age is another than the first one. The agent writes down what holds of a player whose birth date is set
    right, which may come to the log after a seat's entries.
    """

    def check(context: Context, line: Any) -> Found:
        person = context.people.persons.get(line.who)
        if person is None or not person.ages or person.ages[0] == line.age:
            return False
        if not context.ended:
            return line.age not in person.ages and len(person.ages) <= _AGES and _dated(context, line, person)
        ages = {"before": _age(person.ages[0]), "now": _age(line.age)}
        return (line.who in context.people.put) is right and Breach(ages, at=_moment(line))

    return check


def _age(age: int | None) -> str:
    return "?" if age is None else str(age)


def _other_guest(context: Context, line: PlayStarted | SessionOpened) -> Found:
    person = context.people.persons.get(line.who)
    if person is None:
        return False
    if isinstance(line, PlayStarted):
        return bool(person.guest) and line.age is not None
    return line.guest is not person.guest is not None or (line.guest and bool(person.ages) and person.ages[0] is not None)


def _ungiven(context: Context, line: Decided) -> Found:
    """Extra time is given at any seat, and the chain may have begun after it was."""
    began, given = context.seats[line.seat].began, context.people.given
    return any(one.given >= began and _key(one) not in given for one in line.grants)


def _key(one: GrantLine | GrantGiven) -> GrantKey:
    return one.by, one.ms, one.game, one.given


ROWS: Final = (
    Invariant("pseudonym-day", "A pseudonym is of one day.", (PlayStarted, CheckedIn, *_PEOPLE, *_DECIDED), "pseudonym",
              _other_day, msg("its pseudonym was that of another day"), "player-key", each=True),
    Invariant("age", "A player has one age a day.", _AGED, "pseudonym", _other_age(right=False),
              msg("the player was {before} years old before, the same day, and is {now} now", before="", now=""), "age",
              each=True, late=True),
    Invariant("age-set-right", "A player whose age is set right is written down anew by the agent.", _AGED, "pseudonym",
              _other_age(right=True), msg("the player's age was set right that day: {before} → {now}", before="", now=""),
              "age-set-right", each=True, late=True),
    Invariant("guest", "A guest is one all day, and of no age.", (PlayStarted, SessionOpened), "pseudonym", _other_guest,
              msg("whether it is a guest contradicts what is said of the same player before"), "paired"),
    Invariant("counted-was-given", "Extra time that is counted was given at one of the seats.", _DECIDED, "grant", _ungiven,
              msg("it counts extra time that no entry gives"), "grant", late=True),
)  # fmt: skip


def _learn(context: Context, where: Arg, line: Any) -> None:
    state = context.people
    if line.who is None:
        return
    days = context.zones.dates(_moment(line))
    person = state.persons.get(line.who)
    if person is None:
        person = state.persons[line.who] = Person(days)
    elif person.days is not None and person.days != days and not isinstance(line, PlayRuled):
        person.days = person.days & days or (days if where == NOWHERE else None)
    if isinstance(line, CheckedIn) and line.how != "registered":
        person.visits = True
    if isinstance(line, PlayStarted | PlayRuled | CheckedIn | Decided):
        if line.age not in person.ages and len(person.ages) <= _AGES and (where != NOWHERE or not person.ages) and (
            _dated(context, line, person)
        ):  # fmt: skip
            person.ages.append(line.age)
    elif isinstance(line, SessionOpened):
        person.guest = line.guest
    elif isinstance(line, GrantGiven):
        state.given.add(_key(line))


def _put(context: Context, _: Arg, line: PolicyChanged) -> None:
    context.people.put.add(line.target)


LEARN: Final = {**dict.fromkeys((*_AGED, *_PEOPLE), _learn), PolicyChanged: _put}
