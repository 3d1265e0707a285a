"""DEP-11: AppStream catalogues as Debian's archive has them, in YAML.

Only components that somebody asks for are taken apart: a catalogue holds thousands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from daemon.scanning.formats.appstream import Component, bare_id, rate
from daemon.scanning.formats.plainyaml import scalars

# Looked for in bytes, because of thousands of components a handful is taken apart.
_ID = re.compile(rb"^ID: *(.+)$", re.MULTILINE)
_LAUNCHABLE = re.compile(rb"^  - (.+\.desktop)$", re.MULTILINE)
_NEAR = 1_000  # bytes: that section is short
_MOST = 200  # attributes of one rating
_LONGEST = 400_000  # characters of one component; the longest known has a tenth


def components(read: Callable[[int], bytes], wanted: Callable[[str], bool]) -> Iterator[Component]:
    """The components whose id or launchable is wanted, as bare_id has it. `read(n)` gives the next bytes, b"" at the end."""
    for document in _documents(read):
        first = _ID.search(document)
        launches = document.find(b"\nLaunchable:\n")
        ids = [first[1]] if first else []
        ids += _LAUNCHABLE.findall(document, launches, launches + _NEAR) if launches >= 0 else []
        if any(wanted(bare_id(id_.decode("utf-8", "replace").strip("'\""))) for id_ in ids):
            yield _component(document.decode("utf-8", "replace"))


def _documents(read: Callable[[int], bytes]) -> Iterator[bytes]:
    rest = b""
    while piece := read(1 << 20):
        *whole, rest = (rest + piece).split(b"\n---\n")
        yield from (one for one in whole if len(one) <= _LONGEST)
        if len(rest) > _LONGEST:
            rest = rest[-64:]  # no component is this long: go on at the next separator
    if 0 < len(rest) <= _LONGEST:
        yield rest


def _component(text: str) -> Component:
    made = Component()
    for keys, value in scalars(text):
        match keys:
            case ("ID",):
                made.id = value[:200]
            case ("Type",):
                made.type = value
            case ("Name", "C"):
                made.name = value[:200]
            case ("DeveloperName", "C") | ("Developer", "name", "C"):
                made.developer = value[:200]
            case ("Categories", "-"):
                made.categories.add(value[:100])
            case ("Launchable", "desktop-id", "-"):
                made.launchables.add(value[:200])
            case ("ContentRating", version, *attribute):
                _rated(made, version, attribute, value)
    return made


def _rated(made: Component, version: str, attribute: list[str], value: str) -> None:
    """Without an attribute the rating is empty: all of it is "none"."""
    made.oars, made.version = made.oars or {}, version
    if attribute and len(made.oars) < _MOST:
        rate(made.oars, attribute[0][:100], value[:100])
