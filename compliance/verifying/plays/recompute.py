"""Makes a logged decision again, from its own entry and the public text of its rule's pack, and says whether it follows. Pure.

The entry holds all that its rule used: age, place, label, grants, and play: that of the rule's day as three sums or, for a rule
that counts other play or another period, as intervals. Facts with the same numbers are made up for `rules.decide.decide`, the
function that decided at the seat; the verdict and the rule have to be the entry's. Only the pack of the rule is asked, and of
its rules that count play only this one: others may only have been stricter about something else. A house rule stands in the
entry itself (`inline`), without its texts. A pause is of no pack, and the entry has all of it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final, NamedTuple, TypeVar, get_args

from msgspec import UNSET

from compliance.entries.decision import Decided, GrantLine, PauseLine, PlayDue
from compliance.format.house_rule import HOUSE, read
from compliance.verifying.plays.packs import NoPack, Packs, key_of, trim
from compliance.verifying.report import length
from i18n.message import MessageError, msg, said_by
from rules.calendar import DAY_MS, Calendar, calendar, day_bounds, day_name
from rules.decide import decide
from rules.decision import Decision
from rules.engine.reach import ADULT
from rules.facts import Facts, Grant, Pause, Played
from rules.policy import MAX_SAVE_MS, Break, Budget, Pack, Place, Policy, Rating, Rule, combine

SLACK_MS = 1000
_PLACES = frozenset(get_args(Place))
_R = TypeVar("_R", bound=Rule)

_ANY = replace(combine([]), grace_ms=MAX_SAVE_MS)  # a pause is of no pack; another rule may give more time to save
_SUM_OF: Final = {"game": "game", "publisher": "publisher", "all": "total"}  # what a rule counts, by what it is per
_MOST = 31  # a day each: no period has more
_KEPT = 256  # rules that are asked, each as its pack and values are
_REPEATED = 4096
_LONGEST_MS = 33 * DAY_MS  # no session is followed further back

_MUCH: Final = msg("it was not made again: entries name more rules, and values for them, than any place has")


class Unfounded(MessageError, ValueError):
    """A decision that cannot be made again, or comes out otherwise."""


class _Known(NamedTuple):
    """The decision at each moment from `start` to before `end` at which as much as `used` was played."""

    start: int
    end: int
    used: int
    decision: Decision


class _Asked(NamedTuple):
    """The rule that an entry names, the policy that is asked about it, and what of that policy counts no play. `known`: refused
    starts, which players try again and again.
    """

    rule: Rule
    policy: Policy
    others: Policy
    rules: int  # how many the policy has
    known: dict[Hashable, _Known]


@dataclass
class Recomputer:
    """What was asked last is kept."""

    packs: Packs
    _asked: OrderedDict[tuple[object, ...], _Asked] = field(default_factory=OrderedDict)

    def check(self, line: Decided) -> None:
        """Unfounded unless the decision follows from its entry and the pack it names."""
        try:
            decision = self._decide(line)
        except Unfounded:
            raise
        except (ValueError, OverflowError) as error:  # an unknown zone, an age of a million: what no rule can be asked about
            raise Unfounded(msg("it cannot be made again: {why}", why=said_by(error))) from None
        reason = decision.reason
        _compare(line, decision.verdict, None if reason is None else reason.rule)
        if reason is not None and (reason.cite, reason.budget_ms) != (line.cite, line.budget):
            pack = {"cite": reason.cite, "budget": length(reason.budget_ms)}
            raise Unfounded(msg("its citation or budget is not that of the pack ({cite}, {budget})", **pack))
        if isinstance(line, PlayDue) and not 0 <= line.grace <= decision.grace_ms:
            lengths = {"told": length(line.grace), "most": length(decision.grace_ms)}
            raise Unfounded(msg("it leaves {told} to save; its rule leaves at most {most}", **lengths))

    def _decide(self, line: Decided) -> Decision:
        if isinstance(line.paused, PauseLine):
            return decide(_ANY, replace(_facts(line, None), paused=Pause(line.paused.until, line.zone, line.paused.id)))
        asked = self._source(line)
        zone = asked.policy.packs[0].zone
        if zone != line.zone:
            raise Unfounded(msg("the days of its pack are those of {zone}; it says {told}", zone=zone, told=line.zone))
        if line.counted is None and isinstance(asked.rule, Budget) and _of_the_day(asked.rule):
            return self._by_the_day(line, asked, asked.rule)
        return self._made(asked, _facts(line, asked.rule))

    def _made(self, asked: _Asked, facts: Facts) -> Decision:
        if not self.packs.work.ask(asked.rules):
            raise Unfounded(_MUCH)
        return decide(asked.policy, facts)

    def _by_the_day(self, line: Decided, asked: _Asked, rule: Budget) -> Decision:
        """The decision by a rule of which the day's sums say all that it counts: the same as before, if more was played since
        and no other rule may refuse meanwhile.
        """
        start, _ = _day_of_sums(line)
        used = line.before[_SUM_OF[rule.per]]
        key = (
            start, line.place, line.game, line.publisher, line.label, line.system, line.age, line.guardian, line.grants,
            line.approved,
        )  # fmt: skip
        known = asked.known.get(key)
        if known is not None and known.start <= line.at < known.end and known.used <= used:
            return known.decision
        facts = _facts(line, rule)
        decision = self._made(asked, facts)
        if decision.verdict == "refuse" and decision.reason is not None and decision.reason.kind == "budget":
            rest = decide(asked.others, facts)
            if rest.verdict == "allow":
                if len(asked.known) >= _REPEATED:
                    asked.known.clear()
                asked.known[key] = _Known(line.at, rest.until or start + 2 * DAY_MS, used, decision)
        return decision

    def _source(self, line: Decided) -> _Asked:
        if line.pack == HOUSE:
            try:
                return _asked(read(line.inline, line.zone, line.params), line.rule, adult=False)
            except Unfounded:
                raise
            except ValueError as error:
                raise Unfounded(msg("its own rule is not valid: {why}", why=said_by(error))) from None
        if line.inline is not None:
            raise Unfounded(msg("it has both a pack and a rule of its own"))
        adult = line.age is not None and line.age >= ADULT
        key = (line.rule, adult, *key_of(line.pack, line.params))
        found = self._asked.get(key)
        if found is None:
            found = self._asked[key] = _asked(self._pack(line), line.rule, adult=adult)
            if len(self._asked) > _KEPT:
                self._asked.popitem(last=False)
        else:
            self._asked.move_to_end(key)
            trim(found.policy, found.rules)
        return found

    def _pack(self, line: Decided) -> Pack:
        found = self.packs.of(line.pack, line.params, line.rule.partition(".")[0])
        if not isinstance(found, NoPack):
            return found
        if found.why == "missing":
            raise Unfounded(msg("the text of its pack {pack} is not in the bundle", pack=line.pack))
        if found.why == "invalid":
            raise Unfounded(msg("its pack is not valid: {why}", why=found.said))
        raise Unfounded(_MUCH)


def _compare(line: Decided, verdict: str, rule: str | None) -> None:
    if (verdict, rule) == (line.verdict, line.rule):
        return
    if verdict == "allow":
        raise Unfounded(msg("the rule {rule} does not follow: from this entry play is allowed", rule=line.rule))
    told, found = f"{line.rule} ({line.verdict})", f"{rule} ({verdict})"
    raise Unfounded(msg("the rule {told} does not follow: from this entry {found} does", told=told, found=found))


def _of_the_day(rule: Rule) -> bool:
    """Whether the day's sums say all that it counts."""
    return isinstance(rule, Budget) and rule.period == "day" and rule.every_game


def _asked(pack: Pack, id_: str, *, adult: bool) -> _Asked:
    """The rule of this id; and what is asked: of the rules that count play this one only, and all the time there is to save.

    Whether the pack was put on the place is not known; then a household's own rules do not bind an adult. So of an adult's
    other rules these are left out.
    """
    rule = next((one for one in pack.rules if one.id == id_), None)
    if rule is None:
        raise Unfounded(msg("the pack {pack} has no rule {rule}", pack=pack.id, rule=id_))

    def kept(rules: tuple[_R, ...]) -> tuple[_R, ...]:
        return tuple(one for one in rules if one is rule or not adult or not one.spares_adults)

    asked = replace(
        pack, budgets=(rule,) if isinstance(rule, Budget) else (), breaks=(rule,) if isinstance(rule, Break) else (),
        ratings=kept(pack.ratings), guardians=kept(pack.guardians), windows=kept(pack.windows), asks=kept(pack.asks),
        notices=(), uncounted=(), saves=(), grace_ms=MAX_SAVE_MS,
    )  # fmt: skip
    others = combine([replace(asked, budgets=(), breaks=())])
    return _Asked(rule, combine([asked]), others, len(asked.rules), {})


def _facts(line: Decided, rule: Rule | None) -> Facts:
    """Facts with exactly the entry's numbers; `rule` None: no rule was asked."""
    _check_place(line)
    by_sums = _by_sums(line)
    if rule is None and (line.counted, line.pack, line.inline) != (None, "", None):
        raise Unfounded(msg("a pause is of no pack, and counts no play"))
    if line.counted is None and isinstance(rule, Budget | Break) and not _of_the_day(rule):
        raise Unfounded(msg("it does not say what its rule counted"))
    told = line.system is not UNSET
    return Facts(
        now=line.at,
        place=line.place,  # type: ignore[arg-type] # checked above
        game=line.game,
        publisher=line.publisher,
        label=line.label,
        system=line.system if told else "VN",  # type: ignore[arg-type] # one that no rule knows is one more system
        born=None if line.age is None else _born(line.age, day_name(line.zone, line.at)),
        guardian=line.guardian,
        played=by_sums if rule is None or line.counted is None else _by_intervals(line, line.counted, rule),
        grants=tuple(Grant(one.by, one.ms, one.game, one.given) for one in _grants(line, rule)),  # type: ignore[arg-type] # any role
        approved=frozenset({line.game} if line.approved and (told or not isinstance(rule, Rating)) else ()),
    )


def _check_place(line: Decided) -> None:
    if line.place not in _PLACES:
        raise Unfounded(msg("there is no kind of place {place}", place=line.place))


def _grants(line: Decided, rule: Rule | None) -> tuple[GrantLine, ...]:
    """Those that may count. Which label another game has is not told; that its grant adds nothing is the least to be said."""
    by_label = rule is not None and (rule.from_label is not None or rule.to_label is not None)
    return tuple(one for one in line.grants if not by_label or one.game in {None, line.game})


def _born(age: int, today: date) -> date:
    """A birthday today that makes exactly this age; on 29 February the day before, which every year has."""
    if not 0 <= age < today.year:
        raise Unfounded(msg("{age} is not an age", age=str(age)))
    return date(today.year - age, today.month, 28 if (today.month, today.day) == (2, 29) else today.day)


def _by_sums(line: Decided) -> tuple[Played, ...]:
    """The sums laid end to end from the start of the rule's day: this game, others of its publisher, others.

    Of a game whose publisher became known during the day, some play may be none of the publisher's.
    """
    start, (game, publisher, total) = _day_of_sums(line)
    other, foreign = f"{line.game} …", "…" if line.publisher is None else None
    both, either = sorted((game, publisher))
    return (
        Played(line.game, line.publisher, start, both),
        Played(line.game, foreign, start + both, game - both),
        Played(other, line.publisher, start + both, publisher - both),
        Played(other, foreign, start + either, total - either),
    )


def _day_of_sums(line: Decided) -> tuple[int, tuple[int, int, int]]:
    """When the day began, and what was played of it: of the game, its publisher, in total."""
    before = line.before
    game, publisher, total = before.get("game", -1), before.get("publisher", -1), before.get("total", -1)
    start, _ = day_bounds(line.zone, line.at)
    most = line.at - start + SLACK_MS
    if len(before) != len(_SUM_OF) or min(game, publisher) < 0 or not max(game, publisher) <= total <= most:
        raise Unfounded(msg("its sums of play contradict each other or the time of day"))
    return start, (game, publisher, total)


def _by_intervals(line: Decided, counted: tuple[tuple[int, int], ...], rule: Rule) -> tuple[Played, ...]:
    """The intervals as play of this game, if they can be what the rule counted."""
    ends = [start + ms for start, ms in counted]
    ordered = all(before <= start for before, (start, _) in zip(ends, counted[1:], strict=False))
    if len(counted) > _MOST or not ordered or any(ms <= 0 for _, ms in counted) or max(ends, default=0) > line.at + SLACK_MS:
        raise Unfounded(msg("what it counted overlaps, is not in order or goes beyond its moment"))
    if not isinstance(rule, Budget | Break):
        raise Unfounded(msg("the rule {rule} counts no play", rule=rule.id))
    zone = calendar(line.zone)
    if isinstance(rule, Break) or rule.period == "session":
        held = len(counted) <= 1 and all(start >= line.at - _LONGEST_MS for start, _ in counted)
    else:
        held = _in_period(line, counted, rule, zone)
    if not held:
        raise Unfounded(msg("what it counted is not of the period of its rule, or more than the sum of the day"))
    return tuple(Played(line.game, line.publisher, start, ms, line.label) for start, ms in counted)


def _in_period(line: Decided, counted: tuple[tuple[int, int], ...], rule: Budget, zone: Calendar) -> bool:
    """Whether each is what one day of the period counts, laid at its beginning, today's within what was played today."""
    today = zone.day(line.at)
    since = {"day": today.start, "week": zone.week(today)[0], "month": zone.month(today)[0]}[rule.period]
    played = line.before[_SUM_OF[rule.per]]
    for start, ms in counted:
        day = zone.day(start)
        if start < since or start != day.start or start + ms > day.end + SLACK_MS:
            return False
        if start == today.start and ms > played + SLACK_MS:
            return False
    return True
