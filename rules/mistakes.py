"""Mistakes in the text of a pack: where they stand, and what to do about them, in one line each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, get_args

Where = tuple[str | int, ...]

_HEADER = re.compile(r"\s*(\[\[|\[)\s*([^\]]+?)\s*\]")

_REASONS = {
    "missing": "thiếu trường này / is missing: add it",
    "extra_forbidden": "không có trường này / no such field: remove it, or use one of {known}",
    "literal_error": "không có giá trị này / no such value: write one of {expected}",
    "model_type": "sai dạng / has the wrong form: write a table with {known}",
    "too_long": "nhiều quá / has too many: write at most {max_length}",
    "too_short": "không được để trống / is empty: write at least one",
    "string_too_short": "không được để trống / is empty: write a text",
    "string_too_long": "dài quá / is too long: write at most {max_length} characters",
    "string_pattern_mismatch": "tên không hợp lệ / is no name: use small letters, digits and single hyphens, as in daily-game",
    "greater_than_equal": "ngoài khoảng / is out of bounds: write at least {ge:g}",
    "less_than_equal": "ngoài khoảng / is out of bounds: write at most {le:g}",
}


def path_of(where: Where) -> str:
    """("budget", 0, "minutes") as budget[0].minutes."""
    text = ""
    for part in where:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def where_of(path: str) -> Where:
    """The inverse of path_of."""
    return tuple(int(part) if part.isdecimal() else part for part in re.findall(r"[^.\[\]]+", path))


def reason_of(kind: str, message: str, context: Mapping[str, Any], known: tuple[str, ...]) -> str:
    """The mistake that pydantic calls `kind`, Vietnamese first, and what to do. `known`: the fields that exist there."""
    if kind == "value_error":
        return str(context["error"])
    text = _REASONS.get(kind, "sai kiểu giá trị / is of the wrong kind: write {wish}")
    return text.format(known=", ".join(known), wish=message.removeprefix("Input should be "), **context)


def fields_at(model: type[Any], loc: Where) -> tuple[str, ...]:
    """The names of the fields of the table at `loc` inside a model (pydantic's)."""
    for part in loc:
        if isinstance(part, str):
            found = next((one for name, one in model.model_fields.items() if part in {name, one.alias}), None)
            inner: type[Any] | None = None if found is None else _table_in(found.annotation)
            if inner is None:
                return ()
            model = inner
    return tuple(field.alias or name for name, field in model.model_fields.items())


def _table_in(annotation: Any) -> type[Any] | None:
    """The model that an annotation is, or holds: of `list[X] | None`, X."""
    if hasattr(annotation, "model_fields"):
        model: type[Any] = annotation
        return model
    return next((inner for one in get_args(annotation) if (inner := _table_in(one)) is not None), None)


def line_of(text: str, where: Where) -> int | None:
    """The line on which the field at `where` stands, or else the header of its table; None if neither is found.

    A reader of lines, not of TOML: good enough to lead the eye, and what it does not find is only left out.
    """
    tables = [part for part in where if isinstance(part, str)]
    index = next((part for part in where if isinstance(part, int)), 0)
    seen: dict[str, int] = {}
    here: tuple[str, ...] = ()
    at_header = None
    for number, line in enumerate(text.splitlines(), 1):
        if (header := _HEADER.match(line)) is not None:
            name = header[2].replace('"', "")
            here = tuple(name.split("."))
            seen[name] = seen.get(name, -1) + 1
            if list(here) == tables[: len(here)] and (header[1] == "[" or seen[name] == index):
                at_header = number
            elif header[1] == "[[":
                here = ("",)  # another table of the same array
        elif list(here) == tables[: len(here)] and len(tables) > len(here):
            key = tables[len(here)]
            if re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[.=]", line):
                return number
    return at_header
