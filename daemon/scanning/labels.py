"""Age labels and makers from AppStream: metainfo of what is installed first, then the catalogues of distribution and stores.

What the scanned user could have written says nothing about what the system installed.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from daemon.scanning.files import MIB, Files
from daemon.scanning.formats.appstream import Component, bare_id, components, parse_components
from daemon.scanning.hits import Hit, Origin, kind_of
from daemon.scanning.source import Folder, SearchPaths
from daemon.scanning.sources.packages import installations
from i18n.message import msg, said_by
from rules.matching.oars import oars_age

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
        for path in files.under(folder.path, *_METAINFO, depth=0):
            with files.problems.guard(path):
                data = files.read(path, MIB)
                if data is not None and (b"content_rating" in data or b"developer" in data):
                    yield from ((folder.origin, found) for found in _parsed(files, path, io.BytesIO(data).read))
    shelves = {files.real(path): None for path in _CATALOGUES if files.is_folder(path)}  # some are links to others
    for folder in (*(Folder(path, "system") for path in shelves), *_shops(files, search)):
        for path in files.under(folder.path, ".xml", ".xml.gz", ".yml", ".yml.gz", depth=3, most=2_000):
            with files.problems.guard(path):
                yield from ((folder.origin, found) for found in _catalogue(files, path, wanted))


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
    try:
        if ".yml" in path.lower():
            yield from components(read, wanted.__contains__)
        else:
            yield from (one for one in _parsed(files, path, read) if not one.desktop_ids.isdisjoint(wanted))
    except (EOFError, OSError, zlib.error) as error:
        files.problems.add(path, msg("it cannot be unpacked: {why}", why=said_by(error)))


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
        for path in files.under(f"{data.path}/metainfo", *_METAINFO, depth=0):
            with files.problems.guard(path):
                text = files.read(path, MIB)
                if text is None or b"console-application" not in text:
                    continue
                for component in _parsed(files, path, io.BytesIO(text).read):
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
