"""Launchers, each by its own files: Heroic and Legendary (Epic, GOG, Amazon, and what was added by hand), Lutris, Minecraft's.

Lutris's library belongs to the scanned user: it is read into memory whole, so that nothing waits for a lock or a pipe.
"""

from __future__ import annotations

import posixpath
import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any

from daemon.scanning.files import MIB, Files
from daemon.scanning.formats import scalars
from daemon.scanning.hits import Hit, SearchPaths
from daemon.scanning.sources.steam import programs_below
from daemon.scanning.windows_paths import in_prefix

_HEROIC = (".config/heroic", ".var/app/com.heroicgameslauncher.hgl/config/heroic")
_LEGENDARY = (".config/legendary", ".config/heroic/legendaryConfig/legendary",
              ".var/app/com.heroicgameslauncher.hgl/config/heroic/legendaryConfig/legendary")  # fmt: skip
# Of each list of installed games: the runner, the list, which key has the id, and the list of titles if it has none.
_LISTS = (
    ("gog", "gog_store/installed.json", "appName", "store_cache/gog_library.json"),
    ("nile", "nile_config/nile/installed.json", "id", "store_cache/nile_library.json"),
    ("sideload", "sideload_apps/library.json", "app_name", ""),
)
_MOST = 5_000


def heroic_games(files: Files, search: SearchPaths) -> Iterator[Hit]:
    for folder in search.at_home(*_LEGENDARY):
        yield from _listed(files, "legendary", f"{folder}/installed.json", "app_name", {})
    for root in search.at_home(*_HEROIC):
        for runner, installed, id_, library in _LISTS:
            named = _games(files.json(f"{root}/{library}")) if library else ()
            titles = {_text(game, "app_name"): _text(game, "title") for game in named}
            yield from _listed(files, runner, f"{root}/{installed}", id_, titles)


def _listed(files: Files, runner: str, path: str, id_key: str, titles: Mapping[str, str]) -> Iterator[Hit]:
    """The games of one list: `id_key` has a game's id, by which `titles` has its title where the list has none."""
    for game in _games(files.json(path)):
        if not game.get("is_dlc") and game.get("is_installed", True):
            id_ = _text(game, id_key)
            yield from _heroic_game(files, path, runner, id_, _text(game, "title") or titles.get(id_, ""), game)


def _games(document: Any) -> list[dict[str, Any]]:
    """The games of any of these files: a list, a list below "games" or "installed", or a mapping by name."""
    if isinstance(document, dict):
        inner = next((document[key] for key in ("games", "installed", "library") if isinstance(document.get(key), list)), None)
        document = list(document.values()) if inner is None else inner
    return [game for game in document[:_MOST] if isinstance(game, dict)] if isinstance(document, list) else []


def _heroic_game(files: Files, path: str, runner: str, id_: str, title: str, game: dict[str, Any]) -> Iterator[Hit]:
    """What is installed: its folder is there, or its program."""
    with files.problems.guard(path):
        install = game["install"] if isinstance(game.get("install"), dict) else game
        folder, program = _text(install, "install_path") or _text(install, "path"), _text(install, "executable")
        inside = program.replace("\\", "/")
        executable = posixpath.normpath(inside if inside.startswith("/") else f"{folder}/{inside}")
        there = program and executable.startswith("/") and files.is_file(executable)
        executables: tuple[str, ...] = (executable,) if there else ()
        if not executables and folder.startswith("/") and files.is_folder(folder):
            executables = programs_below(files, folder.rstrip("/"))
        if executables:
            name = title or folder.rstrip("/").rpartition("/")[2] or id_
            yield Hit(
                name=name, title=name,
                source=f"Heroic ({runner}): {path}", executables=executables,
                keys=frozenset({f"store:heroic:launch/{runner}/{id_}", f"store:heroic:launch/{id_}"}),
            )  # fmt: skip


def _text(game: dict[str, Any], key: str) -> str:
    value = game.get(key)
    return value[:1000] if isinstance(value, str) else ""


_LUTRIS = (".local/share/lutris", ".var/app/net.lutris.Lutris/data/lutris")
_CONFIGS = (".config/lutris/games", ".local/share/lutris/games", ".var/app/net.lutris.Lutris/config/lutris/games",
            ".var/app/net.lutris.Lutris/data/lutris/games")  # fmt: skip
_STEPS = 2_000_000  # of SQLite's machine: a thousand games take some ten thousand
_COLUMNS = ("slug", "name", "runner", "executable", "directory", "configpath", "service", "service_id")


def lutris_games(files: Files, search: SearchPaths) -> Iterator[Hit]:
    for library in search.at_home(*_LUTRIS):
        path = f"{library}/pga.db"
        with files.problems.guard(path):
            data = files.read(path, 64 * MIB)
            for row in _rows(data) if data else ():
                yield _lutris_game(files, search, path, row)


def lutris_prefixes(files: Files, search: SearchPaths) -> Iterator[str]:
    """The Wine prefixes that Lutris's games name."""
    for folder in search.at_home(*_CONFIGS):
        for path in files.under(folder, ".yml", depth=0, most=2_000):
            prefix = _config(files, path).get("prefix", "")
            if prefix.startswith("/"):
                yield prefix.rstrip("/")


def _rows(data: bytes) -> list[dict[str, str]]:
    """The installed games. sqlite3.Error: not such a library."""
    connection = sqlite3.connect(":memory:")
    try:
        # A library in write-ahead mode says so in two bytes; in memory there is no such log, and it would not open.
        connection.deserialize(data[:18] + b"\x01\x01" + data[20:] if data[18:20] == b"\x02\x02" else data)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MIB)
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.set_progress_handler(lambda: 1, _STEPS)
        found = connection.execute("SELECT * FROM games WHERE installed = 1 LIMIT ?", (_MOST,))
        names = [name for name, *_ in found.description]
        return [{name: str(value or "") for name, value in zip(names, row, strict=True) if name in _COLUMNS} for row in found]
    finally:
        connection.close()


def _lutris_game(files: Files, search: SearchPaths, library: str, row: dict[str, str]) -> Hit:
    slug, runner = row.get("slug", ""), row.get("runner", "")
    keys = {f"store:lutris:rungame/{slug}"}
    number = row.get("service_id", "") if "steam" in {runner, row.get("service", "")} else ""
    steam_id = int(number[:10]) if number.isascii() and number.isdigit() else None
    return Hit(
        name=slug or row.get("name", ""), title=row.get("name") or slug, source=f"Lutris ({runner}): {library}",
        keys=frozenset(keys if steam_id is None else keys | {f"steam:{steam_id}"}),
        executables=_executables(files, search, row), steam_id=steam_id,
    )  # fmt: skip


def _executables(files: Files, search: SearchPaths, row: dict[str, str]) -> tuple[str, ...]:
    name = row.get("configpath", "")
    config: dict[str, str] = {}
    for folder in search.at_home(*_CONFIGS) if name and "/" not in name else ():
        config = config or _config(files, f"{folder}/{name}.yml")
    folder = config.get("working_dir") or row.get("directory", "")
    for text in (config.get("exe"), config.get("main_file"), row.get("executable")):
        if not text:
            continue
        path = posixpath.normpath(text if text.startswith("/") else f"{config.get('prefix') or folder}/{text}")
        if text[1:2] == ":":
            path = in_prefix(files, config.get("prefix", f"{search.home}/.wine"), text) or ""
        if path.startswith("/") and files.is_file(path):
            return (path,)
    return ()


def _config(files: Files, path: str) -> dict[str, str]:
    return {keys[1]: value for keys, value in scalars(files.text(path) or "") if len(keys) == 2 and keys[0] == "game"}


_OFFICIAL = (".minecraft", ".var/app/com.mojang.Minecraft/.minecraft", ".var/app/com.mojang.Minecraft/data/minecraft",
             "AppData/Roaming/.minecraft", ".tlauncher/legacy/Minecraft/game")  # fmt: skip
_INSTANCES = (
    ".local/share/PrismLauncher", ".var/app/org.prismlauncher.PrismLauncher/data/PrismLauncher", ".local/share/multimc",
    ".local/share/MultiMC", "MultiMC", ".local/share/PolyMC", ".var/app/org.polymc.PolyMC/data/PolyMC",
    "AppData/Roaming/PrismLauncher",
)  # fmt: skip
_MAIN = "net.minecraft.client.main.Main"


def minecraft(files: Files, search: SearchPaths) -> Iterator[Hit]:
    """Java Edition, by whatever launcher. Java runs it, so its main class is what tells it."""
    for root in search.at_home(*_OFFICIAL):
        for name in files.names(f"{root}/versions")[:_MOST]:
            version = files.json(f"{root}/versions/{name}/{name}.json")
            if isinstance(version, dict):
                main, jar = version.get("mainClass"), f"{root}/versions/{name}/{name}.jar"
                main = main if isinstance(main, str) else _MAIN
                yield _minecraft(f"{root}/versions/{name}", main, jar if files.is_file(jar) else None)
    for root in search.at_home(*_INSTANCES):
        for name in files.names(f"{root}/instances")[:_MOST]:
            if _is_minecraft(files.json(f"{root}/instances/{name}/mmc-pack.json")):
                yield _minecraft(f"{root}/instances/{name}", _MAIN, None)


def _is_minecraft(pack: Any) -> bool:
    parts = pack.get("components") if isinstance(pack, dict) else None
    return isinstance(parts, list) and any(isinstance(part, dict) and part.get("uid") == "net.minecraft" for part in parts)


def _minecraft(where: str, main: str, jar: str | None) -> Hit:
    """Mods start it by classes of their own, so that the game's own is always among them."""
    return Hit(
        name="minecraft", title="Minecraft: Java Edition", source=f"Minecraft: {where}", keys=frozenset({"minecraft:java"}),
        developer="Mojang Studios", executables=(jar,) if jar else (), words=tuple(dict.fromkeys((main[:200], _MAIN))),
    )  # fmt: skip
