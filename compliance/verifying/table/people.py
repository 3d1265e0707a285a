"""What entries say of one pseudonym: its day, its age, whether it is a guest, and what was given to it. Pure.

A pseudonym is one player's of one day, so it comes on that day alone, with one age; with one more for each time that the agent
set the player right. Extra time that a decision counts was given in an entry.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from compliance.entries.decision import Decided, GrantLine, LaunchRefused, PlayDue
from compliance.entries.override import Answered, CodeUsed, GrantGiven, PinFailed, Requested
from compliance.entries.place import PolicyChanged
from compliance.entries.play import PlayRuled, PlayStarted
from compliance.entries.program import ProgramRefused
from compliance.entries.seat import SessionOpened
from compliance.verifying.report import NOWHERE
from compliance.verifying.table.context import Context, GrantKey, Person
from compliance.verifying.table.invariant import Breach, Found, Invariant
from compliance.verifying.zones import QUARTER_MS
from i18n.message import Arg, msg
from rules.calendar import ZoneError, calendar

_ALIKE: Final = 8  # grants of the same time at the same moment
_AGES: Final = 8  # of one pseudonym that are told
_PEOPLE: Final = (GrantGiven, Requested, Answered, CodeUsed, PinFailed, ProgramRefused, SessionOpened)
_DECIDED: Final = (PlayDue, LaunchRefused)


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


def _dated(context: Context, line: Any) -> bool:
    """Whether its age is that of the day of its pseudonym, and not of one before or after."""
    match line:
        case PlayStarted():
            near = line.wall // QUARTER_MS == line.since // QUARTER_MS
            return near or context.zones.dates(line.since) == context.zones.dates(line.wall)
        case PlayRuled():  # also of a play that went on past midnight
            person = context.people.persons.get(line.who)
            days = context.zones.dates(line.wall)
            return person is not None and person.days == days and len(days) == 1
        case _:
            try:
                return context.zones.dates(line.at) == {calendar(line.zone).day(line.at).ordinal}
            except (ZoneError, OverflowError):
                return False  # that there is no such zone is told where it is decided again


def _other_age(*, right: bool) -> Any:
    """Whether the age is another than the first one. The agent writes down what holds of a player whose birth date is set
    right, which may come to the log after a seat's entries: each such entry explains one age.
    """

    def check(context: Context, line: Any) -> Found:
        person = context.people.persons.get(line.who)
        if person is None or not person.ages or person.ages[0] == line.age:
            return False
        if not context.ended:
            return line.age not in person.ages and len(person.ages) <= _AGES and _dated(context, line)
        explained = line.age in person.ages and person.ages.index(line.age) <= context.people.put[line.who]
        ages = {"before": _age(person.ages[0]), "now": _age(line.age)}
        return explained is right and Breach(ages, at=_moment(line))

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


# --- extra time that decisions count --------------------------------------------------------------------------------------


def _uncounted(context: Context, line: Decided) -> Iterator[dict[str, str]]:
    """Of each grant that a decision counts, and that was not given to its player: to whom such a one was. Extra time is given
    at any seat, and a chain may have begun after it was.
    """
    for one in dict.fromkeys(line.grants):
        given = context.people.given.get(_key(one), {})
        if line.who not in given and (given or one.given >= context.seats[line.seat].began):
            yield given


def _alone(context: Context) -> bool:
    return len(context.others) == 1


def _ungiven(*, alone: bool) -> Any:
    def check(context: Context, line: Decided) -> Found:
        return (not context.ended or _alone(context) is alone) and any(not given for given in _uncounted(context, line))

    return check


def _of_another(context: Context, line: Decided) -> Found:
    person = context.people.persons.get(line.who)
    days = None if person is None else person.days
    return any(_uncounted(context, line)) and (not context.ended or any(
        days is not None and context.zones.dates(one.given) == days and line.who not in context.people.given.get(_key(one), ())
        for one in line.grants if context.people.given.get(_key(one))
    ))  # fmt: skip


def _taken_back(context: Context, line: Decided) -> Found:
    """Two may be given the same at once. Under yesterday's pseudonym it was one of these, if they are not too many to tell."""
    for one in dict.fromkeys(line.grants):
        given = context.people.given.get(_key(one), {})
        ids = (given[line.who],) if line.who in given else tuple(given.values()) if len(given) <= _ALIKE else ()
        if ids and all(_was_over(context, line, id_) for id_ in ids):
            return True
    return False


def _was_over(context: Context, line: Decided, id_: str) -> bool:
    over = context.pairs.over.get(("grant", line.seat, id_))
    return over is not None and (over.boot != line.boot or over.mono < line.mono)


def _key(one: GrantLine | GrantGiven) -> GrantKey:
    return one.by, one.ms, one.game, one.given


ROWS: Final = (
    Invariant("pseudonym-day", "A pseudonym is of one day.", (PlayStarted, *_PEOPLE, *_DECIDED), "pseudonym", _other_day,
              msg("its pseudonym was that of another day"), "player-key", each=True),
    Invariant("age", "A player has one age a day.", (PlayStarted, PlayRuled, *_DECIDED), "pseudonym", _other_age(right=False),
              msg("the player was {before} years old before, the same day, and is {now} now", before="", now=""), "age",
              each=True, late=True),
    Invariant("age-set-right", "A player whose age is set right is written down anew by the agent.",
              (PlayStarted, PlayRuled, *_DECIDED), "pseudonym", _other_age(right=True),
              msg("the player's age was set right that day: {before} → {now}", before="", now=""), "age-set-right",
              each=True, late=True),
    Invariant("guest", "A guest is one all day, and of no age.", (PlayStarted, SessionOpened), "pseudonym", _other_guest,
              msg("whether it is a guest contradicts what is said of the same player before"), "paired"),
    Invariant("counted-was-given", "Extra time that the only seat counts was given by an entry of it.", _DECIDED, "grant",
              _ungiven(alone=True), msg("it counts extra time that no entry gives"), late=True),
    Invariant("counted-was-given-somewhere", "Extra time that is counted was given at one of the seats.", _DECIDED, "grant",
              _ungiven(alone=False), msg("it counts extra time that no entry gives"), "grant", late=True),
    Invariant("counted-own", "Extra time that is counted was given to the player who has it.", _DECIDED, "grant", _of_another,
              msg("it counts extra time that was given to another player"), "grant", late=True),
    Invariant("counted-holds", "Extra time that was taken back is not counted.", _DECIDED, "grant", _taken_back,
              msg("it counts extra time that had been taken back")),
)  # fmt: skip


def _learn(context: Context, where: Arg, line: Any) -> None:
    state = context.people
    if line.who is None:
        return
    if isinstance(line, PlayRuled):
        if _dated(context, line):
            _add_age(where, state.persons[line.who], line.age)
        return
    days = context.zones.dates(_moment(line))
    person = state.persons.get(line.who)
    if person is None:
        person = state.persons[line.who] = Person(days)
    elif person.days is not None and person.days != days:
        person.days = person.days & days or (days if where == NOWHERE else None)
    if isinstance(line, PlayStarted | Decided):
        if person.ages[-1:] != [line.age] and _dated(context, line):
            _add_age(where, person, line.age)
    elif isinstance(line, SessionOpened):
        person.guest = line.guest
    elif isinstance(line, GrantGiven):
        state.given[_key(line)][line.who] = line.id


def _add_age(where: Arg, person: Person, age: int | None) -> None:
    if (where != NOWHERE or not person.ages) and age not in person.ages and len(person.ages) <= _AGES:
        person.ages.append(age)


def _put(context: Context, _: Arg, line: PolicyChanged) -> None:
    context.people.put[line.target] += 1


LEARN: Final = {**dict.fromkeys((PlayStarted, PlayRuled, *_PEOPLE, *_DECIDED), _learn), PolicyChanged: _put}
