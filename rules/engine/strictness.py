"""Which rules hold for somebody, and which of them hold no longer, or less, for somebody else or later. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal

from rules.calendar import age_on, day_name
from rules.engine.reach import reach
from rules.policy import WEEK, AskFirst, Break, Budget, NeedsGuardian, Pack, Place, Rating, Rule, Save, Uncounted, Window
from rules.systems import SYSTEMS


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


Instead = Literal["kept", "looser", "either", "nothing"]
_WIDTH: Final = {"game": 0, "publisher": 1, "all": 2}  # over how much a budget counts


def instead(rule: Rule, packs: Iterable[Pack], who: Somebody) -> Instead:
    """What the rules of these packs ask of somebody of unknown age in place of a rule of another pack: at least as much
    (kept), less, more or less as it is played (either), or nothing of the kind.
    """
    binding = (one for pack in packs for one in pack.rules if _binds(one, pack, who) and _over(one.games, rule.games))
    others = [one for one in binding if one.from_label is None and one.to_label is None]
    if isinstance(rule, Budget):
        return _budgets(rule, [one for one in others if isinstance(one, Budget)])
    if isinstance(rule, Rating | AskFirst):
        return _labels(rule, others)
    alike = [one for one in others if type(one) is type(rule)]
    if any(_keeps(rule, one) for one in alike):
        return "kept"
    return "looser" if alike else "nothing"


def _over(wide: tuple[str, ...], narrow: tuple[str, ...]) -> bool:
    """Whether games, days or systems include others; none are all."""
    return not wide or (bool(narrow) and set(narrow) <= set(wide))


def _budgets(rule: Budget, others: list[Budget]) -> Instead:
    alike = [one for one in others if one.period == rule.period and _over(one.days, rule.days)]
    tight = [one for one in alike if one.ms <= rule.ms]
    if any(_WIDTH[one.per] >= _WIDTH[rule.per] for one in tight):
        return "kept"
    return "either" if tight else "looser" if alike else "nothing"


def _labels(rule: Rating | AskFirst, others: list[Rule]) -> Instead:
    """Where the age is unknown every label but 0 refuses, which is more than to ask for some of them first."""
    refused = {system for one in others if isinstance(one, Rating) for system in one.systems or SYSTEMS}
    asks = [one for one in others if isinstance(one, AskFirst)]
    if isinstance(rule, AskFirst) and any(one.which == "all" for one in asks):
        return "kept"
    if isinstance(rule, AskFirst) and rule.which == "unrated":  # who asks for a label of fewer systems asks more often
        kept = any(not rule.systems or (one.systems and set(one.systems) <= set(rule.systems)) for one in asks)
    else:
        kept = set(rule.systems or SYSTEMS) <= refused and (isinstance(rule, Rating) or bool(rule.from_label))
    return "kept" if kept else "looser" if refused or asks else "nothing"


def _keeps(rule: Rule, other: Rule) -> bool:
    """Of two rules of one kind whether the other asks at least as much."""
    if isinstance(rule, Break) and isinstance(other, Break):
        return other.after_ms <= rule.after_ms and other.rest_ms >= rule.rest_ms and _over(other.days, rule.days)
    if isinstance(rule, Window) and isinstance(other, Window):
        return all(
            any(one.start <= span.start < span.end <= one.end and _over(one.days, span.days) for one in rule.spans)
            for span in other.spans
        )
    return True


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
