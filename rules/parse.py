"""Packs from text. What leaves is plain frozen data, without pydantic.

The format is docs/spec/packs.md. Every mistake in a file is found in one go, each with its path, line, reason and remedy.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from i18n.message import Listed, Message, Text, msg
from rules.packs.kinds import KINDS, RuleTable
from rules.packs.mistakes import BAD_NAME, Lines, Where, fields_at, path_of, reason_of, too_many, where_of
from rules.packs.params import Declared, ParamError, Values
from rules.packs.tables import ID, Context, GroupTable, Head, ParamTable, T
from rules.packs.toml import TomlError, composed, read_toml
from rules.policy import Mistake, Pack, PolicyError, Rule, Status

__all__ = ["PolicyError", "Reading", "parse_pack", "read_pack"]

_MOST_TOLD = 50  # mistakes; who has more begins with these
_MOST_RULES = 1000  # of one kind
_BESIDE = ("param", "group", *(table.kind for table in KINDS))  # what the head does not read


@dataclass(frozen=True, slots=True)
class Omitted:
    """A rule that does not stand with these values, and the parameters named by its `when` and `unless` ("" without)."""

    rule: Rule
    when: str
    unless: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A pack and what its file says beside the rules that stand.

    `params` as declared, `groups` by name, `holidays` where they are from, `omitted` the rules that do not stand. `missing` are
    parameters that have no value though a rule that stands needs one; `vague` the ids of all rules that hold a made-up value.
    """

    pack: Pack
    params: tuple[Declared, ...]
    groups: Mapping[str, Text]
    holidays: tuple[Text, Status] | None
    omitted: tuple[Omitted, ...]
    missing: tuple[str, ...]
    vague: frozenset[str]


def parse_pack(text: str, name: str, params: Mapping[str, str] = MappingProxyType({})) -> Pack:
    """The pack that `text` (TOML) describes, with these values put into it. `name` is what errors call it.

    PolicyError lists every mistake there is.
    """
    return read_pack(text, name, params).pack


def read_pack(text: str, name: str, params: Mapping[str, str] = MappingProxyType({}), *, draft: bool = False) -> Reading:
    """As parse_pack, with what explains the pack to people. `draft`: values may still be missing. PolicyError."""
    try:
        return _Reader(text, name, draft=draft).reading(params)
    except ParamError as error:
        raise PolicyError(name, [Mistake(error.path, error.message)]) from None
    except RecursionError:
        raise PolicyError(name, [Mistake("", msg("nested too deep: use the tables of the format"))]) from None


class _Reader:
    """Reads one text once and collects its mistakes."""

    def __init__(self, text: str, name: str, *, draft: bool) -> None:
        self._text = text
        self._composed = ""
        self._name = name
        self._draft = draft
        self._omitted: list[Omitted] = []
        self._vague: set[str] = set()
        self._broken: set[str] = set()  # names of parameters with a mistake of their own
        self._mistakes: list[tuple[Where, Message]] = []

    def reading(self, params: Mapping[str, str]) -> Reading:
        raw = self._toml()
        declared = self._declared(raw.pop("param", {}))
        values = Values(declared, params, self._broken)
        tables = {table: raw.pop(table.kind, []) for table in KINDS}
        groups = self._groups(raw.pop("group", {}), values)
        head = self._read(Head, values.fill(raw, ""), (), _BESIDE)
        context = Context(
            pack="" if head is None else head.id,
            groups={name: () if group is None else tuple(dict.fromkeys(group.games)) for name, group in groups.items()},
            holidays="holidays" in raw,
        )
        rules = [rule for table in KINDS for rule in self._rules(table, tables[table], values, context)]
        for name in () if self._draft else values.missing:
            self._mistakes.append((("params", name), msg("no value yet: give {name}=…", name=name)))
        self._cross_check(rules, values, context)
        if head is None or self._mistakes:
            raise PolicyError(self._name, self._in_order())
        return Reading(
            pack=head.pack(self._text, values.found, rules),
            params=tuple(declared.values()),
            groups={name: group.text.text() for name, group in groups.items() if group is not None},
            holidays=None if head.holidays is None else (head.holidays.source.text(), head.holidays.status),
            omitted=tuple(self._omitted),
            missing=tuple(values.missing),
            vague=frozenset(self._vague),
        )

    def _toml(self) -> dict[str, Any]:
        try:
            self._composed = composed(self._text)
            return read_toml(self._composed)
        except TomlError as error:
            lines = Lines(self._composed)
            found = [Mistake(path_of(where), why, line or lines.line_of(where)) for where, why, line in error.mistakes]
            raise PolicyError(self._name, _first(found)) from None

    def _declared(self, tables: object) -> dict[str, Declared]:
        found = {}
        for name, table in self._named(tables, "param"):
            read = self._read(ParamTable, table, ("param", name))
            try:
                if read is not None:
                    found[name] = read.declared(name)
            except ParamError as error:
                self._mistakes.append((where_of(error.path), error.message))
            if name not in found:
                self._broken.add(name)
        return found

    def _groups(self, tables: object, values: Values) -> dict[str, GroupTable | None]:
        """Every group that is there, None where there is a mistake in it: its name exists all the same."""
        found = {}
        for name, table in self._named(tables, "group"):
            found[name] = self._read(GroupTable, values.fill(table, f"group.{name}"), ("group", name))
            if re.fullmatch(ID, name) is None:
                self._mistakes.append((("group", name), BAD_NAME))
        return found

    def _rules(self, model: type[RuleTable], tables: object, values: Values, context: Context) -> list[Rule]:
        """The rules of one kind that stand. Those that do not are read too, so that no mistake hides."""
        found = []
        for number, table in self._listed(tables, model.kind):
            path = f"{model.kind}[{number}]"
            stands, when, unless = values.holds(table, path) if isinstance(table, dict) else (True, "", "")
            filled = values.fill(table, path, sample=not stands)
            read = self._read(model, filled, (model.kind, number), ("when", "unless"), context)
            if read is None:
                continue
            rule = read.rule(context)
            if values.vague(table):
                self._vague.add(rule.id)
            if stands:
                found.append(rule)
            else:
                self._omitted.append(Omitted(rule, when, unless))
        return found

    def _named(self, tables: object, key: str) -> Iterable[tuple[str, Any]]:
        return tables.items() if isinstance(tables, dict) else self._no_tables(key, f"[{key}.NAME]")

    def _listed(self, tables: object, key: str) -> Iterable[tuple[int, Any]]:
        if not isinstance(tables, list):
            return self._no_tables(key, f"[[{key}]]")
        if len(tables) > _MOST_RULES:
            self._mistakes.append(((key,), too_many(_MOST_RULES)))
        return enumerate(tables[:_MOST_RULES])

    def _no_tables(self, key: str, header: str) -> tuple[()]:
        self._mistakes.append(((key,), msg("not a table: write tables {header}", header=header)))
        return ()

    def _read(
        self, model: type[T], data: object, where: Where, more: tuple[str, ...] = (), context: Context | None = None
    ) -> T | None:
        """`data` as a `model`, or None and its mistakes noted. `more` are fields that were taken out before."""
        try:
            return model.model_validate(data, context=context)
        except ValidationError as error:
            for one in error.errors(include_url=False):
                known = (*fields_at(model, one["loc"][:-1]), *(more if len(one["loc"]) == 1 else ()))
                if one["type"] == "model_type":
                    known = fields_at(model, one["loc"])
                self._mistakes.append(((*where, *one["loc"]), reason_of(one["type"], one["msg"], one.get("ctx", {}), known)))
        return None

    def _cross_check(self, rules: list[Rule], values: Values, context: Context) -> None:
        if unknown := tuple(values.unknown):
            self._mistakes = [one for one in self._mistakes if not path_of(one[0]).startswith(unknown)]
        self._mistakes += [(where_of(error.path), error.message) for error in values.errors]
        unused = {("param", name): f"${name}" for name in sorted(values.unused)}
        unused |= {("group", name): f'group = "{name}"' for name in sorted(context.groups.keys() - context.used)}
        for where, reference in unused.items():
            why = msg("not used anywhere: refer to it as {reference}, or remove it", reference=reference)
            self._mistakes.append((where, why))
        for name in sorted(name for name, times in Counter(rule.id for rule in rules).items() if times > 1):
            self._mistakes.append((("id",), msg("two rules are called {name}: rename one", name=name)))
        if not rules and not self._mistakes and not (self._draft and self._omitted):
            switches = Listed(tuple(f"{one.when}=…" for one in self._omitted if one.when), "or")
            why = msg("no rule in it: give {switches}", switches=switches)
            self._mistakes.append(((), why if switches.items else msg("no rule in it: add a table such as [[budget]]")))

    def _in_order(self) -> list[Mistake]:
        """The first mistakes in the order of the file, each with its line where that is to be found."""
        lines = Lines(self._composed)
        found = [Mistake(path_of(where), why, lines.line_of(where)) for where, why in self._mistakes]
        return _first(sorted(found, key=lambda one: one.line or 0))


def _first(found: list[Mistake]) -> list[Mistake]:
    more = len(found) - _MOST_TOLD
    others = [Mistake("", msg("and {more} more: correct these first", more=more))] if more > 0 else []
    return [*found[:_MOST_TOLD], *others]
