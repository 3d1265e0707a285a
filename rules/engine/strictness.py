"""Which rules hold for somebody, and which of them hold no longer, or less, for somebody else or later. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from rules.calendar import age_on, day_name
from rules.engine.reach import reach
from rules.policy import WEEK, Break, Budget, NeedsGuardian, Pack, Place, Rating, Rule, Save, Uncounted, Window


@dataclass(frozen=True, slots=True)
class Somebody:
    """Whom rules hold for at `now` (Unix ms), as far as they ask: `guardian` as in rules.facts."""

    born: date | None
    guardian: bool
    place: Place
    now: int


# By pack, rule and day of the week ("": whatever the day): how much the rule leaves, to be compared with itself alone.
Strictness = Mapping[tuple[str, str, str], int]


def strictness(packs: Iterable[Pack], who: Somebody) -> Strictness:
    """What these packs hold for somebody now. Advice, time to save and play that does not count hold nobody."""
    held: dict[tuple[str, str, str], int] = {}
    for pack in packs:
        for rule in pack.rules:
            for day, left in _left(rule, pack, who) if _binds(rule, pack, who) else ():
                # An own limit of every day and seven of one day each are the same, whatever their rules are called.
                key = (pack.id, rule.id.removesuffix(f"-{day}"), day)
                held[key] = min(left, held.get(key, left))
    return held


def looser(before: Strictness, after: Strictness) -> tuple[tuple[str, str], ...]:
    """(pack, rule) of what `after` lacks, or has with more left, in order."""
    lost = {key[:2] for key, left in before.items() if key not in after or after[key] > left}
    return tuple(sorted(lost))


def of_the_person(pack: Pack) -> Pack:
    """The pack without what only a kind of place asks of everybody: its opening hours say nothing of how much one may play."""
    kept = tuple(rule for rule in pack.windows if not rule.places or rule.from_age is not None or rule.to_age is not None)
    return replace(pack, windows=kept)


def _binds(rule: Rule, pack: Pack, who: Somebody) -> bool:
    if isinstance(rule, Uncounted | Save) or (isinstance(rule, Budget | Window | Break) and rule.advisory):
        return False
    if isinstance(rule, NeedsGuardian) and who.guardian:
        return False
    found = reach(rule, pack, who.place, who.born)
    return found is not None and found.start <= who.now < found.end


def _left(rule: Rule, pack: Pack, who: Somebody) -> Iterator[tuple[str, int]]:
    if isinstance(rule, Rating):
        yield "", 0 if who.born is None else age_on(who.born, day_name(pack.zone, who.now))
    elif isinstance(rule, Budget):
        yield from ((day, rule.ms) for day in rule.days or WEEK)
    else:
        yield "", 0
