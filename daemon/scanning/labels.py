"""Age labels and makers from AppStream: metainfo of what is installed first, then the catalogues of distribution and stores.

What the scanned user could have written says nothing about what the system installed. Read are metainfo and catalogues in XML
or, of Debian, in YAML (DEP-11), after AppStream 1.0, "Upstream Metadata" and "Catalog XML". Of each component only what a scan
needs is kept: id, name, categories, who made it, what starts it, and its content rating (OARS).
"""

from __future__ import annotations

import gzip
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from xml.etree import ElementTree as ET

from daemon.scanning.files import MIB, Files
from daemon.scanning.formats import FormatError, scalars
from daemon.scanning.hits import Folder, Hit, Origin, SearchPaths, kind_of
from daemon.scanning.sources.packages import installations
from i18n.message import msg, said_by
from rules.matching.oars import INTENSITIES, oars_age

_METAINFO = (".metainfo.xml", ".appdata.xml")
_CATALOGUES = ("/usr/share/swcatalog", "/var/lib/swcatalog", "/var/cache/swcatalog", "/var/lib/app-info", "/usr/share/app-info")
_PACKED = 64 * MIB
_UNPACKED = 400 * MIB  # twenty times Debian's


def labelled(files: Files, search: SearchPaths, hits: Iterable[Hit]) -> list[Hit]:
    """The hits with the label and developer that AppStream has for them, where they have none of their own."""
    every = list(hits)
    wanted = {id_ for hit in every for id_ in _ids(hit)}
    known: dict[tuple[str, Origin], Component] = {}
    for origin, component in _components(files, search, wanted):
        for id_ in component.desktop_ids & wanted:
            held = known.get((id_, origin))
            if held is None or (held.oars is None and component.oars is not None):
                known[id_, origin] = component
    return [_labelled(hit, known) for hit in every]


def _ids(hit: Hit) -> set[str]:
    return {bare_id(key.removeprefix("app:")) for key in hit.keys if key.startswith("app:")}


def _labelled(hit: Hit, known: Mapping[tuple[str, Origin], Component]) -> Hit:
    origins: tuple[Origin, ...] = ("system", "user") if hit.origin == "user" else ("system",)
    for component in (known[id_, origin] for origin in origins for id_ in sorted(_ids(hit)) if (id_, origin) in known):
        hit = replace(hit, developer=hit.developer or component.developer or None)
        if hit.label is None and component.oars is not None:
            age = oars_age(component.oars, component.version)
            source = f"OARS {component.version.removeprefix('oars-')} (AppStream: {component.id})"
            hit = replace(hit, label=age, label_source=None if age is None else source)
    return hit


def _components(files: Files, search: SearchPaths, wanted: set[str]) -> Iterator[tuple[Origin, Component]]:
    """In order of trust: what was installed with the application, then what its shop says."""
    for folder in _metainfo_folders(files, search):
        yield from ((folder.origin, found) for _, found in _metainfo(files, folder.path, b"content_rating", b"developer"))
    shelves = {files.real(path): None for path in _CATALOGUES if files.is_folder(path)}  # some are links to others
    for folder in (*(Folder(path, "system") for path in shelves), *_shops(files, search)):
        for path in files.under(folder.path, ".xml", ".xml.gz", ".yml", ".yml.gz", depth=3, most=2_000):
            with files.problems.guard(path):
                yield from ((folder.origin, found) for found in _catalogue(files, path, wanted))


def _metainfo(files: Files, folder: str, *marks: bytes) -> Iterator[tuple[str, Component]]:
    """(file, component) of the metainfo in a folder that holds one of these marks."""
    for path in files.under(folder, *_METAINFO, depth=0):
        data = files.read(path, MIB) or b""
        if any(mark in data for mark in marks):
            yield from ((path, found) for found in _parsed(files, path, io.BytesIO(data).read))


def _metainfo_folders(files: Files, search: SearchPaths) -> Iterator[Folder]:
    for data in search.data:
        yield from (Folder(f"{data.path}/{name}", data.origin) for name in ("metainfo", "appdata"))
    for installation in installations(search):
        for app in files.names(f"{installation.path}/app"):
            share = f"{installation.path}/app/{app}/current/active/files/share"
            yield from (Folder(f"{share}/{name}", installation.origin) for name in ("metainfo", "appdata"))


def _shops(files: Files, search: SearchPaths) -> Iterator[Folder]:
    """Catalogues that Flatpak keeps of each remote and architecture."""
    for installation in installations(search):
        for remote in files.names(f"{installation.path}/appstream"):
            for machine in files.names(f"{installation.path}/appstream/{remote}"):
                yield Folder(f"{installation.path}/appstream/{remote}/{machine}/active", installation.origin)


def _catalogue(files: Files, path: str, wanted: set[str]) -> Iterator[Component]:
    data = files.read(path, _PACKED)
    if data is None:
        return
    read = _Bounded(data, packed=path.lower().endswith(".gz")).read
    if ".yml" in path.lower():
        yield from components(read, wanted.__contains__)
    else:
        yield from (one for one in _parsed(files, path, read) if not one.desktop_ids.isdisjoint(wanted))


def _parsed(files: Files, path: str, read: Callable[[int], bytes]) -> list[Component]:
    found: list[Component] = []
    with files.problems.guard(path):
        parse_components(lambda: read(MIB), found.append)
    return found


class _Bounded:
    """Reads what may be packed, and ends where unpacking goes on for too long: a small file can hold a very large one."""

    def __init__(self, data: bytes, *, packed: bool) -> None:
        self._file = gzip.GzipFile(fileobj=io.BytesIO(data)) if packed else io.BytesIO(data)
        self._left = _UNPACKED

    def read(self, size: int) -> bytes:
        piece = self._file.read(min(size, self._left))
        self._left -= len(piece)
        return piece


def console_games(files: Files, search: SearchPaths) -> Iterator[Hit]:
    """Games without a menu entry that describe themselves: AppStream's console applications."""
    for data in search.data:
        for path, component in _metainfo(files, f"{data.path}/metainfo", b"console-application"):
            yield from _console(files, search, data, path, component)


def _console(files: Files, search: SearchPaths, data: Folder, path: str, component: Component) -> Iterator[Hit]:
    kind = kind_of(component.id, frozenset(component.categories), trusted=data.origin == "system")
    programs = [f"{folder}/{name}" for name in sorted(component.binaries) for folder in search.said_by(data.origin).programs]
    installed = tuple(program for program in programs if files.is_program(program))
    if component.type == "console-application" and kind is not None and installed:
        yield Hit(
            name=component.id, title=component.name or component.id, kind=kind, origin=data.origin, source=f"AppStream: {path}",
            keys=frozenset({f"app:{bare_id(component.id)}", *(f"run:{program}" for program in installed)}),
            executables=installed,
        )  # fmt: skip


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


def parse_components(pieces: Callable[[], bytes], take: Callable[[Component], None]) -> None:
    """Give each component of a metainfo file or a catalogue to `take`; `pieces` yields b"" at the end. FormatError."""
    parser = ET.XMLParser(target=_Builder(take))  # noqa: S314 - the builder takes no document type
    try:
        while piece := pieces():
            parser.feed(piece)
        parser.close()
    except FormatError:
        raise
    except (ET.ParseError, LookupError, ValueError) as error:  # also an unknown encoding, or one that does not fit
        raise FormatError(msg("not valid XML: {why}", why=said_by(error))) from None


class _Builder(ET.TreeBuilder):
    """Keeps no more of the document than one component."""

    def __init__(self, take: Callable[[Component], None]) -> None:
        super().__init__()
        self._take = take
        self._open: list[ET.Element] = []

    def doctype(self, *_: object) -> None:
        raise FormatError(msg("it has a DOCTYPE and is not read"))

    def start(self, tag: str, attrs: dict[str, str]) -> ET.Element:
        if len(self._open) >= _DEEPEST:
            raise FormatError(msg("nested too deeply"))
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
_ID = re.compile(rb"^(?:ID: *(.+)|  - (.+\.desktop))$", re.MULTILINE)  # also launchables
_LONGEST = 400_000  # characters of one component; the longest known has a tenth


def components(read: Callable[[int], bytes], wanted: Callable[[str], bool]) -> Iterator[Component]:
    """The components whose id or launchable is wanted, as bare_id has it. `read(n)` gives the next bytes, b"" at the end."""
    for document in _documents(read):
        ids = (b"".join(found) for found in _ID.findall(document))
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
                made.oars, made.version = made.oars or {}, version
                if attribute and len(made.oars) < _MOST:  # without one the rating is empty: all of it is "none"
                    rate(made.oars, attribute[0][:100], value[:100])
    return made
