"""The JSON Schema of a pack's file, for editors and writers of packs: `giochoi policy schema`, docs/spec/pack.schema.json.

It is made from the tables that read packs, so it cannot fall behind them. It says less than they do: whether a parameter is
used, a group exists, a zone is one, or `from` lies before `to`, only rules.parse knows. Dates of TOML count as texts of dates.
"""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import models_json_schema

from rules.packs.kinds import KINDS, MOST_MINUTES
from rules.packs.params import DAY, SPAN
from rules.packs.tables import ID, GroupTable, Head, ParamTable, Table

Json = dict[str, Any]

_NAME = r"\$[a-z][a-z0-9_]*"
_REFERENCE: Json = {"$ref": "#/$defs/Reference"}  # instead of a number, a truth value or a list of dates
_WITHIN: Json = {"$ref": "#/$defs/WithReference"}  # somewhere in a text
_REFERENCES: Json = {
    "Reference": {"type": "string", "pattern": f"^{_NAME}$"}, "WithReference": {"type": "string", "pattern": _NAME},
}  # fmt: skip
_SPAN: Json = {"type": "string", "pattern": f"^{SPAN}$"}
_DATES: Json = {"type": "string", "pattern": rf"^{DAY}(\.\.{DAY})?$"}
_NEVER: Json = {"not": {}}
_DEFAULTS: Json = {
    "bool": {"type": "boolean"}, "int": {"type": "integer"}, "hours": _SPAN, "dates": {"type": "array", "items": _DATES},
}  # fmt: skip


def schema() -> Json:
    """The whole of it, as a document that json can write."""
    models: tuple[type[Table], ...] = (Head, ParamTable, GroupTable, *KINDS)
    _, made = models_json_schema([(model, "validation") for model in models], ref_template="#/$defs/{model}")
    tables: Json = {name: _plain(table) for name, table in made["$defs"].items()}
    defs = {name: table if name == "ParamTable" else _open(table) for name, table in tables.items()}
    head = defs.pop("Head")
    for kind in KINDS:
        _finish_rule(defs[kind.__name__])
    for table in (head, defs["HolidaysTable"]):
        table["properties"]["source"] = {"anyOf": [defs["TextTable"]["properties"]["en"], table["properties"]["source"]]}
    _finish_kinds(defs)
    _finish_param(defs["ParamTable"])
    head["properties"] |= {"id": {**head["properties"]["id"], "not": {"const": "house"}}, **_arrays()}
    head["anyOf"] = [{"required": [kind.kind], "properties": {kind.kind: {"minItems": 1}}} for kind in KINDS]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A pack of rules of Giờ Chơi",
        **head,
        "$defs": _REFERENCES | defs,
    }


def _arrays() -> Json:
    named = (("param", "ParamTable", r"^[a-z][a-z0-9_]*$"), ("group", "GroupTable", ID))
    tables: Json = {
        key: {"type": "object", "propertyNames": {"pattern": names}, "additionalProperties": {"$ref": f"#/$defs/{table}"}}
        for key, table, names in named
    }
    rules = {kind.kind: {"type": "array", "items": {"$ref": f"#/$defs/{kind.__name__}"}} for kind in KINDS}
    return tables | rules


def _plain(node: Any) -> Any:
    """Without what says nothing in TOML: null, and pydantic's own titles, descriptions and defaults."""
    if isinstance(node, list):
        return [_plain(one) for one in node]
    if not isinstance(node, dict):
        return node
    plain = {
        key: {name: _plain(field) for name, field in value.items()} if key == "properties" else _plain(value)
        for key, value in node.items() if key not in {"title", "description", "default"}
    }  # fmt: skip
    if "anyOf" in plain and (rest := [one for one in plain["anyOf"] if one != {"type": "null"}]) != plain["anyOf"]:
        del plain["anyOf"]
        return {**plain, **rest[0]} if len(rest) == 1 else {**plain, "anyOf": rest}
    return plain


def _open(node: Any, name: str = "") -> Any:
    """The same, with a reference to a parameter wherever one may stand."""
    if isinstance(node, list):
        return [_open(one, name) for one in node]
    if not isinstance(node, dict):
        return node
    if node.get("type") in {"number", "integer", "boolean"}:
        return {"anyOf": [node, _REFERENCE]}
    if node.get("type") == "string":
        return {"anyOf": [node, _WITHIN]} if "pattern" in node and name != "id" else node
    opened = {key: _open(value, name) for key, value in node.items() if key != "properties"}
    if "properties" in node:
        opened["properties"] = {key: _open(value, key) for key, value in node["properties"].items()}
    return opened


def _finish_rule(table: Json) -> None:
    """What every kind of rule has beside its fields."""
    table["properties"] |= {"when": _REFERENCE, "unless": _REFERENCE}
    table["not"] = {"required": ["games", "group"]}


def _finish_kinds(defs: Json) -> None:
    """What one field asks of another."""
    session = {"properties": {"period": {"const": "session"}}, "required": ["period"]}
    defs["BudgetTable"]["allOf"] = [
        {"if": session, "then": {"required": ["pause_minutes"]}, "else": {"properties": {"pause_minutes": _NEVER}}},
        *({"if": _has("period", period), "then": _at_most(most)} for period, most in MOST_MINUTES.items() if most > 1440),
        {"if": {"not": {"anyOf": [_has("period", one) for one in ("week", "month")]}}, "then": _at_most(MOST_MINUTES["day"])},
    ]
    spans = defs["WindowTable"]["properties"]["spans"]
    spans["items"] = {"anyOf": [_SPAN, _WITHIN, spans["items"]]}
    uncounted = defs["UncountedTable"]
    uncounted["properties"] |= {"labels": _NEVER, "authority": {"const": "house"}}
    uncounted["anyOf"] = [{"required": ["games"]}, {"required": ["group"]}]
    for key in ("off", "work"):
        defs["HolidaysTable"]["properties"][key] = {"anyOf": [defs["HolidaysTable"]["properties"][key], _REFERENCE]}


def _finish_param(table: Json) -> None:
    table["allOf"] = [
        {"if": _has("type", type_), "then": {"properties": {"default": default}}} for type_, default in _DEFAULTS.items()
    ]
    only = (("int", ("min", "max")), ("hours", ("within",)))
    table["allOf"] += [
        {"if": {"not": _has("type", type_)}, "then": {"properties": dict.fromkeys(keys, _NEVER)}} for type_, keys in only
    ]


def _has(key: str, value: str) -> Json:
    return {"properties": {key: {"const": value}}, "required": [key]}


def _at_most(most: int) -> Json:
    return {"properties": {"minutes": {"maximum": most}}}
