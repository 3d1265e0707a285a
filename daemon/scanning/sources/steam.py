"""Steam: what its libraries hold, by their manifests. The same on every system; only where Steam itself lies differs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from daemon.scanning.files import MIB, Files
from daemon.scanning.formats import vdf_pairs
from daemon.scanning.hits import MAX_EXECUTABLES, Hit, SearchPaths
from i18n.message import msg
from rules.programs import is_helper

_ROOTS = (
    ".steam/steam", ".steam/root", ".local/share/Steam", ".steam/debian-installation",
    ".var/app/com.valvesoftware.Steam/.local/share/Steam", ".var/app/com.valvesoftware.Steam/data/Steam",
    ".var/app/com.valvesoftware.Steam/.steam/steam", "snap/steam/common/.local/share/Steam",
)  # fmt: skip
_MANIFEST = re.compile(r"appmanifest_(\d{1,10})\.acf")
# What Steam installs to run games, or beside them: runtimes, Proton, redistributables, SteamVR, SDKs, drivers of controllers.
_TOOL_IDS = frozenset({
    228980, 250820, 1070560, 1391110, 1628350, 4183110, 1826330, 1161040, 891390, 1493710, 2180100, 431960, 365670,
})  # fmt: skip
_TOOLS = re.compile(
    r"Proton(?:[ -].*)?|Steam Linux Runtime.*|Steamworks (?:Common|SDK).*|SteamVR.*|.* (?:Dedicated Server|Authoring Tools|SDK)"
)
_STARTS = (b"\x7fELF", b"#!", b"MZ")
# Bytes. In the list of libraries each installed game takes a line of 30: there is room for 8,000. A manifest has 1,000, that
# of a game in fifty parts 10,000. All those of one account together: 8,000 games of 2,000 each.
_LONGEST_LIST, _LONGEST_MANIFEST, _MANIFESTS = 256 << 10, 64 << 10, 16 * MIB
_MOST_LIBRARIES = 64
_LOOKED_AT = 400  # programs of one game, before the likeliest are taken


def hits(files: Files, search: SearchPaths) -> Iterator[Hit]:
    """The games of every library of every Steam in the home."""
    yield from of_roots(files, search.at_home(*_ROOTS))


def of_roots(files: Files, roots: Iterable[str]) -> Iterator[Hit]:
    """The games in the libraries of the Steams that lie there; each library once, whatever links lead to it."""
    libraries: dict[str, None] = {}
    for root in roots:
        for library in (root, *islice(_libraries(files, root), _MOST_LIBRARIES)):
            if files.is_folder(f"{library}/steamapps"):
                libraries.setdefault(files.real(library))
    left = _MANIFESTS
    for apps in (f"{library}/steamapps" for library in libraries):
        for name in filter(_MANIFEST.fullmatch, files.names(apps)):
            path = f"{apps}/{name}"
            with files.problems.guard(path):
                text = files.text(path, min(left, _LONGEST_MANIFEST))
                if text is not None:
                    left -= len(text)
                    yield from _hits(files, apps, path, text)


def _libraries(files: Files, root: str) -> Iterator[str]:
    """Other libraries that a Steam knows."""
    for path in (f"{root}/steamapps/libraryfolders.vdf", f"{root}/config/libraryfolders.vdf"):
        for key, library in vdf_pairs(files.text(path, _LONGEST_LIST) or ""):
            where = library.replace("\\", "/").rstrip("/")
            if key == "path" and where and not where.startswith("//"):  # another PC, which would be asked with our rights
                yield where


def _hits(files: Files, apps: str, path: str, text: str) -> Iterator[Hit]:
    state = dict(reversed(vdf_pairs(text)))  # of twins the first: groups inside come later
    number, title, folder = state.get("appid", ""), state.get("name", ""), state.get("installdir", "")
    if not number.isdigit() or len(number) > 10 or not folder or "/" in folder or "\\" in folder or folder in {".", ".."}:
        files.problems.add(path, msg("it has no appid or installdir"))
        return
    where = f"{apps}/common/{folder}"
    if int(number) in _TOOL_IDS or _TOOLS.fullmatch(title) or not files.is_folder(where):
        return
    yield Hit(
        name=title or f"steam-{number}", title=title or folder, source=f"Steam: {path}",
        keys=frozenset({f"steam:{int(number)}"}),
        executables=programs_below(files, where), steam_id=int(number), folder=where, told=path,
    )  # fmt: skip


def programs_below(files: Files, folder: str) -> tuple[str, ...]:
    """The likeliest programs of a game that lies here: nearest to the top first, without installers and crash reporters."""
    found = []
    for path in files.under(folder, "", depth=3, most=3_000):
        name = path.rpartition("/")[2]
        windows = name.lower().endswith(".exe")
        if not windows and ("." in name and not name.endswith((".sh", ".x86_64", ".x86", ".AppImage"))):
            continue
        if (windows or files.is_program(path)) and not is_helper(name):
            found.append(path)
        if len(found) == _LOOKED_AT:
            break
    found.sort(key=lambda path: (path.count("/"), path))
    likely = (path for path in found if (files.start(path, 4) or b"").startswith(_STARTS))
    return tuple(path for path, _ in zip(likely, range(MAX_EXECUTABLES), strict=False))
