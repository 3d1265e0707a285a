"""Flatpak: installed applications, the system's and the user's, from the metadata that Flatpak itself starts them by.

flatpak-metadata(5). Each lies in `app/ID/current/active`, two links that Flatpak keeps: to the branch, to its deployed commit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from daemon.scanning.files import Files
from daemon.scanning.formats.desktop import parse_entry
from daemon.scanning.hits import Hit, Origin, kind_of
from daemon.scanning.source import Folder, SearchPaths

_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+){2,}")
_COMMAND = re.compile(r"^command=([^\n]{1,200})$", re.MULTILINE)


def installations(search: SearchPaths) -> tuple[Folder, ...]:
    return (Folder("/var/lib/flatpak", "system"), Folder(f"{search.home}/.local/share/flatpak", "user"))


def hits(files: Files, search: SearchPaths) -> Iterator[Hit]:
    """Every installed application that is a game, exported to menus or not."""
    for installation in installations(search):
        for app in filter(_ID.fullmatch, files.names(f"{installation.path}/app")):
            with files.problems.guard(f"{installation.path}/app/{app}"):
                yield from _hits(files, search, installation, app)


def executables(files: Files, search: SearchPaths, app: str, origin: Origin) -> tuple[str, ...]:
    """The program of an application as this machine sees it, outside its sandbox. `origin`: who says that it is a game; what an
    account installed under a name that the system has adds nothing to the system's.
    """
    if not _ID.fullmatch(app):
        return ()
    found: list[str] = []
    for installation in installations(search):
        if origin == "system" != installation.origin:
            continue
        active = f"{installation.path}/app/{app}/current/active"
        command = _COMMAND.search(files.text(f"{active}/metadata", 64 << 10) or "")
        if command is None:
            continue
        program = command[1].strip()
        path = f"{active}/files/" + (program.removeprefix("/app/") if program.startswith("/app/") else f"bin/{program}")
        if files.is_file(path) and files.real(path).startswith(files.real(f"{active}/files") + "/"):
            found += [path, files.real(path)]
    return tuple(dict.fromkeys(found))


def _hits(files: Files, search: SearchPaths, installation: Folder, app: str) -> Iterator[Hit]:
    active = f"{installation.path}/app/{app}/current/active"
    title, kind = app, None
    for path in files.under(f"{active}/export/share/applications", ".desktop", depth=1, most=50):
        with files.problems.guard(path):
            data = files.read(path, 256 << 10)
            entry = None if data is None else parse_entry(data)
            this = None if entry is None else kind_of(app, entry.categories, trusted=installation.origin == "system")
            if entry is not None and this is not None and kind in {None, "emulator"}:
                title, kind = entry.name, this
    if kind is not None:
        yield Hit(
            name=app, title=title, kind=kind, origin=installation.origin, source=f"Flatpak: {installation.path}/app/{app}",
            keys=frozenset({f"app:{app.lower()}"}), executables=executables(files, search, app, installation.origin),
        )  # fmt: skip
