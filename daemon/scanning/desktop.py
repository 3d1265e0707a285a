"""Desktop entries: what a menu would start, by the Desktop Entry Specification 1.5 (freedesktop.org), parsed without guessing.

Only the group [Desktop Entry] counts. A line that is none is passed over, as menus do; a file without that group is an error.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_LINE = re.compile(r"([A-Za-z0-9-]+)(?:\[([^\]]*)\])?[ \t]*=[ \t]*(.*)")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"s": " ", "n": "\n", "t": "\t", "r": "\r", "\\": "\\"}
_LONGEST = 8_192  # of one value: no command or name is longer
_LANGUAGES = ("vi", "")  # names are shown to Vietnamese families; then the entry's own


class DesktopError(ValueError):
    """Not a desktop entry that can be used. The text is one clear line."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One desktop entry of type Application. `shown`: menus show it (neither Hidden nor NoDisplay)."""

    name: str
    command: str
    try_exec: str
    folder: str
    categories: frozenset[str]
    shown: bool
    hidden: bool
    extra: Mapping[str, str]


def parse_entry(data: bytes) -> Entry | None:
    """The entry; None for a link or a directory. DesktopError."""
    values = _values(data.decode("utf-8", "replace"))
    if values.get("Type", "Application") != "Application":
        return None
    name = next((values[key] for key in (f"Name[{language}]" if language else "Name" for language in _LANGUAGES)
                 if values.get(key)), "")
    if not name:
        raise DesktopError("thiếu Name / has no Name")
    return Entry(
        name=_unescaped(name),
        command=_unescaped(values.get("Exec", "")),
        try_exec=_unescaped(values.get("TryExec", "")),
        folder=_unescaped(values.get("Path", "")),
        categories=frozenset(part for part in values.get("Categories", "").split(";") if part),
        shown=values.get("NoDisplay") != "true" and values.get("Hidden") != "true",
        hidden=values.get("Hidden") == "true",
        extra={key: value for key, value in values.items() if key.startswith("X-")},
    )


def _values(text: str) -> dict[str, str]:
    """Keys of the group [Desktop Entry], localised ones as written (`Name[vi]`); of a key that stands twice the first."""
    found: dict[str, str] = {}
    inside = begun = False
    for raw in text.split("\n"):
        line = raw.strip("\r \t")
        if line.startswith("["):
            if inside:
                break
            inside = begun = line == "[Desktop Entry]"
        elif inside and line and line[0] != "#" and (match := _LINE.fullmatch(line)):
            key, locale, value = match.groups()
            if len(value) > _LONGEST:
                raise DesktopError(f"{key} dài hơn {_LONGEST} ký tự / {key} is longer than {_LONGEST} characters")
            found.setdefault(f"{key}[{locale}]" if locale else key, value)
    if not begun:
        raise DesktopError("không có nhóm [Desktop Entry] / has no group [Desktop Entry]")
    return found


def _unescaped(value: str) -> str:
    return _ESCAPE.sub(lambda match: _ESCAPES.get(match[1], match[0]), value) if "\\" in value else value


def desktop_id(relative: str) -> str:
    """The id of an entry by its path below `applications`: `kde4/x.desktop` is `kde4-x.desktop`."""
    return relative.replace("/", "-")
