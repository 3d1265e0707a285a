"""Three text formats: desktop entries, the regular part of YAML, Valve's KeyValues.

Desktop entries by the Desktop Entry Specification 1.5 (freedesktop.org): only the group [Desktop Entry] counts, a line that is
none is passed over, as menus do. YAML as programs write it: block mappings and sequences, plain and quoted scalars, `{}` and
`[]`; what lies outside that part is passed over line by line. A whole parser would be the largest thing that a scan imports.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from i18n.message import MessageError, msg


class FormatError(MessageError, ValueError):
    """Not of the format that is read. The text is one clear line."""


# Names are shown to Vietnamese families: of a hundred translations all others are passed over.
_GROUP = re.compile(r"^[ \t]*\[([^\]\n]*)\][ \t\r]*$", re.MULTILINE)
_PAIR = re.compile(r"^[ \t]*([A-Za-z0-9-]+(?:\[vi\])?)[ \t]*=[ \t]*(.*)$", re.MULTILINE)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ENTRY_ESCAPES = {"s": " ", "n": "\n", "t": "\t", "r": "\r", "\\": "\\"}
_LONGEST = 8_192  # of one value: no command or name is longer


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
    """The entry; None for a link or a directory. FormatError."""
    values = _values(data.decode("utf-8", "replace"))
    if values.get("Type", "Application") != "Application":
        return None
    name = values.get("Name[vi]") or values.get("Name", "")
    if not name:
        raise FormatError(msg("it has no Name"))
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
        raise FormatError(msg("it has no group [Desktop Entry]"))
    end = groups[number + 1].start() if number + 1 < len(groups) else len(text)
    found: dict[str, str] = {}
    for key, value in _PAIR.findall(text, groups[number].end(), end):
        if len(value) > _LONGEST:
            raise FormatError(msg("{key} is longer than {most} characters", key=key, most=_LONGEST))
        found.setdefault(key, value.strip())
    return found


def _unescaped(value: str) -> str:
    return _ESCAPE.sub(lambda match: _ENTRY_ESCAPES.get(match[1], match[0]), value) if "\\" in value else value


_LINE = re.compile(r"([^\s'\"#:-][^\s'\":]*|'[^']*'|\"[^\"]*\"):(?: (.*))?$")
_BLOCKS = frozenset({"|", "|-", ">", ">-"})
_DEEPEST = 20


def scalars(text: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """(keys from the top, value) of every scalar; an item of a sequence has the key "-". An empty mapping is the value "{}"."""
    above: list[tuple[int, str]] = []
    for line in text.split("\n"):
        body = line.lstrip(" ")
        if not body or body.startswith(("#", "---")):
            continue
        indent = len(line) - len(body)
        item = body.startswith("- ")
        if item:
            body = body[2:].lstrip(" ")
        # A sequence may stand at its key's own indent, so an item ends what is deeper than it, a key also what is level.
        while above and (above[-1][0] > indent if item and above[-1][1] != "-" else above[-1][0] >= indent):
            above.pop()
        match = _LINE.match(body)
        if match is None:
            if item:
                yield (*(key for _, key in above), "-"), _plain(body)
            continue
        key, value = match.groups()
        if item:
            above.append((indent, "-"))
            indent += 2
        if len(above) >= _DEEPEST:
            continue
        above.append((indent, _plain(key)))
        if value and value not in _BLOCKS:
            yield tuple(key for _, key in above), _plain(value)


def _plain(value: str) -> str:
    value = value.strip()
    if len(value) >= 2 and value[0] == value[-1] == "'":
        return value[1:-1].replace("''", "'")
    if len(value) >= 2 and value[0] == value[-1] == '"':
        return re.sub(r"\\(.)", r"\1", value[1:-1])
    return value


# A quoted key and a quoted value. Possessive: else the end of each quote is looked for to the end of the file, in one call that
# keeps hold of the interpreter.
_VDF_PAIR = re.compile(r'"([^"\\]*+)"\s++"((?:[^"\\]++|\\.)*+)"', re.DOTALL)


def vdf_pairs(text: str) -> list[tuple[str, str]]:
    """Keys, in lower case as their own case changed, and values of Valve's text KeyValues (VDF), whatever group they are in."""
    return [(key.lower(), _ESCAPE.sub(r"\1", value)) for key, value in _VDF_PAIR.findall(text)]
