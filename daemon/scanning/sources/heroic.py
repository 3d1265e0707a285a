"""Heroic and Legendary: games of Epic, GOG and Amazon, and those that somebody added, by the launchers' own JSON files."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator
from typing import Any

from daemon.scanning.files import MIB, Files
from daemon.scanning.hits import Hit
from daemon.scanning.source import SearchPaths
from daemon.scanning.sources.steam import programs_below
from i18n.message import msg

_ROOTS = (".config/heroic", ".var/app/com.heroicgameslauncher.hgl/config/heroic")
_LEGENDARY = (".config/legendary", ".config/heroic/legendaryConfig/legendary",
              ".var/app/com.heroicgameslauncher.hgl/config/heroic/legendaryConfig/legendary")  # fmt: skip
_MOST = 5_000


def hits(files: Files, search: SearchPaths) -> Iterator[Hit]:
    for folder in search.at_home(*_LEGENDARY):
        path = f"{folder}/installed.json"
        for game in _games(load(files, path)):
            yield from _hit(files, path, "legendary", _text(game, "app_name"), _text(game, "title"), game)
    for root in search.at_home(*_ROOTS):
        yield from _gog(files, root)
        yield from _amazon(files, root)
        yield from _added(files, root)


def load(files: Files, path: str) -> Any:
    """What a JSON file holds; None, and a problem, if it is none."""
    text = files.text(path, 16 * MIB)
    if text is None:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        files.problems.add(path, msg("not valid JSON: {why}", why=str(error)))
        return None


def _titles(files: Files, library: str) -> dict[str, str]:
    return {_text(game, "app_name"): _text(game, "title") for game in _games(load(files, library))}


def _gog(files: Files, root: str) -> Iterator[Hit]:
    titles = _titles(files, f"{root}/store_cache/gog_library.json")
    path = f"{root}/gog_store/installed.json"
    for game in _games(load(files, path)):
        if not game.get("is_dlc"):
            id_ = _text(game, "appName")
            yield from _hit(files, path, "gog", id_, titles.get(id_, ""), game)


def _amazon(files: Files, root: str) -> Iterator[Hit]:
    titles = _titles(files, f"{root}/store_cache/nile_library.json")
    path = f"{root}/nile_config/nile/installed.json"
    for game in _games(load(files, path)):
        id_ = _text(game, "id")
        yield from _hit(files, path, "nile", id_, titles.get(id_, ""), {"install_path": game.get("path")})


def _added(files: Files, root: str) -> Iterator[Hit]:
    path = f"{root}/sideload_apps/library.json"
    for game in _games(load(files, path)):
        install = game.get("install")
        if game.get("is_installed", True):
            yield from _hit(files, path, "sideload", _text(game, "app_name"), _text(game, "title"),
                            install if isinstance(install, dict) else {})  # fmt: skip


def _games(document: Any) -> list[dict[str, Any]]:
    """The games of any of these files: a list, a list below "games" or "installed", or a mapping by name."""
    if isinstance(document, dict):
        inner = next((document[key] for key in ("games", "installed", "library") if isinstance(document.get(key), list)), None)
        document = list(document.values()) if inner is None else inner
    return [game for game in document[:_MOST] if isinstance(game, dict)] if isinstance(document, list) else []


def _hit(files: Files, path: str, runner: str, id_: str, title: str, install: dict[str, Any]) -> Iterator[Hit]:
    """What is installed: its folder is there, or its program."""
    with files.problems.guard(path):
        folder, program = _text(install, "install_path"), _text(install, "executable")
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
