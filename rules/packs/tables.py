"""The tables of a pack's file beside its rules: its head, texts, parameters, groups and holidays.

Pydantic lives in rules.parse and here, in kinds.py and schema.py, and nowhere else: what leaves is plain frozen data.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, WithJsonSchema, field_validator, model_validator

from i18n.message import Text, msg
from rules import policy
from rules.packs.mistakes import EMPTY, UNFIT, FieldError, too_many
from rules.packs.params import DAY, REFERENCE, SPAN, Declared, ParamError, ParamType, dates, dates_text, in_years, span
from rules.packs.zones import known_zone
from rules.policy import Pack, Rule, by_field

ID = r"^[a-z0-9]+(-[a-z0-9]+)*$"


def _one_line(text: str) -> str:
    """The same. FieldError if it would not look the same everywhere: terminals, logs and reports show it as it is."""
    if UNFIT.search(text):
        raise FieldError(msg("control characters or line breaks in it: write one line of text"))
    if not any(letter.isprintable() and not letter.isspace() for letter in text):
        raise FieldError(EMPTY)
    return text


Id = Annotated[str, Field(pattern=ID, max_length=64)]
Some = Field(min_length=1, max_length=1000)  # of a list; of rules of one kind there are no more either
Games = Annotated[list[Id], Some]
Line = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_one_line)]
Bound = Annotated[int, Field(ge=-999_999_999, le=999_999_999)]
Day = Annotated[date, AfterValidator(in_years)]
Years = Annotated[int, Field(ge=0, le=150)]
Length = Annotated[float, Field(ge=0.01, le=1440)]  # of minutes
SpanText = Annotated[str, Field(json_schema_extra={"pattern": f"^{SPAN}$"})]
Dates = Annotated[
    tuple[date, ...],
    BeforeValidator(lambda value: dates(value, "")),
    WithJsonSchema({"type": "string", "pattern": rf"^{DAY}(\.\.{DAY})?$"}),
]

MOST_OFF = 10_000  # days that a list of holidays may have in all

T = TypeVar("T", bound="Table")
_Order = TypeVar("_Order", int, date)
_TYPES: dict[ParamType, type] = {"bool": bool, "int": int, "hours": str, "dates": list}


class Table(BaseModel):
    """One table of the file: unknown fields are mistakes, and nothing is converted."""

    model_config = {"strict": True, "extra": "forbid", "frozen": True, "allow_inf_nan": False}


@dataclass(frozen=True, slots=True)
class Context:
    """What a rule's table can refer to: the groups of its pack with their games, and whether it has holidays.

    `used` collects the groups that were referred to.
    """

    pack: str
    groups: Mapping[str, tuple[str, ...]]
    holidays: bool
    used: set[str] = field(default_factory=set)


def in_order(table: T, first: _Order | None, last: _Order | None) -> T:
    """The table itself. FieldError unless first < last, where both are given."""
    if first is not None and last is not None and not first < last:
        bounds = {"first": str(first), "last": str(last)}
        raise FieldError(msg("from = {first} is not before to = {last}: from counts, to is the first that does not", **bounds))
    return table


class TextTable(Table):
    vi: Line
    en: Line

    def text(self) -> Text:
        return Text(self.vi, self.en)


def _in_both(value: object) -> object:
    """One text for both languages, such as a law's own name."""
    return {"vi": _one_line(value), "en": value} if isinstance(value, str) else value


Source = Annotated[TextTable, BeforeValidator(_in_both)]


class RangeTable(Table):
    """Years: of a player's age, or of a game's label."""

    from_: Annotated[Years | None, Field(alias="from")] = None
    to: Years | None = None

    @model_validator(mode="after")
    def _in_order(self) -> RangeTable:
        return in_order(self, self.from_, self.to)


class EffectiveTable(Table):
    from_: Annotated[Day | None, Field(alias="from")] = None
    to: Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> EffectiveTable:
        return in_order(self, self.from_, self.to)


class ParamTable(Table):
    type: ParamType
    text: TextTable
    default: Any = None
    min: Bound | None = None
    max: Bound | None = None
    within: SpanText | None = None

    def declared(self, name: str) -> Declared:
        """ParamError if name, default or bounds are not those of its type."""
        path = f"param.{name}"
        if REFERENCE.fullmatch(f"${name}") is None:
            raise ParamError(path, msg("not a valid name: use small letters, digits and _, as in over_all"))
        for key, bound, type_ in (("min", self.min, "int"), ("max", self.max, "int"), ("within", self.within, "hours")):
            if bound is not None and self.type != type_:
                raise ParamError(f"{path}.{key}", msg("only for parameters of type {type}: remove it", type=type_))
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ParamError(f"{path}.max", msg("less than min: write at least {least}", least=str(self.min)))
        if self.within is not None:
            begin, stop = span(self.within, f"{path}.within")
            if begin > stop:
                raise ParamError(f"{path}.within", msg("past midnight: write hours of one day, or remove it"))
        one = Declared(name, self.type, self.text.text(), None, self.min, self.max, self.within)
        return one if self.default is None else self._defaulted(one, f"{path}.default")

    def _defaulted(self, one: Declared, path: str) -> Declared:
        given: Any = self.default
        if type(self.default) is not _TYPES[self.type]:  # a bool is an int to isinstance
            raise ParamError(path, msg("not of type {type}: write one that is", type=self.type))
        if self.type == "dates":
            return replace(one, default=dates_text(given, path))
        return replace(one, default=one.value(str(given).lower() if self.type == "bool" else str(given), path))


class GroupTable(Table):
    text: TextTable
    games: Games


class HolidaysTable(Table):
    source: Source
    status: policy.Status
    off: Annotated[list[Dates], Field(max_length=1000)] = []
    work: Annotated[list[Dates], Field(max_length=1000)] = []
    known_to: Day | None = None

    @field_validator("off", "work")
    @classmethod
    def _countable(cls, value: list[tuple[date, ...]]) -> list[tuple[date, ...]]:
        if sum(map(len, value)) > MOST_OFF:
            raise FieldError(too_many(MOST_OFF))
        return value

    @model_validator(mode="after")
    def _apart(self) -> HolidaysTable:
        both = set(ordered(self.off)) & set(ordered(self.work))
        if both:
            raise FieldError(msg("{date} is both in off and in work: leave it in one of them", date=str(min(both))))
        return self


class Head(Table):
    id: Id
    title: TextTable
    jurisdiction: Line
    zone: Annotated[str, AfterValidator(known_zone)]
    source: Source
    status: policy.Status
    effective: EffectiveTable = EffectiveTable()
    warn_minutes: Annotated[list[Annotated[float, Field(ge=0, le=1440)]], Some] | None = None
    grace_seconds: Annotated[float, Field(ge=0, le=600)] | None = None
    holidays: HolidaysTable | None = None

    def pack(self, text: str, params: dict[str, policy.Param], rules: list[Rule]) -> Pack:
        warnings, grace, holidays = self.warn_minutes, self.grace_seconds, self.holidays
        return Pack(
            id=self.id, title=self.title.text(), jurisdiction=self.jurisdiction, zone=self.zone, source=self.source.text(),
            status=self.status, sha256=hashlib.sha256(text.encode()).hexdigest(), effective_from=self.effective.from_,
            effective_to=self.effective.to, params=params,
            warn_ms=None if warnings is None else tuple(sorted({minutes(one) for one in warnings}, reverse=True)),
            grace_ms=None if grace is None else seconds(grace),
            holidays=() if holidays is None else ordered(holidays.off),
            workdays=() if holidays is None else ordered(holidays.work),
            known_to=None if holidays is None else holidays.known_to, **by_field(rules),
        )  # fmt: skip

    @field_validator("id")
    @classmethod
    def _not_house(cls, value: str) -> str:
        if value == "house":
            raise FieldError(msg("belongs to a player's own limits: choose another id"))
        return value


def minutes(number: float) -> int:
    """Whole milliseconds; what is left of one is cut."""
    return int(Decimal(str(number)) * 60_000)


def seconds(number: float) -> int:
    """Whole milliseconds; what is left of one is cut."""
    return int(Decimal(str(number)) * 1000)


def ordered(days: Iterable[tuple[date, ...]]) -> tuple[date, ...]:
    """Each date once, the earliest first."""
    return tuple(sorted({day for some in days for day in some}))
