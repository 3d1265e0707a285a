"""AppStream: what distributions and stores say of applications, in XML or, of catalogues, in YAML (DEP-11).

AppStream 1.0, "Upstream Metadata" and "Catalog XML". Only what a scan needs is kept: id, name, categories, who made it, what
starts it, and its content rating (OARS).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from daemon.scanning.formats.plainyaml import scalars
from i18n.message import MessageError, msg, said_by
from rules.matching.oars import INTENSITIES

_MOST = 200  # attributes, categories, launchables of one component
_DEEPEST = 40
_COMPONENTS = frozenset({"component", "application"})
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


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


class MarkupError(MessageError, ValueError):
    """Not XML that is read here. The text is one clear line."""


def parse_components(pieces: Callable[[], bytes], take: Callable[[Component], None]) -> None:
    """Give each component of a metainfo file or a catalogue to `take`; `pieces` yields b"" at the end. MarkupError."""
    parser = ET.XMLParser(target=_Builder(take))  # noqa: S314 - the builder takes no document type
    try:
        while piece := pieces():
            parser.feed(piece)
        parser.close()
    except MarkupError:
        raise
    except (ET.ParseError, LookupError, ValueError) as error:  # also an unknown encoding, or one that does not fit
        raise MarkupError(msg("not valid XML: {why}", why=said_by(error))) from None


class _Builder(ET.TreeBuilder):
    """Keeps no more of the document than one component."""

    def __init__(self, take: Callable[[Component], None]) -> None:
        super().__init__()
        self._take = take
        self._open: list[ET.Element] = []

    def doctype(self, *_: object) -> None:
        raise MarkupError(msg("it has a DOCTYPE and is not read"))

    def start(self, tag: str, attrs: dict[str, str]) -> ET.Element:
        if len(self._open) >= _DEEPEST:
            raise MarkupError(msg("nested too deeply"))
        self._open.append(super().start(tag.rpartition("}")[2], attrs))
        return self._open[-1]

    def end(self, tag: str) -> ET.Element:
        element = super().end(tag.rpartition("}")[2])
        self._open.pop()
        if len(self._open) < 2 and element.tag in _COMPONENTS:
            self._take(_described(element))
        if len(self._open) == 1 and self._open[0].tag not in _COMPONENTS:
            self._open[0].remove(element)
        return element


def _described(of: ET.Element) -> Component:
    developer = _text(of, "developer/name") or _text(of, "developer_name")
    made = Component(id=_text(of, "id"), type=of.get("type", "generic"), name=_text(of, "name"), developer=developer)
    made.categories = {_cut(one, 100) for one in of.findall("categories/category")[:_MOST]}
    made.launchables = {_cut(one, 200) for one in of.findall("launchable[@type='desktop-id']")[:_MOST]}
    made.binaries = {name for one in of.findall("provides/binary")[:_MOST] if "/" not in (name := _cut(one, 100))}
    for rating in of.findall("content_rating"):
        if (version := rating.get("type", "")).startswith("oars-"):
            made.oars, made.version = made.oars or {}, made.version or version
            for one in rating.findall("content_attribute[@id]")[:_MOST]:
                rate(made.oars, one.get("id", "")[:100], _cut(one, 100))
    return made


def _text(of: ET.Element, path: str) -> str:
    """The first that is not a translation."""
    return next((_cut(one, 200) for one in of.findall(path) if _LANG not in one.attrib), "")


def _cut(element: ET.Element, most: int) -> str:
    return (element.text or "").strip()[:most]


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
