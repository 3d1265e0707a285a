"""Wine prefixes: games of Windows that were put there, with or without a launcher's help.

A prefix holds all kinds of programs. What lies where only games lie (Riot Games, Garena, Steam's and Epic's folders) is a game;
of the rest only what the catalogue knows.
"""

from __future__ import annotations

from collections.abc import Iterator

from daemon.scanning.files import MIB, Files
from daemon.scanning.hits import Hit, SearchPaths
from daemon.scanning.sources import steam
from daemon.scanning.sources.launchers import lutris_prefixes
from daemon.scanning.sources.steam import programs_below
from daemon.scanning.windows_paths import any_case, in_prefix, link_target

_MANY = (
    ".local/share/wineprefixes", "Games", "Games/Heroic/Prefixes", "Games/Heroic/Prefixes/default", ".PlayOnLinux/wineprefix",
    ".local/share/bottles/bottles", ".var/app/com.usebottles.bottles/data/bottles/bottles", ".local/share/lutris/prefixes",
    ".var/app/net.lutris.Lutris/data/lutris/prefixes",
)  # fmt: skip
_PROGRAMS = ("Program Files", "Program Files (x86)")
# Folders in which each folder is a game, where they may lie, and what lies there beside games.
_OF_GAMES = (
    "Riot Games", "Garena/Games", "Program Files (x86)/Garena/Games", "Program Files/Garena/Games", "Program Files/Epic Games",
    "Program Files (x86)/Epic Games", "GOG Games", "Program Files (x86)/GOG Galaxy/Games", "Program Files/Riot Games",
)  # fmt: skip
_NO_GAMES = frozenset({
    "riot client", "launcher", "epic online services", "directxredist", "metadata", "vanguard", "riot vanguard",
})  # fmt: skip
_MENU = "Microsoft/Windows/Start Menu/Programs"
_MOST_PREFIXES = 200


def hits(files: Files, search: SearchPaths) -> Iterator[Hit]:
    for prefix in prefixes(files, search):
        drive = f"{prefix}/drive_c"
        with files.problems.guard(prefix):
            yield from steam.of_roots(files, [f"{drive}/{folder}/Steam" for folder in _PROGRAMS])
            yield from folders_of_games(files, drive, f"Wine: {prefix}")
            yield from _menu(files, prefix)
            yield from programs(files, [f"{drive}/{folder}" for folder in _PROGRAMS], f"Wine: {prefix}")


def prefixes(files: Files, search: SearchPaths) -> list[str]:
    found: dict[str, None] = dict.fromkeys(search.at_home(".wine"))
    for folder in search.at_home(*_MANY):
        for name in files.names(folder)[:_MOST_PREFIXES]:
            found.update(dict.fromkeys((f"{folder}/{name}", f"{folder}/{name}/pfx")))
    found.update(dict.fromkeys(lutris_prefixes(files, search)))
    there = {files.real(prefix): None for prefix in found if files.is_folder(f"{prefix}/drive_c")}
    return list(there)[:_MOST_PREFIXES]


def folders_of_games(files: Files, drive: str, where: str) -> Iterator[Hit]:
    """What lies where Riot, Garena, Epic and GOG put games on a drive of Windows."""
    for folder in _OF_GAMES:
        top = any_case(files, drive, folder)
        for name in files.names(top) if top else ():
            path = f"{top}/{name}"
            if name.casefold() not in _NO_GAMES and (executables := programs_below(files, path)):
                yield Hit(
                    name=name, title=name, source=f"{where}: {folder}/{name}", keys=frozenset({f"folder:{path.casefold()}"}),
                    executables=executables, folder=path, told=path,
                )  # fmt: skip


def programs(files: Files, folders: list[str], where: str) -> Iterator[Hit]:
    """Every program of Windows below these folders: a game where the catalogue knows it."""
    for folder in folders:
        for path in files.under(folder, ".exe", depth=5, most=10_000):
            yield known_only(path.rpartition("/")[2][:-4], where, path)


def known_only(title: str, source: str, program: str, folder: str = "", told: str = "") -> Hit:
    """A program of Windows that is a game only if the catalogue knows it."""
    return Hit(
        name=title, title=title, source=source, keys=frozenset({f"run:{program}"}), executables=(program,), folder=folder,
        told=told, sure=False,
    )  # fmt: skip


def _menu(files: Files, prefix: str) -> Iterator[Hit]:
    """What the prefix's start menu leads to: a game where the catalogue knows it."""
    users = f"{prefix}/drive_c/users"
    own = [f"{users}/{user}/AppData/Roaming/{_MENU}" for user in files.names(users)[:50]]
    for menu in (f"{prefix}/drive_c/ProgramData/{_MENU}", *own):
        for path in files.under(menu, ".lnk", depth=3, most=2_000):
            leads = link_target(files.read(path, MIB) or b"")
            program = in_prefix(files, prefix, leads) if leads else None
            if program is not None:
                yield known_only(path.rpartition("/")[2][:-4], f"Wine: {path}", program)
