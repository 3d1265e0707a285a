"""Packs from text. Pydantic lives here and only here, and what leaves is plain frozen data.

The format is docs/spec/packs.md. Every mistake in a file is found in one go, each with its path, line, reason and remedy.
"""

from __future__ import annotations

import hashlib
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from rules import policy
from rules.calendar import calendar
from rules.mistakes import Where, line_of, path_of, reason_of, where_of
from rules.params import Declared, ParamError, ParamType, Values, span
from rules.policy import AskFirst, Budget, Notice, Pack, PolicyError, Rating, Rule, Text, Window

__all__ = ["PolicyError", "parse_pack"]

_Id = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
_Line = Annotated[str, Field(min_length=1, max_length=1000)]
_Years = Annotated[int, Field(ge=0, le=150)]
_Minutes = Annotated[float, Field(ge=0, le=1440)]
_Interval = Annotated[float, Field(ge=0.01, le=1440)]

_T = TypeVar("_T", bound="_Table")
_Order = TypeVar("_Order", int, date)
_Item = TypeVar("_Item")
_Kind = TypeVar("_Kind", bound=Rule)
_TYPES: dict[ParamType, type] = {"bool": bool, "int": int, "hours": str}


class _Table(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


def _ordered(table: _T, first: _Order | None, last: _Order | None) -> _T:
    if first is not None and last is not None and not first < last:
        raise ValueError(f"from {first} không trước / is not before to {last}: from counts, to is the first that does not")
    return table


class _Text(_Table):
    vi: _Line
    en: _Line

    def text(self) -> Text:
        return Text(self.vi, self.en)


class _Ages(_Table):
    from_: Annotated[_Years | None, Field(alias="from")] = None
    to: _Years | None = None

    @model_validator(mode="after")
    def _in_order(self) -> _Ages:
        return _ordered(self, self.from_, self.to)


class _Effective(_Table):
    from_: Annotated[date | None, Field(alias="from")] = None
    to: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> _Effective:
        return _ordered(self, self.from_, self.to)


class _ParamTable(_Table):
    type: ParamType
    text: _Text
    default: Any = None
    min: int | None = None
    max: int | None = None
    within: str | None = None

    def declared(self, name: str) -> Declared:
        """ParamError if default or bounds do not belong to the type."""
        path = f"param.{name}"
        for key, bound, type_ in (("min", self.min, "int"), ("max", self.max, "int"), ("within", self.within, "hours")):
            if bound is not None and self.type != type_:
                raise ParamError(f"{path}.{key}", f"chỉ dành cho / belongs to type {type_} only: remove it")
        if self.within is not None:
            span(self.within, f"{path}.within")
        one = Declared(name, self.type, self.default, self.min, self.max, self.within)
        if self.default is not None:
            if type(self.default) is not _TYPES[self.type]:
                raise ParamError(f"{path}.default", f"không thuộc kiểu / is not of type {self.type}: write one that is")
            one.value(str(self.default).lower() if self.type == "bool" else str(self.default), f"{path}.default")
        return one


class _Head(_Table):
    id: _Id
    title: _Text
    jurisdiction: _Line
    zone: str
    source: _Line
    status: policy.Status
    effective: _Effective = _Effective()
    warn_minutes: Annotated[list[_Minutes], Field(min_length=1)] | None = None
    grace_seconds: Annotated[float, Field(ge=0, le=600)] | None = None

    def pack(self, text: str, params: dict[str, policy.Param], rules: list[Rule]) -> Pack:
        warnings, grace = self.warn_minutes, self.grace_seconds
        return Pack(
            id=self.id, title=self.title.text(), jurisdiction=self.jurisdiction, zone=self.zone, source=self.source,
            status=self.status, sha256=hashlib.sha256(text.encode()).hexdigest(), effective_from=self.effective.from_,
            effective_to=self.effective.to, params=params,
            warn_ms=None if warnings is None else tuple(sorted({_ms(one) for one in warnings}, reverse=True)),
            grace_ms=None if grace is None else int(Decimal(str(grace)) * 1000),
            budgets=_of(Budget, rules), windows=_of(Window, rules), ratings=_of(Rating, rules), asks=_of(AskFirst, rules),
            notices=_of(Notice, rules),
        )

    @field_validator("id")
    @classmethod
    def _not_house(cls, value: str) -> str:
        if value == "house":
            raise ValueError("dành cho giới hạn riêng của người chơi / belongs to a player's own limits: choose another id")
        return value

    @field_validator("zone")
    @classmethod
    def _exists(cls, value: str) -> str:
        calendar(value)
        return value


class _RuleTable(_Table):
    kind: ClassVar[str]
    id: _Id
    cite: _Line
    text: _Text
    authority: policy.Authority
    addressee: policy.Addressee
    status: policy.Status = "unverified"
    relax: list[policy.Role] = []
    ages: _Ages = _Ages()
    places: Annotated[list[policy.Place], Field(min_length=1)] | None = None
    games: Annotated[list[_Id], Field(min_length=1)] | None = None

    def common(self, pack: str) -> dict[str, Any]:
        return {
            "id": f"{pack}.{self.id}", "cite": self.cite, "text": self.text.text(), "authority": self.authority,
            "addressee": self.addressee, "status": self.status, "relax": _set(self.relax), "from_age": self.ages.from_,
            "to_age": self.ages.to, "places": _set(self.places), "games": _set(self.games),
        }

    def rule(self, pack: str) -> Rule:
        raise NotImplementedError


class _BudgetTable(_RuleTable):
    kind = "budget"
    per: policy.Per
    minutes: _Minutes
    days: Annotated[list[policy.Weekday], Field(min_length=1)] | None = None

    def rule(self, pack: str) -> Budget:
        return Budget(**self.common(pack), ms=_ms(self.minutes), per=self.per, days=_set(self.days))


class _WindowTable(_RuleTable):
    kind = "window"
    spans: Annotated[list[str], Field(min_length=1)]
    days: Annotated[list[policy.Weekday], Field(min_length=1)] | None = None

    @field_validator("spans")
    @classmethod
    def _are_spans(cls, value: list[str]) -> list[str]:
        for one in value:
            span(one, "")
        return value

    def rule(self, pack: str) -> Window:
        return Window(**self.common(pack), spans=tuple(span(one, "") for one in self.spans), days=_set(self.days))


class _RatingTable(_RuleTable):
    kind = "rating"

    def rule(self, pack: str) -> Rating:
        return Rating(**self.common(pack))


class _AskTable(_RuleTable):
    kind = "ask"
    which: Literal["unrated", "all"]

    def rule(self, pack: str) -> AskFirst:
        return AskFirst(**self.common(pack), which=self.which)


class _NoticeTable(_RuleTable):
    kind = "notice"
    every_minutes: _Interval

    def rule(self, pack: str) -> Notice:
        return Notice(**self.common(pack), every_ms=_ms(self.every_minutes))


_KINDS: tuple[type[_RuleTable], ...] = (_BudgetTable, _WindowTable, _RatingTable, _AskTable, _NoticeTable)


def parse_pack(text: str, name: str, params: Mapping[str, str] = MappingProxyType({})) -> Pack:
    """The pack that `text` (TOML) describes, with these values put into it. `name` is what errors call it.

    PolicyError lists every mistake there is.
    """
    try:
        return _Reader(text, name).pack(params)
    except RecursionError:
        raise PolicyError(name, [("", "lồng quá sâu / nests too deep: use the tables of the format")]) from None


class _Reader:
    """Reads one text once, and collects what is wrong with it."""

    def __init__(self, text: str, name: str) -> None:
        self._text = text
        self._name = name
        self._mistakes: list[tuple[Where, str]] = []

    def pack(self, params: Mapping[str, str]) -> Pack:
        raw = self._toml()
        values = Values(self._declared(raw.pop("param", {})), params)
        tables = {table: raw.pop(table.kind, []) for table in _KINDS}
        head = self._read(_Head, values.fill(raw, ""), (), ("param", *(table.kind for table in _KINDS)))
        id_ = "" if head is None else head.id
        rules = [rule for table in _KINDS for rule in self._rules(table, tables[table], values, id_)]
        self._cross_check(rules, values)
        if head is None or self._mistakes:
            raise PolicyError(self._name, self._lines())
        return head.pack(self._text, values.found, rules)

    def _toml(self) -> dict[str, Any]:
        """Names and citations go into the log, which takes only composed characters (NFC)."""
        try:
            return tomllib.loads(unicodedata.normalize("NFC", self._text))
        except ValueError as error:
            why = str(error).replace("\n", " ")
            raise PolicyError(self._name, [("", f"không phải TOML / is no TOML: {why}: correct it there")]) from None

    def _declared(self, tables: object) -> dict[str, Declared]:
        found = {}
        for name, table in self._items(tables, "param"):
            read = self._read(_ParamTable, table, ("param", name))
            try:
                if read is not None:
                    found[name] = read.declared(name)
            except ParamError as error:
                self._mistakes.append((where_of(error.path), error.why))
        return found

    def _rules(self, model: type[_RuleTable], tables: object, values: Values, pack: str) -> list[Rule]:
        """The rules of one kind that stand. Those that `when` or `unless` leave out are read too, so that no mistake hides."""
        found = []
        for number, table in self._items(tables, model.kind):
            path = f"{model.kind}[{number}]"
            stands = not isinstance(table, dict) or values.holds(table, path)
            read = self._read(model, values.fill(table, path, sample=not stands), (model.kind, number), ("when", "unless"))
            if read is not None and stands:
                found.append(read.rule(pack))
        return found

    def _items(self, tables: object, key: str) -> Iterable[tuple[Any, Any]]:
        if isinstance(tables, dict) and key == "param":
            return tables.items()
        if isinstance(tables, list) and key != "param":
            return enumerate(tables)
        header = "[param.NAME]" if key == "param" else f"[[{key}]]"
        self._mistakes.append(((key,), f"sai dạng / has the wrong form: write tables {header}"))
        return ()

    def _read(self, model: type[_T], data: object, where: Where, more: tuple[str, ...] = ()) -> _T | None:
        """`data` as a `model`, or None and its mistakes noted. `more` are fields that were taken out before."""
        try:
            return model.model_validate(data)
        except ValidationError as error:
            for one in error.errors(include_url=False):
                known = (*_fields(model, one["loc"][:-1]), *(more if len(one["loc"]) == 1 else ()))
                self._mistakes.append(((*where, *one["loc"]), reason_of(one["type"], one["msg"], one.get("ctx", {}), known)))
        return None

    def _cross_check(self, rules: list[Rule], values: Values) -> None:
        self._mistakes += [(where_of(error.path), error.why) for error in values.errors]
        unused = "không được dùng / is used nowhere: refer to it as $name, or remove it"
        self._mistakes += [(("param", name), unused) for name in sorted(values.unused)]
        names = [rule.id for rule in rules]
        for name in sorted({one for one in names if names.count(one) > 1}):
            self._mistakes.append((("id",), f"hai quy tắc cùng tên / two rules are called {name}: rename one"))
        if not rules and not self._mistakes:
            self._mistakes.append(((), "không có quy tắc nào / has no rule: add a table such as [[budget]]"))

    def _lines(self) -> list[tuple[str, str]]:
        """The mistakes in the order of the file, each with its line where that is to be found."""
        found = [(line_of(self._text, where), path_of(where), why) for where, why in self._mistakes]
        found.sort(key=lambda one: one[0] or 0)
        return [(path, why if line is None else f"{why} (dòng / line {line})") for line, path, why in found]


def _fields(model: type[_Table], loc: Where) -> tuple[str, ...]:
    """The names of the fields of the table at `loc` inside a model."""
    for part in loc:
        field = next((one for name, one in model.model_fields.items() if part in {name, one.alias}), None)
        if field is None or not isinstance(field.annotation, type) or not issubclass(field.annotation, _Table):
            return ()
        model = field.annotation
    return tuple(field.alias or name for name, field in model.model_fields.items())


def _ms(minutes: float) -> int:
    """Whole milliseconds; what is left of one is cut."""
    return int(Decimal(str(minutes)) * 60_000)


def _set(items: list[_Item] | None) -> tuple[_Item, ...]:
    return tuple(dict.fromkeys(items or ()))


def _of(kind: type[_Kind], rules: Iterable[Rule]) -> tuple[_Kind, ...]:
    return tuple(rule for rule in rules if isinstance(rule, kind))
