"""The regular part of YAML that programs write: block mappings and sequences, plain and quoted scalars, `{}` and `[]`.

Not a YAML parser, because a whole one would be the largest thing that a privileged scan imports. What lies outside that part is
passed over line by line; it never fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

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
