"""Desktop entries: what a menu would start, by the Desktop Entry Specification 1.5 (freedesktop.org), parsed without guessing.

Only the group [Desktop Entry] counts. A line that is none is passed over, as menus do; a file without that group is an error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from i18n.message import MessageError, msg

# Names are shown to Vietnamese families: of a hundred translations all others are passed over.
_GROUP = re.compile(r"^[ \t]*\[([^\]\n]*)\][ \t\r]*$", re.MULTILINE)
_PAIR = re.compile(r"^[ \t]*([A-Za-z0-9-]+(?:\[vi\])?)[ \t]*=[ \t]*(.*)$", re.MULTILINE)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"s": " ", "n": "\n", "t": "\t", "r": "\r", "\\": "\\"}
_LONGEST = 8_192  # of one value: no command or name is longer


class DesktopError(MessageError, ValueError):
    """Not a desktop entry that can be used. The text is one clear line."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One desktop entry of type Application. `flatpak`: the application's id, where Flatpak exported it."""

    name: str
    command: str
    try_exec: str
    folder: str
    categories: frozenset[str]
    hidden: bool
    flatpak: str | None


def parse_entry(data: bytes) -> Entry | None:
    """The entry; None for a link or a directory. DesktopError."""
    values = _values(data.decode("utf-8", "replace"))
    if values.get("Type", "Application") != "Application":
        return None
    name = values.get("Name[vi]") or values.get("Name", "")
    if not name:
        raise DesktopError(msg("it has no Name"))
    return Entry(
        name=_unescaped(name),
        command=_unescaped(values.get("Exec", "")),
        try_exec=_unescaped(values.get("TryExec", "")),
        folder=_unescaped(values.get("Path", "")),
        categories=frozenset(part for part in values.get("Categories", "").split(";") if part),
        hidden=values.get("Hidden") == "true",
        flatpak=values.get("X-Flatpak"),
    )


def _values(text: str) -> dict[str, str]:
    """Keys of the group [Desktop Entry], Vietnamese ones as written (`Name[vi]`); of a key that stands twice the first."""
    groups = list(_GROUP.finditer(text))
    number = next((number for number, group in enumerate(groups) if group[1] == "Desktop Entry"), None)
    if number is None:
        raise DesktopError(msg("it has no group [Desktop Entry]"))
    end = groups[number + 1].start() if number + 1 < len(groups) else len(text)
    found: dict[str, str] = {}
    for key, value in _PAIR.findall(text, groups[number].end(), end):
        if len(value) > _LONGEST:
            raise DesktopError(msg("{key} is longer than {most} characters", key=key, most=_LONGEST))
        found.setdefault(key, value.strip())
    return found


def _unescaped(value: str) -> str:
    return _ESCAPE.sub(lambda match: _ESCAPES.get(match[1], match[0]), value) if "\\" in value else value


def desktop_id(relative: str) -> str:
    """The id of an entry by its path below `applications`: `kde4/x.desktop` is `kde4-x.desktop`."""
    return relative.replace("/", "-")
