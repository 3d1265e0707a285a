"""Makes a logged decision again, from its own entry and the public text of its rule's pack, and says whether it follows. Pure.

The entry holds all that its rule used: age, place, label, grants, and the play of the rule's day as three sums. Facts with
the same sums are made up for `rules.decide.decide`, the function that decided at the seat; the verdict and the rule have to be
the entry's. Only the pack of the rule is asked: other packs may only have been stricter about something else. A house rule
stands in the entry itself (`inline`), without its texts.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, get_args

import msgspec

from compliance.entry import Decided
from rules.calendar import day_bounds, day_name
from rules.decide import decide
from rules.decision import Decision
from rules.facts import Facts, Grant, Played
from rules.parse import parse_pack
from rules.policy import AskFirst, Budget, Pack, Param, Place, Policy, PolicyError, Rating, Rule, Text, Window, combine

HOUSE = "house"
SLACK_MS = 1000

_SUMS = {"game", "publisher", "total"}
_FIELD = {"budget": "budgets", "window": "windows", "rating": "ratings", "ask": "asks"}
_KIND: dict[str, type[Rule]] = {"budget": Budget, "window": Window, "rating": Rating, "ask": AskFirst}
_NO_TEXT = Text("", "")


class Unfounded(ValueError):
    """A decision that cannot be made again, or comes out otherwise: why, Vietnamese first."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(f"{vi} / {en}")


@dataclass
class Recomputer:
    """`texts` are the packs' texts by their SHA-256; what was parsed is kept."""

    texts: Mapping[str, str]
    _policies: dict[tuple[object, ...], Policy] = field(default_factory=dict)

    def check(self, line: Decided) -> None:
        """Unfounded unless the decision follows from its entry and the pack it names."""
        try:
            decision = self._decide(line)
        except Unfounded:
            raise
        except (ValueError, OverflowError) as error:  # an unknown zone, an age of a million: what no rule can be asked about
            raise Unfounded("không tính lại được", f"it cannot be made again: {error}") from None
        reason = decision.reason
        _compare(line, decision.verdict, None if reason is None else reason.rule)
        if reason is not None and (reason.cite, reason.budget_ms) != (line.cite, line.budget):
            raise Unfounded(f"trích dẫn hoặc hạn mức khác gói quy tắc ({reason.cite}, {reason.budget_ms} ms)",
                            f"its citation or budget is not the pack's ({reason.cite}, {reason.budget_ms} ms)")

    def _decide(self, line: Decided) -> Decision:
        pack, policy = self._in_force(line)
        if pack.zone != line.zone:
            raise Unfounded(f"gói quy tắc tính ngày theo {pack.zone}, mục ghi {line.zone}",
                            f"the pack's days are those of {pack.zone}, the entry says {line.zone}")
        rule = _rule(pack, line.rule)
        group: tuple[str, ...] = ()
        if isinstance(rule, Budget) and rule.games and rule.per != "game":
            group = rule.games  # its sum is not among the three: the least that can be said is that these allow it
            policy = combine([_only(pack, rule)])
        return decide(policy, _facts(line, group))

    def _in_force(self, line: Decided) -> tuple[Pack, Policy]:
        if line.pack == HOUSE:
            pack = _house(line)
            return pack, combine([pack])
        if line.inline is not None:
            raise Unfounded("có cả gói quy tắc lẫn quy tắc kèm theo", "it has both a pack and a rule of its own")
        key = (line.pack, *sorted(line.params.items()))
        policy = self._policies.get(key)
        if policy is None:
            policy = self._policies[key] = combine([self._parsed(line)])
        return policy.packs[0], policy

    def _parsed(self, line: Decided) -> Pack:
        text = self.texts.get(line.pack)
        if text is None:
            raise Unfounded(f"thiếu văn bản gói quy tắc {line.pack}", f"the text of its pack {line.pack} is not in the bundle")
        try:
            return parse_pack(text, line.rule.partition(".")[0], {name: _text(value) for name, value in line.params.items()})
        except PolicyError as error:
            raise Unfounded("gói quy tắc không hợp lệ", f"its pack does not parse: {error}") from None


def _compare(line: Decided, verdict: str, rule: str | None) -> None:
    if (verdict, rule) == (line.verdict, line.rule):
        return
    if verdict == "allow":
        raise Unfounded(f"quy tắc {line.rule} không dẫn đến quyết định này: theo mục này thì được chơi tiếp",
                        f"the rule {line.rule} does not follow: from this entry play is allowed")
    raise Unfounded(f"quy tắc {line.rule} ({line.verdict}) không dẫn đến quyết định này mà là {rule} ({verdict})",
                    f"the rule {line.rule} ({line.verdict}) does not follow: from this entry {rule} ({verdict}) does")


def _rule(pack: Pack, rule_id: str) -> Rule:
    for rule in (*pack.budgets, *pack.windows, *pack.ratings, *pack.asks):
        if rule.id == rule_id:
            return rule
    raise Unfounded(f"gói quy tắc {pack.id} không có quy tắc {rule_id}", f"the pack {pack.id} has no rule {rule_id}")


def _only(pack: Pack, rule: Budget) -> Pack:
    return replace(pack, budgets=(rule,), windows=(), ratings=(), asks=(), notices=())


def _house(line: Decided) -> Pack:
    """The pack that consists of the inline rule. Unfounded if that is no rule."""
    given: dict[str, Any] = dict(line.inline or {})
    kind = given.pop("kind", None)
    type_ = _KIND.get(kind) if isinstance(kind, str) else None
    if type_ is None or not given.keys() <= {one.name for one in dataclasses.fields(type_)} - {"text"}:
        raise Unfounded("quy tắc riêng kèm theo không hợp lệ", "its own rule is none")
    try:
        rule = msgspec.convert({**given, "text": {"vi": "", "en": ""}}, type_)
    except msgspec.ValidationError as error:
        raise Unfounded("quy tắc riêng kèm theo không hợp lệ", f"its own rule is none: {error}") from None
    fields: dict[str, Any] = {_FIELD[str(kind)]: (rule,)}
    return Pack(
        id=HOUSE, title=_NO_TEXT, jurisdiction=HOUSE, zone=line.zone, source=HOUSE, status="verified", sha256=HOUSE,
        params=line.params, **fields,
    )  # fmt: skip


def _facts(line: Decided, group: tuple[str, ...]) -> Facts:
    """Facts with exactly the entry's sums. With `group`, other play counts as play of another game of that group."""
    if line.place not in get_args(Place):
        raise Unfounded(f"không có loại địa điểm {line.place}", f"no place {line.place}")
    return Facts(
        now=line.at,
        place=line.place,  # type: ignore[arg-type] # checked above
        game=line.game,
        publisher=line.publisher,
        label=line.label,
        born=None if line.age is None else _born(line.age, day_name(line.zone, line.at)),
        played=_played(line, next((game for game in group if game != line.game), f"{line.game} …")),
        grants=tuple(Grant(one.by, one.ms, one.game, one.given) for one in line.grants),  # type: ignore[arg-type] # any role
        approved=frozenset({line.game} if line.approved else ()),
    )


def _born(age: int, today: date) -> date:
    """A birthday today that makes exactly this age; on 29 February the day before, which every year has."""
    if not 0 <= age < today.year:
        raise Unfounded(f"tuổi {age} không hợp lệ", f"no age {age}")
    return date(today.year - age, today.month, 28 if (today.month, today.day) == (2, 29) else today.day)


def _played(line: Decided, other: str) -> tuple[Played, ...]:
    """The sums laid end to end from the start of the rule's day: this game, others of its publisher, others."""
    game, publisher, total = (line.before.get(name, -1) for name in ("game", "publisher", "total"))
    start, _ = day_bounds(line.zone, line.at)
    if line.before.keys() != _SUMS or not 0 <= game <= publisher <= total <= line.at - start + SLACK_MS:
        raise Unfounded("các tổng giờ chơi mâu thuẫn nhau", "its sums of play contradict each other or the time of day")
    foreign = "…" if line.publisher is None else None
    return (
        Played(line.game, line.publisher, start, game),
        Played(other, line.publisher, start + game, publisher - game),
        Played(other, foreign, start + publisher, total - publisher),
    )


def _text(value: Param) -> str:
    """A value as it is put into a pack."""
    return str(value).lower() if isinstance(value, bool) else str(value)
