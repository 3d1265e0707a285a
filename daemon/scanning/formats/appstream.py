"""AppStream: what distributions and stores say of applications, in XML or, of catalogues, in YAML (DEP-11).

AppStream 1.0, "Upstream Metadata" and "Catalog XML". Only what a scan needs is kept: id, name, categories, who made it, what
starts it, and its content rating (OARS).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from xml.parsers import expat

from daemon.scanning.formats.plainyaml import scalars
from i18n.message import MessageError, msg, said_by
from rules.matching.oars import INTENSITIES

_MOST = 200  # attributes, categories, launchables of one component


@dataclass(slots=True)
class Component:
    """One application. `launchables` are desktop ids, `binaries` names of programs.

    `oars` are the attributes of its rating, None where nobody rated it; `version` is that of OARS, as "oars-1.1".
    """

    id: str = ""
    type: str = ""
    name: str = ""
    developer: str = ""
    categories: set[str] = field(default_factory=set)
    launchables: set[str] = field(default_factory=set)
    binaries: set[str] = field(default_factory=set)
    oars: dict[str, str] | None = None
    version: str = ""

    @property
    def desktop_ids(self) -> frozenset[str]:
        """In lower case, without `.desktop`. A component names its desktop entries by its own id or as launchables."""
        return frozenset(bare_id(id_) for id_ in (self.id, *self.launchables) if id_)


def rate(oars: dict[str, str], attribute: str, value: str) -> None:
    """Note one attribute of a rating; of one that stands twice the more intense value counts, as in libappstream."""
    held = oars.get(attribute)
    if held not in INTENSITIES or (value in INTENSITIES and INTENSITIES.index(value) > INTENSITIES.index(held)):
        oars[attribute] = value


def bare_id(id_: str) -> str:
    return id_.lower().removesuffix(".desktop")


def parse_components(pieces: Callable[[], bytes], take: Callable[[Component], None]) -> None:
    """Give each component of a metainfo file or a catalogue to `take`. MarkupError."""
    now: Component | None = None

    def ended(path: Sequence[Element], text: str) -> None:
        nonlocal now
        depth = next((at for at, (name, _) in enumerate(path[:2], 1) if name in {"component", "application"}), 0)
        if not depth:
            return
        now = now or Component(type=path[depth - 1][1].get("type", "generic"))
        if len(path) > depth:
            _note(now, path[depth:], text)
        else:
            take(now)
            now = None

    read(pieces, ended)


def _note(now: Component, inside: Sequence[Element], text: str) -> None:
    attributes = inside[-1][1]
    translated = "xml:lang" in attributes
    names = [name for name, _ in inside]
    match names:
        case ["id"] if not now.id:
            now.id = text[:200]
        case ["name"] if not now.name and not translated:
            now.name = text[:200]
        case ["developer", "name"] | ["developer_name"] if not now.developer and not translated:
            now.developer = text[:200]
        case ["categories", "category"] if len(now.categories) < _MOST:
            now.categories.add(text[:100])
        case ["launchable"] if attributes.get("type") == "desktop-id" and len(now.launchables) < _MOST:
            now.launchables.add(text[:200])
        case ["provides", "binary"] if len(now.binaries) < _MOST and "/" not in text:
            now.binaries.add(text[:100])
        case ["content_rating", *_] if (kind := inside[0][1].get("type", "")).startswith("oars-"):
            if now.oars is None:
                now.oars, now.version = {}, kind
            if names[1:] == ["content_attribute"] and (attribute := attributes.get("id")) and len(now.oars) < _MOST:
                rate(now.oars, attribute[:100], text[:100])


_DEEPEST = 40
_LONGEST_TEXT = 20_000

Element = tuple[str, Mapping[str, str]]
"""Name and attributes."""


class MarkupError(MessageError, ValueError):
    """Not XML that is read here. The text is one clear line."""


def read(pieces: Callable[[], bytes], ended: Callable[[Sequence[Element], str], None]) -> None:
    """Feed the document that `pieces` yields, until it yields nothing. MarkupError.

    `ended` hears of each element when it ends: those from the root to it, and its own text, without that of elements inside it.
    """
    reading = _Reading(ended)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reading.doctype
    parser.EntityDeclHandler = reading.doctype
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.CharacterDataHandler = reading.text
    try:
        while piece := pieces():
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, UnicodeError) as error:  # also an encoding that nobody knows, or that does not fit
        raise MarkupError(msg("not valid XML: {why}", why=said_by(error))) from None


class _Reading:
    def __init__(self, ended: Callable[[Sequence[Element], str], None]) -> None:
        self._ended = ended
        self._path: list[Element] = []
        self._texts: list[list[str]] = []
        self._size = 0

    def doctype(self, *_: object) -> None:
        raise MarkupError(msg("it has a DOCTYPE and is not read"))

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._path) >= _DEEPEST:
            raise MarkupError(msg("nested too deeply"))
        self._path.append((name[:100], attributes))
        self._texts.append([])
        self._size = 0

    def end(self, _: str) -> None:
        self._ended(self._path, "".join(self._texts.pop()).strip())
        self._path.pop()
        self._size = 0

    def text(self, data: str) -> None:
        if self._texts and self._size < _LONGEST_TEXT:
            self._texts[-1].append(data[: _LONGEST_TEXT - self._size])
            self._size += len(data)


# Looked for in bytes, because of thousands of components a handful is taken apart.
_ID = re.compile(rb"^ID: *(.+)$", re.MULTILINE)
_LAUNCHABLE = re.compile(rb"^  - (.+\.desktop)$", re.MULTILINE)
_NEAR = 1_000  # bytes: that section is short
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
