"""giochoi game scan: which games are installed here, and which of them nobody has told the agent of yet."""

from __future__ import annotations

import shlex
from argparse import Namespace
from dataclasses import replace
from pathlib import Path, PureWindowsPath

import msgspec

from agent.api import client as agent
from agent.api.messages import GameAdd
from cli.clues import game_of, label_text
from cli.context import Context
from cli.errors import CommandError
from cli.fingerprint import fingerprint
from cli.parser import Commands, command
from cli.registry import settle
from daemon.api.scan import FoundGame, ScanError, Scanned, recognised, scan
from host.homes import HomeError
from host.rpc import ApiError, Unreachable
from rules.games import Catalogue, Fingerprint, Game
from rules.shipped import shipped_catalogue

_MOST_FILES = 16
_ROOT = "root"
_COLUMNS = ("Mã / Id", "Tên / Title", "Nhãn / Label", "Nguồn nhãn / Label from", "Đã biết / Known", "Tệp / File")


def add_to(verbs: Commands) -> None:
    parser = command(verbs, "scan", "tìm trò chơi đã cài trên máy / find the games that are installed here", show)
    parser.add_argument(
        "--user", metavar="OSUSER", help="tìm cho tài khoản này (cần root) / for this account (needs root), not one's own"
    )
    parser.add_argument(
        "--add", action="store_true", help="thêm mọi trò tìm thấy mà chưa biết / add all that are found and not known yet"
    )


def show(args: Namespace, context: Context) -> int:
    try:
        found = scan(args.user)
    except ScanError as error:
        raise CommandError(f"không quét được / cannot scan: {error}", code=1) from None
    found = known_here(found, context)
    if args.add:
        return _add_all(found, context)
    if context.out.json:
        context.out.document(_document(found))
        return 0
    _print(found, context)
    return 0


def known_here(found: Scanned, context: Context) -> Scanned:
    """The same, by the catalogue that this place uses: with the house's own games, where an agent can be asked for them."""
    try:
        games = tuple(row.game for row in agent.game_list(context.home.agent_address).games)
    except (ApiError, HomeError, Unreachable):
        games = shipped_catalogue()
    every = recognised((*found.games, *found.emulators), Catalogue(games))
    return msgspec.structs.replace(
        found,
        games=tuple(game for game in every if game.kind == "game"),
        emulators=tuple(game for game in every if game.kind == "emulator"),
    )


def _print(found: Scanned, context: Context) -> None:
    out = context.out
    if not found.games:
        out.line(f"không tìm thấy trò chơi nào của {found.user} / no games found for {found.user}")
    for title, games in (("Trò chơi / Games", found.games), ("Giả lập, chơi từ xa / Emulators, remote play", found.emulators)):
        if games:
            out.table(_COLUMNS, (_row(game) for game in games), title)
    unknown = [game for game in (*found.games, *found.emulators) if not game.known]
    if unknown:
        count = len(unknown)
        out.line(f"chưa biết {count} trò; thêm tất cả / {count} not known yet; add them all: giochoi game scan --add")
        out.line(f"hoặc từng trò / or one by one: {_how_to_add(unknown[0])}")
    for problem in found.problems:
        out.message(f"bỏ qua / left out: {problem}")


def _row(game: FoundGame) -> tuple[str, ...]:
    known, path = "có / yes" if game.known else "chưa / no", next(iter(game.executables), "–")
    return (game.id, game.title, label_text(game.label), game.label_source or "–", known, path)


def _how_to_add(game: FoundGame) -> str:
    path = shlex.quote(next(iter(game.executables), "PATH"))
    return f"giochoi game add {game.id} --exe {path} --label VN12"


def _document(found: Scanned) -> dict[str, object]:
    return {
        "user": found.user,
        "games": [msgspec.to_builtins(game) for game in found.games],
        "emulators": [msgspec.to_builtins(game) for game in found.emulators],
        "problems": list(found.problems),
    }


def _add_all(found: Scanned, context: Context) -> int:
    """Add what nobody knows yet, one after the other; what cannot be added is said, and the exit code is then 1."""
    done, added, skipped = None, [], []
    for game in (*found.games, *found.emulators):
        if game.known:
            continue
        try:
            done = agent.game_add(context.home.agent_address, GameAdd(game=game_to_add(game, found.user)))
            added.append(game.id)
        except (ApiError, CommandError) as error:
            skipped.append(f"{game.id}: {error.text if isinstance(error, ApiError) else error}")
    for line in (*found.problems, *skipped):
        context.out.message(f"bỏ qua / left out: {line}")
    if done is None:
        if context.out.json:
            context.out.document({"id": "", "note": "không có gì để thêm / nothing to add"})
        else:
            context.out.line("không có gì để thêm / nothing to add")
        return 1 if skipped else 0
    done = msgspec.structs.replace(done, id=" ".join(added))
    code = settle(context, done, f"đã thêm {len(added)} trò / added {len(added)} games: {', '.join(added)}")
    return code or (1 if skipped else 0)


def game_to_add(found: FoundGame, user: str) -> Game:
    """The game by content, build id, name and path of its files. CommandError: none of them can be told from other programs.

    What the scanned account `user` wrote may name any program as a game, as its parent's own: programs of the system are taken
    from a menu of the system only. A maker is not a publisher, who has duties under the law; so no publisher is set.
    """
    files: list[Fingerprint] = []
    why = CommandError("không có tệp nào của riêng nó / has no file of its own")
    for path in found.executables[:_MOST_FILES]:
        try:
            files += [one for one in (fingerprint(Path(path)),) if one not in files and _may_be_game(found, one, user)]
        except CommandError as error:
            why = error
    if not files:
        raise why
    games = [_game(found, file) for file in files]
    return Catalogue(games).games[found.id]


def _game(found: FoundGame, file: Fingerprint) -> Game:
    game = game_of(found.id, file, title=found.title, label=found.label)
    source = None if found.label is None else found.label_source or "giochoi game scan"
    return replace(game, label_source=source, kind=found.kind)


def _may_be_game(found: FoundGame, file: Fingerprint, user: str) -> bool:
    if found.origin == "system" or user == _ROOT or "/games/" in file.path or PureWindowsPath(file.path).drive:
        return True  # on Windows files have no such owner, and nobody is scanned for but whoever asks
    try:
        return Path(file.path).stat().st_uid != 0
    except OSError:
        return False
