"""What the demo plays: the game that ships for it, or a real one that is installed."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import psutil

from cli.demo import standin
from cli.errors import CommandError, unknown
from cli.games.clues import game_of
from cli.games.fingerprint import fingerprint
from i18n.message import msg
from rules.games import Catalogue, Fingerprint, Game, Program
from rules.packs.shipped import shipped_catalogue
from rules.ratings import parse_label


def stand_in(folder: Path) -> tuple[Game, tuple[str, ...]]:
    """The game that ships for the demo, as a file of its own in `folder`, and the command that plays it.

    Name and content are this demo's alone: another one at the same time must not end its game.
    """
    script = folder / f"rua-chay-dua-{folder.name}.py"
    script.write_text(f"{Path(standin.__file__).read_text(encoding='utf-8')}\n# {folder.name}\n", encoding="utf-8")
    game = game_of("demo-turtles", fingerprint(script), title="Rùa chạy đua", label=parse_label("VN00"))
    return game, (sys.executable, "-P", str(script))


def installed(id_: str) -> tuple[Game, tuple[str, ...]]:
    """A game of the catalogue and the command that starts it.

    CommandError: unknown (2), not installed or running already (1), as the demo must not end what somebody plays.
    """
    games = Catalogue(shipped_catalogue()).games
    game = games.get(id_)
    if game is None:
        raise CommandError(msg("--game: {mistake}", mistake=unknown(id_, sorted(games))))
    folders = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/games", "/usr/local/games"))
    path = next(filter(None, (shutil.which(name, path=folders) for name in game.names)), None)
    if path is None:
        looked = ", ".join(game.names) or "–"
        raise CommandError(msg("--game: {id} is not installed; looked for: {names}", id=id_, names=looked), code=1)
    if (pid := _running(game)) is not None:
        raise CommandError(msg("--game: {id} runs already (pid {pid}); close it first", id=id_, pid=str(pid)), code=1)
    return game, (path,)


def _running(game: Game) -> int | None:
    """The pid of a program that is this game, if one runs."""
    catalogue = Catalogue((game,))
    for process in psutil.process_iter(("exe", "cmdline", "username", "name")):
        seen = process.info
        command = tuple(seen["cmdline"] or ())
        files = tuple(Fingerprint(path, 0) for path in (seen["exe"], *command[:2], seen["name"]) if path)
        if catalogue.recognise(Program(process.pid, 0, 0, seen["username"] or "", files, command)):
            return process.pid
    return None
