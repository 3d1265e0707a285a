"""Reads what a newer version wrote: what this one knows of it. For documents whose sender is already sure – signed, or on the
local channel –, as an unknown field is no reason to distrust it; what somebody asks for is never read so.
"""

from __future__ import annotations

import dataclasses
import types
from contextlib import suppress
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

T = TypeVar("T")


def decode(document: bytes | msgspec.Raw, kind: type[T]) -> tuple[T, bool]:
    """The document, and whether it holds what this version does not know: fields, or whole members of a list of dataclasses
    (rules, packs, games), which are then left out. MsgspecError if it is not of the kind even so. What this version would
    write just so is read at once; only the rest is walked through, which takes a hundred times as long.
    """
    with suppress(msgspec.MsgspecError, UnicodeDecodeError):
        found = msgspec.json.decode(document, type=kind)
        if msgspec.json.encode(found) == bytes(document).strip():  # a dataclass takes unknown fields in silence
            return found, False
    reader = _Reader()
    known = reader.known(kind, msgspec.json.decode(document))
    return msgspec.convert(known, kind), reader.more


@cache
def _hints(kind: Any) -> dict[str, Any]:
    """Evaluated anew, they would be most of the work."""
    return get_type_hints(kind)


class _Reader:
    def __init__(self) -> None:
        self.more = False

    def known(self, kind: Any, value: Any) -> Any:
        """`value` without what `kind` does not have. ValidationError: it does not fit."""
        if isinstance(kind, type) and (dataclasses.is_dataclass(kind) or issubclass(kind, msgspec.Struct)):
            return self._fields(kind, value)
        origin, inner = get_origin(kind), get_args(kind)
        if origin is tuple and inner[1:] == (...,) and isinstance(value, list):
            return self._items(inner[0], value)
        if origin in {Union, types.UnionType}:
            return self._one_of(inner, value)
        msgspec.convert(value, kind)
        return value

    def _fields(self, kind: Any, value: Any) -> Any:
        if not isinstance(value, dict):
            raise msgspec.ValidationError("Expected `object`")
        hints = _hints(kind)
        tag = getattr(getattr(kind, "__struct_config__", None), "tag_field", None)
        names = {name for name in hints if name in value}
        found = {name: self.known(hints[name], value[name]) for name in names}
        if tag is not None and tag in value:
            found[tag] = value[tag]
        self.more = self.more or len(found) < len(value)
        msgspec.convert(found, kind)
        return found

    def _items(self, kind: Any, values: list[Any]) -> list[Any]:
        found = []
        for value in values:
            try:
                found.append(self.known(kind, value))
            except msgspec.ValidationError:
                if not dataclasses.is_dataclass(kind):
                    raise
                self.more = True
        return found

    def _one_of(self, kinds: tuple[Any, ...], value: Any) -> Any:
        for kind in kinds:
            before = self.more
            try:
                return self.known(kind, value)
            except msgspec.ValidationError:
                self.more = before
        raise msgspec.ValidationError("Expected another kind of value")
