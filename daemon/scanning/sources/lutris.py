"""Lutris: its library is an SQLite file, and a file of plain YAML for each game.

The library belongs to the scanned user: it is read into memory whole, so that nothing waits for a lock or a pipe, and is given
little time and no say in what SQLite may do.
"""

from __future__ import annotations

import posixpath
import sqlite3
from collections.abc import Iterator

from daemon.scanning.files import MIB, Files
from daemon.scanning.formats.plainyaml import scalars
from daemon.scanning.hits import Hit
from daemon.scanning.source import SearchPaths
from daemon.scanning.windows_paths import in_prefix

_LIBRARIES = (".local/share/lutris", ".var/app/net.lutris.Lutris/data/lutris")
_CONFIGS = (".config/lutris/games", ".local/share/lutris/games", ".var/app/net.lutris.Lutris/config/lutris/games",
            ".var/app/net.lutris.Lutris/data/lutris/games")  # fmt: skip
_STEPS = 2_000_000  # of SQLite's machine: a thousand games take some ten thousand
_MOST = 5_000
_COLUMNS = ("slug", "name", "runner", "executable", "directory", "configpath", "service", "service_id")


def hits(files: Files, search: SearchPaths) -> Iterator[Hit]:
    for library in search.at_home(*_LIBRARIES):
        path = f"{library}/pga.db"
        with files.problems.guard(path):
            data = files.read(path, 64 * MIB)
            for row in _rows(data) if data else ():
                yield _hit(files, search, path, row)


def prefixes(files: Files, search: SearchPaths) -> Iterator[str]:
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


def _hit(files: Files, search: SearchPaths, library: str, row: dict[str, str]) -> Hit:
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
