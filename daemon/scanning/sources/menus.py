"""The games of menus: every desktop entry of the system and of the user, each for itself.

By the specification a user's entry replaces the system's of the same id. Not here: otherwise a file of two lines in a child's
home would hide an installed game.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from daemon.scanning.files import Files
from daemon.scanning.formats import Entry, parse_entry
from daemon.scanning.hits import Folder, Hit, SearchPaths, kind_of
from daemon.scanning.programs import Target, running, target, which
from daemon.scanning.sources.packages import flatpak_executables, snap_executables
from daemon.scanning.windows_paths import in_prefix, link_target

_LIMIT = 256 << 10  # the longest entry known, with names in a hundred languages, has a quarter
_SUFFIX = ".desktop"


def hits(files: Files, search: SearchPaths) -> Iterator[Hit]:
    """Every game that a menu, or the user's desktop, would start."""
    for data in search.data:
        folder = f"{data.path}/applications"
        for path in files.under(folder, _SUFFIX, depth=3):
            id_ = path.removeprefix(f"{files.real(folder)}/").replace("/", "-")
            yield from _hits(files, search, Folder(path, data.origin), id_)
    for desktop in search.at_home("Desktop", "Màn hình nền"):
        for path in files.under(desktop, _SUFFIX, depth=0):
            yield from _hits(files, search, Folder(path, "user"), path.rpartition("/")[2])


def _hits(files: Files, search: SearchPaths, file: Folder, id_: str) -> Iterator[Hit]:
    search = search.said_by(file.origin)
    with files.problems.guard(file.path):
        data = files.read(file.path, _LIMIT)
        entry = None if data is None else parse_entry(data)
        if entry is not None and (hit := _hit(files, search, file, id_, entry)) is not None:
            yield hit


def _hit(files: Files, search: SearchPaths, file: Folder, id_: str, entry: Entry) -> Hit | None:
    kind = kind_of(id_, entry.categories, trusted=file.origin == "system")
    tried = not entry.try_exec or which(files, search, entry.try_exec) is not None
    if kind is None or entry.hidden or not entry.command or not tried:
        return None
    wanted = target(entry.command)
    app = wanted.flatpak or entry.flatpak
    hit = Hit(
        name=id_.removesuffix(_SUFFIX), title=entry.name, kind=kind, origin=file.origin, source=f"menu: {file.path}",
        keys=frozenset({f"app:{id_.lower().removesuffix(_SUFFIX)}"}),
    )  # fmt: skip
    if app:
        return replace(
            hit, name=app, keys=frozenset({f"app:{app.lower()}"}),
            executables=flatpak_executables(files, search, app, file.origin),
        )
    if wanted.snap is not None:
        return replace(hit, executables=snap_executables(files, wanted.snap))
    if wanted.steam is not None or wanted.store is not None:
        key = f"store:{wanted.store}" if wanted.steam is None else f"steam:{wanted.steam}"
        return replace(hit, keys=hit.keys | {key}, steam_id=wanted.steam)
    return _started(files, search, hit, wanted, entry)


def _started(files: Files, search: SearchPaths, hit: Hit, wanted: Target, entry: Entry) -> Hit | None:
    """The hit with the files that its command starts; None if there is no such program, so that nothing is installed."""
    if wanted.windows:
        prefix = wanted.environment.get("WINEPREFIX", f"{search.home}/.wine")
        path = in_prefix(files, prefix, wanted.program)
        if path is not None and path.lower().endswith(".lnk"):
            path = in_prefix(files, prefix, link_target(files.read(path) or b"") or "")
        return None if path is None else replace(hit, executables=(path,), keys=hit.keys | {f"run:{path}"})
    program = which(files, search, wanted.program, entry.folder) if wanted.program else None
    if program is None:
        return None
    command = " ".join((program, *wanted.args))
    executables, told = running(files, search, program, wanted.line, entry.folder)
    return replace(hit, executables=executables, words=told, keys=hit.keys | {f"run:{command}"})
