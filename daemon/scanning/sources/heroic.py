"""Heroic and Legendary: games of Epic, GOG and Amazon, and those that somebody added, by the launchers' own JSON files."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator, Mapping
from typing import Any

from daemon.scanning.files import MIB, Files
from daemon.scanning.hits import Hit
from daemon.scanning.source import SearchPaths
from daemon.scanning.sources.steam import programs_below
from i18n.message import msg, said_by

_ROOTS = (".config/heroic", ".var/app/com.heroicgameslauncher.hgl/config/heroic")
_LEGENDARY = (".config/legendary", ".config/heroic/legendaryConfig/legendary",
              ".var/app/com.heroicgameslauncher.hgl/config/heroic/legendaryConfig/legendary")  # fmt: skip
# Of each list of installed games: the runner, the list, which key has the id, and the list of titles if it has none.
_LISTS = (
    ("gog", "gog_store/installed.json", "appName", "store_cache/gog_library.json"),
    ("nile", "nile_config/nile/installed.json", "id", "store_cache/nile_library.json"),
    ("sideload", "sideload_apps/library.json", "app_name", ""),
)
_MOST = 5_000


def hits(files: Files, search: SearchPaths) -> Iterator[Hit]:
    for folder in search.at_home(*_LEGENDARY):
        yield from _listed(files, "legendary", f"{folder}/installed.json", "app_name", {})
    for root in search.at_home(*_ROOTS):
        for runner, installed, id_, library in _LISTS:
            named = _games(load(files, f"{root}/{library}")) if library else ()
            titles = {_text(game, "app_name"): _text(game, "title") for game in named}
            yield from _listed(files, runner, f"{root}/{installed}", id_, titles)


def load(files: Files, path: str, limit: int = 16 * MIB) -> Any:
    """What a JSON file holds; None, and a problem, if it is none, or longer than `limit` bytes."""
    text = files.text(path, limit)
    if text is None:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        files.problems.add(path, msg("not valid JSON: {why}", why=said_by(error)))
        return None


def _listed(files: Files, runner: str, path: str, id_key: str, titles: Mapping[str, str]) -> Iterator[Hit]:
    """The games of one list: `id_key` has a game's id, by which `titles` has its title where the list has none."""
    for game in _games(load(files, path)):
        if not game.get("is_dlc") and game.get("is_installed", True):
            id_ = _text(game, id_key)
            yield from _hit(files, path, runner, id_, _text(game, "title") or titles.get(id_, ""), game)


def _games(document: Any) -> list[dict[str, Any]]:
    """The games of any of these files: a list, a list below "games" or "installed", or a mapping by name."""
    if isinstance(document, dict):
        inner = next((document[key] for key in ("games", "installed", "library") if isinstance(document.get(key), list)), None)
        document = list(document.values()) if inner is None else inner
    return [game for game in document[:_MOST] if isinstance(game, dict)] if isinstance(document, list) else []


def _hit(files: Files, path: str, runner: str, id_: str, title: str, game: dict[str, Any]) -> Iterator[Hit]:
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
