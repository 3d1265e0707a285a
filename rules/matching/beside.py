"""Which file beside a program decides what it is, where the program itself is an engine that many games are built on. Pure.

Godot (NAME.pck), Electron (resources/app.asar), NW.js (package.nw), Unity (NAME_Data), GameMaker (game.unx, data.win), Ren'Py
(lib/PLATFORM/NAME beside game/), programs made by jpackage (lib/app/NAME.cfg, on Windows app/NAME.cfg).
"""

from __future__ import annotations

import re

from rules.matching.paths import has_drive

_ENDING = re.compile(r"\.(?:exe|x86_64|x86|x64|arm64|bin|sh)$", re.IGNORECASE)
_FILES = (
    "{folder}/{name}.pck", "{folder}/{stem}.pck", "{folder}/resources/app.asar", "{folder}/resources/app/package.json",
    "{folder}/package.nw", "{folder}/{stem}_Data/globalgamemanagers", "{folder}/{stem}_Data/data.unity3d",
    "{folder}/{stem}_Data/mainData", "{folder}/assets/game.unx", "{folder}/data.win", "{folder}/app/{stem}.cfg",
    "{above}/lib/app/{stem}.cfg", "{twice}/game/script.rpyc", "{twice}/game/archive.rpa", "{twice}/game/scripts.rpa",
)  # fmt: skip
_SYSTEMS = re.compile(r"/(?:usr/)?(?:s?bin|lib\w*|local/s?bin)/|[A-Za-z]:/windows/", re.IGNORECASE)


def is_systems(path: str) -> bool:
    """Whether a program there is one of the system's, beside which no such file lies."""
    return _SYSTEMS.match(f"{path.rpartition('/')[0]}/") is not None


def is_godot(name: str) -> bool:
    return name.lower().startswith("godot")


def here(name: str) -> tuple[str, ...]:
    """What Godot also looks for where it runs."""
    return tuple(dict.fromkeys((f"{name}.pck", f"{_ENDING.sub('', name)}.pck")))


def deciding(path: str, *, anywhere: bool = False, roots: bool = True) -> tuple[str, ...]:
    """Where such a file may be; none beside programs of the system, unless those may lie `anywhere`. `roots`: only root puts
    something into the root folder, where no game's folders lie then. Above it there is nothing.
    """
    windows = has_drive(path)
    folder, slash, name = (path.replace("\\", "/") if windows else path).rpartition("/")
    if not slash or (_SYSTEMS.match(f"{folder}/") and not anywhere):
        return ()
    above = folder.rpartition("/")[0]
    parts = {"folder": folder, "above": above, "twice": above.rpartition("/")[0], "name": name, "stem": _ENDING.sub("", name)}
    none = {"above", "twice"} if windows or not anywhere else {"twice"} if roots else set[str]()
    left_out = tuple(f"{{{part}}}/" for part in none if not parts[part])
    found = dict.fromkeys(one.format(**parts) for one in _FILES if not one.startswith(left_out))
    return tuple(one.replace("/", "\\") for one in found) if windows else tuple(found)
