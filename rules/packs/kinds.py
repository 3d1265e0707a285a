"""The tables of a pack's rules, one class for each kind, and the rule that each becomes. What they mean: docs/spec/packs.md."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from i18n.message import msg
from rules import policy
from rules.packs.mistakes import FieldError, names, shown, too_large
from rules.packs.params import span
from rules.packs.tables import Context, Games, Id, Length, Line, RangeTable, Some, SpanText, Table, TextTable, minutes, seconds
from rules.policy import AskFirst, Break, Budget, NeedsGuardian, Notice, Rating, Rule, Save, Span, Uncounted, Window
from rules.systems import System

_Item = TypeVar("_Item")

MOST_MINUTES: dict[policy.Period, int] = {"day": 1440, "session": 1440, "week": 10_080, "month": 44_640}

Systems = Annotated[list[System], Some]


def _known_day(value: policy.DayKind, info: ValidationInfo) -> policy.DayKind:
    if value in {"holiday", "workday"} and not _context(info).holidays:
        raise FieldError(msg("the pack has no [holidays]: add that table, or do not write {day}", day=value))
    return value


Days = Annotated[list[Annotated[policy.DayKind, AfterValidator(_known_day)]], Some]


class RuleTable(Table):
    """What every rule says about itself. `when` and `unless` were taken out before."""

    kind: ClassVar[str]
    makes: ClassVar[type[Rule]]
    id: Id
    cite: Line
    text: TextTable
    authority: policy.Authority
    addressee: policy.Addressee
    status: policy.Status = "unverified"
    relax: Annotated[list[policy.Role], Field(max_length=1000)] = Field(default_factory=list)
    ages: RangeTable = RangeTable()
    places: Annotated[list[policy.Place], Some] | None = None
    labels: RangeTable = RangeTable()
    games: Games | None = None
    group: str | None = None

    @field_validator("group")
    @classmethod
    def _exists(cls, value: str, info: ValidationInfo) -> str:
        context = _context(info)
        context.used.add(value)
        if info.data.get("games") is not None:
            raise FieldError(msg("both games and group: keep one of the two"))
        if value not in context.groups:
            known = {"group": shown(value), "known": names(context.groups)}
            raise FieldError(msg("there is no group {group}: add [group.NAME] for it, or use one of {known}", **known))
        return value

    def common(self, context: Context) -> dict[str, Any]:
        games = _set(self.games) if self.group is None else context.groups[self.group]
        return {
            "id": f"{context.pack}.{self.id}", "cite": self.cite, "text": self.text.text(), "authority": self.authority,
            "addressee": self.addressee, "status": self.status, "relax": _set(self.relax), "from_age": self.ages.from_,
            "to_age": self.ages.to, "places": _set(self.places), "games": games, "group": self.group or "",
            "from_label": self.labels.from_, "to_label": self.labels.to,
        }  # fmt: skip

    def rule(self, context: Context) -> Rule:
        return self.makes(**self.common(context), **self.own())

    def own(self) -> dict[str, Any]:
        """What only rules of this kind say."""
        return {}


class BudgetTable(RuleTable):
    kind, makes = "budget", Budget
    per: policy.Per
    period: policy.Period = "day"
    minutes: Annotated[float, Field(ge=0, le=44_640)]
    pause_minutes: Annotated[Length | None, Field(validate_default=True)] = None
    days: Days | None = None
    advisory: bool = False

    @field_validator("minutes")
    @classmethod
    def _fits(cls, value: float, info: ValidationInfo) -> float:
        most = MOST_MINUTES[info.data.get("period", "month")]
        if value > most:
            raise FieldError(too_large(most))
        return value

    @field_validator("pause_minutes")
    @classmethod
    def _ends_a_session(cls, value: float | None, info: ValidationInfo) -> float | None:
        session = info.data.get("period") == "session"
        if session and value is None:
            raise FieldError(msg("missing: add the pause that ends a session"))
        if not session and value is not None and "period" in info.data:
            raise FieldError(msg('only for period = "session": remove it'))
        return value

    def own(self) -> dict[str, Any]:
        lengths = {"ms": minutes(self.minutes), "pause_ms": minutes(self.pause_minutes or 0)}
        return {**lengths, "per": self.per, "days": _set(self.days), "period": self.period, "advisory": self.advisory}


class SpanTable(Table):
    """A span with days of its own; one that is only a text has those of its window."""

    span: SpanText
    days: Days | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: object) -> object:
        if isinstance(value, str):
            span(value, "")
            return {"span": value}
        if not isinstance(value, dict):
            example = '{ span = "HH:MM-HH:MM", days = […] }'
            raise FieldError(msg('not a span: write "HH:MM-HH:MM" or {example}', example=example))
        return value

    @field_validator("span")
    @classmethod
    def _is_span(cls, value: str) -> str:
        span(value, "")
        return value


class WindowTable(RuleTable):
    kind, makes = "window", Window
    spans: Annotated[list[SpanTable], Some]
    days: Days | None = None
    advisory: bool = False

    def own(self) -> dict[str, Any]:
        spans = tuple(Span(*span(one.span, ""), _set(one.days or self.days)) for one in self.spans)
        return {"spans": spans, "advisory": self.advisory}


class BreakTable(RuleTable):
    kind, makes = "break", Break
    after_minutes: Length
    rest_minutes: Length
    days: Days | None = None
    advisory: bool = False

    def own(self) -> dict[str, Any]:
        lengths = {"after_ms": minutes(self.after_minutes), "rest_ms": minutes(self.rest_minutes)}
        return {**lengths, "days": _set(self.days), "advisory": self.advisory}


class RatingTable(RuleTable):
    kind, makes = "rating", Rating
    systems: Systems | None = None

    def own(self) -> dict[str, Any]:
        return {"systems": _set(self.systems)}


class GuardianTable(RuleTable):
    kind, makes = "guardian", NeedsGuardian


class AskTable(RuleTable):
    kind, makes = "ask", AskFirst
    which: Literal["unrated", "all"]
    systems: Systems | None = None

    @field_validator("systems")
    @classmethod
    def _of_labels(cls, value: list[System], info: ValidationInfo) -> list[System]:
        if info.data.get("which") == "all":
            raise FieldError(msg('only for which = "unrated": remove it'))
        return value

    def own(self) -> dict[str, Any]:
        return {"which": self.which, "systems": _set(self.systems)}


class NoticeTable(RuleTable):
    kind, makes = "notice", Notice
    every_minutes: Length

    def own(self) -> dict[str, Any]:
        return {"every_ms": minutes(self.every_minutes)}


class UncountedTable(RuleTable):
    kind, makes = "uncounted", Uncounted

    @field_validator("authority")
    @classmethod
    def _of_the_house(cls, value: policy.Authority) -> policy.Authority:
        if value != "house":
            raise FieldError(msg('only a house rule leaves play uncounted: write "house"'))
        return value

    @field_validator("labels")
    @classmethod
    def _without_labels(cls, _: RangeTable) -> RangeTable:  # runs only where the field is given
        raise FieldError(msg("not for play that is uncounted: remove it, and name games or a group"))

    @model_validator(mode="after")
    def _of_some_games(self) -> UncountedTable:
        if self.games is None and self.group is None:
            raise FieldError(msg("no games in it: add games or a group"))
        return self


class SaveTable(RuleTable):
    kind, makes = "save", Save
    seconds: Annotated[float, Field(ge=0, le=policy.MAX_SAVE_MS // 1000)]

    def own(self) -> dict[str, Any]:
        return {"ms": seconds(self.seconds)}


KINDS: tuple[type[RuleTable], ...] = (
    BudgetTable, WindowTable, BreakTable, RatingTable, GuardianTable, AskTable, NoticeTable, UncountedTable, SaveTable,
)  # fmt: skip


def _context(info: ValidationInfo) -> Context:
    context: Context = info.context  # type: ignore[assignment] # rules.parse always gives one
    return context


def _set(items: list[_Item] | tuple[_Item, ...] | None) -> tuple[_Item, ...]:
    return tuple(dict.fromkeys(items or ()))
