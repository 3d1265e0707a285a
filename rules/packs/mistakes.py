"""Mistakes in the text of a pack: where they stand, and what to do about them, in one line each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any, get_args

Where = tuple[str | int, ...]

# What no line of text has: control characters, ends of lines, and what turns the direction of the text after it.
UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_SHOWN = 60  # characters of a wrong value that its mistake repeats
_NAMED = 20  # names that a mistake lists

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
    "finite_number": "không phải số / is no number: write a number",
    "greater_than_equal": "ngoài khoảng / is out of bounds: write at least {ge:.12g}",
    "less_than_equal": "ngoài khoảng / is out of bounds: write at most {le:.12g}",
}


def shown(value: object) -> str:
    """A wrong value as Python writes it, cut where it is long."""
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def names(known: Iterable[str]) -> str:
    """The first of them, for people to choose from."""
    some = list(islice(known, _NAMED + 1))
    return ", ".join([*some[:_NAMED], "…"] if len(some) > _NAMED else some) or "–"


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


class Lines:
    """Where the fields of a text stand, found in one reading.

    A reader of lines, not of TOML: good enough to lead the eye, and what it does not find is only left out.
    """

    def __init__(self, text: str) -> None:
        self._found: dict[tuple[str, ...], int] = {}  # by path; of a field that is written twice the first
        self._arrays: dict[tuple[str, ...], int] = {}  # how many [[…]] of a name there were
        here: tuple[str, ...] = ()
        for number, line in enumerate(text.split("\n"), 1):  # as tomllib counts them: other separators end no line
            bare = line.strip()
            if bare.startswith("["):
                here = self._header(bare, number) or here
            elif "=" in bare and not bare.startswith("#"):
                self._note((*here, *_parts(bare.partition("=")[0])), len(here), number)

    def line_of(self, where: Where) -> int | None:
        """The line of the field at `where`, or else of what it stands in; None if neither is found."""
        path = tuple(map(str, where))
        return next((found for end in range(len(path), 0, -1) if (found := self._found.get(path[:end])) is not None), None)

    def _header(self, line: str, number: int) -> tuple[str, ...] | None:
        """The path of the table that begins here; None if this is the line of a list."""
        name, closed, _ = line.lstrip("[").partition("]")
        if not closed or "," in name:
            return None
        parts = _parts(name)
        if line.startswith("[["):
            self._arrays[parts] = self._arrays.get(parts, -1) + 1
        path: tuple[str, ...] = ()
        for end in range(1, len(parts) + 1):  # [budget.text] belongs to the last [[budget]]
            last = self._arrays.get(parts[:end])
            path = (*path, parts[end - 1]) if last is None else (*path, parts[end - 1], str(last))
        self._note(path, 0, number)
        return path

    def _note(self, path: tuple[str, ...], known: int, number: int) -> None:
        for end in range(known + 1, len(path) + 1):
            self._found.setdefault(path[:end], number)


def _parts(key: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in key.split(".", 8))
