"""giochoi game scan: which games are installed here, and which of them nobody has told the agent of yet."""

from __future__ import annotations

import os
from argparse import Namespace
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from agent.api.rulebook import GameList
from cli.commands import Commands
from cli.context import Context
from cli.errors import CommandError
from cli.games.clues import label_text
from cli.registering.scan_add import add_all, to_complete
from daemon.api.scan import FoundGame, ScanError, Scanned, recognised, scan
from host.homes import HomeError
from host.rpc_client import ask
from host.transport import Unreachable
from host.wire import ApiError
from i18n.message import Arg, msg, msgn, said_by
from rules.games import Catalogue, Game
from rules.packs.shipped import shipped_catalogue
from words.shell import quote, whole

_ADD: Final = whole("giochoi game scan --add")
_KNOWN: Final[dict[str | None, Arg]] = {"content": msg("yes"), "name": msg("by name only"), None: msg("no")}


def add_to(commands: Commands) -> None:
    parser = commands.add("game scan", show, "", "--user an", "--add",
                          about=msg("find the games that are installed here"), looks=True)  # fmt: skip
    parser.takes("--user", "OSUSER", msg("those of this account, which needs root"))
    parser.takes("--add", "", msg("add all that are not known yet, and what known ones lack"))


def show(args: Namespace, context: Context) -> int:
    try:
        found = scan(args.user)
    except ScanError as error:
        raise CommandError(msg("cannot look for games: {why}", why=said_by(error)), code=1) from None
    found = known_here(found, context)
    if args.add:
        return add_all(found, context, own=args.user is None)
    context.out.answer(found, lambda: _print(found, context, own=args.user is None))
    return 0


def known_here(found: Scanned, context: Context) -> Scanned:
    """The same, by the catalogue that this place uses: with the house's own games, where an agent can be asked for them."""
    try:
        games = tuple(row.game for row in ask(context.home.agent_address, GameList()).games)
    except (ApiError, HomeError, Unreachable):
        games = shipped_catalogue()
    catalogue = Catalogue(games)
    every = [
        msgspec.structs.replace(game, known_by="content") if game.known and _held(game, catalogue.games[game.id]) else game
        for game in recognised((*found.games, *found.emulators), catalogue)
    ]
    return msgspec.structs.replace(
        found,
        games=tuple(game for game in every if game.kind == "game"),
        emulators=tuple(game for game in every if game.kind == "emulator"),
    )


def _held(found: FoundGame, game: Game) -> bool:
    """Whether the house holds the content of one of these files. Its place and size tell: reading all games takes minutes."""
    if not game.sha256 and not game.build_ids:
        return False
    for path in found.executables:
        with suppress(OSError, ValueError):
            if path in game.paths and Path(path).stat().st_size in game.sizes:
                return True
    return False


def _print(found: Scanned, context: Context, *, own: bool) -> None:
    out, every = context.out, (*found.games, *found.emulators)
    if not found.games:
        out.say(msg("no games found for {user}", user=found.user))
        if own and os.sep == "/":  # elsewhere nobody may look there
            out.say(msg("those of another account: {command}", command="sudo giochoi game scan --user ACCOUNT"))
    for title, games in ((msg("Games"), found.games), (msg("Emulators and remote play"), found.emulators)):
        if games:
            columns = (msg("Id"), msg("Title"), msg("Label"), msg("Label from"), msg("Known"), msg("File"))
            out.table(columns, map(_row, games), title)
    if unknown := [game for game in every if not game.known]:
        out.say(msgn("{n} game is not known yet; add it: {command}", "{n} games are not known yet; add them all: {command}",
                     len(unknown), command=_ADD))  # fmt: skip
        out.say(msg("or one by one: {command}", command=_how_to_add(unknown[0])))
    if lacking := sum(game.known and to_complete(game, own=own) for game in every):
        out.say(msgn("{n} known game lacks content or label; complete it: {command}",
                     "{n} known games lack content or label; complete them: {command}", lacking, command=_ADD))  # fmt: skip
    for problem in found.problems:
        out.message(msg("left out: {what}", what=problem))


def _row(game: FoundGame) -> tuple[Arg, ...]:
    label: Arg = label_text(game.label, game.label_source)
    if game.label is not None and not game.label_used:
        label = msg("{label} (not in use yet)", label=label)
    path = next(iter(game.executables), "–")
    return (game.id, game.title, label, game.label_source or "–", _KNOWN[game.known_by], path)


def _how_to_add(game: FoundGame) -> str:
    path = quote(next(iter(game.executables), "PATH"))
    return f"giochoi game add {game.id} --exe {path}"
