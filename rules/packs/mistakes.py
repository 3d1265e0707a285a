"""Mistakes in the text of a pack: where they stand, and what to do about them, in one line each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any, get_args

from i18n.message import Arg, Message, MessageError, comma, msg, typed

Where = tuple[str | int, ...]

# What no line of text has: control characters, ends of lines, and what turns the direction of the text after it.
UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_SHOWN = 60  # characters of a wrong value that its mistake repeats
_NAMED = 20  # names that a mistake lists

BAD_NAME = msg("not a valid name: use small letters, digits and single hyphens, as in daily-game")
EMPTY = msg("empty: write a text")

# What there should have been, by pydantic's name of the mistake.
_WISHES = {
    "int_type": msg("a whole number"),
    "float_type": msg("a number"),
    "bool_type": msg("true or false"),
    "string_type": msg("a text in quotes"),
    "list_type": msg("a list in brackets"),
    "date_type": msg("a date such as 2026-01-01"),
}
# By the same names, what is wrong and what to do, of pydantic's context.
_REASONS: Mapping[str, Callable[[Mapping[str, Any]], Message]] = {
    "value_error": lambda context: context["error"].message,  # of our own checks, which raise nothing else
    "missing": lambda _: msg("missing: add it"),
    "extra_forbidden": lambda context: msg("there is no such field: remove it, or use one of {known}", known=context["known"]),
    "literal_error": lambda context: msg(
        "not one of its values: write one of {values}", values=comma(re.findall("'[^']*'", context["expected"]))
    ),
    "model_type": lambda context: msg("not a table: write one with {known}", known=context["known"]),
    "too_long": lambda context: too_many(context["max_length"]),
    "too_short": lambda _: msg("empty: write at least one"),
    "string_too_short": lambda _: EMPTY,
    "string_too_long": lambda context: msg("too long: write at most {most} characters", most=str(context["max_length"])),
    "string_pattern_mismatch": lambda _: BAD_NAME,
    "finite_number": lambda _: msg("not a number: write one"),
    "greater_than_equal": lambda context: msg("too small: write at least {least}", least=f"{context['ge']:.15g}"),
    "less_than_equal": lambda context: too_large(context["le"]),
}


class FieldError(MessageError, ValueError):
    """A mistake that one of our own checks finds; pydantic collects it like any ValueError."""


def too_large(most: float) -> Message:
    return msg("too large: write at most {most}", most=f"{most:.15g}")


def too_many(most: int) -> Message:
    return msg("too many: write at most {most}", most=str(most))


def shown(value: object) -> Arg:
    """A wrong value, a text in quotes, cut where it is long."""
    text = value if isinstance(value, str) else repr(value)
    text = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return typed(text) if isinstance(value, str) else text


def names(known: Iterable[str]) -> str:
    """These names in one text, the first ones if they are many."""
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


def reason_of(kind: str, message: str, context: Mapping[str, Any], known: tuple[str, ...]) -> Message:
    """The mistake that pydantic calls `kind`, and what to do. `known`: the fields that exist there."""
    if (reason := _REASONS.get(kind)) is not None:
        return reason({**context, "known": ", ".join(known)})
    return msg("of the wrong type: write {wish}", wish=_WISHES.get(kind, message.removeprefix("Input should be ")))


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

    It reads lines, not TOML: good enough to lead the eye. A field that it does not find has no line.
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
