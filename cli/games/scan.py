"""giochoi game scan: which games are installed here, and which of them nobody has told the agent of yet."""

from __future__ import annotations

from argparse import Namespace
from contextlib import suppress
from pathlib import Path

import msgspec

from agent.api.messages import GameList
from cli.context import Context
from cli.errors import CommandError
from cli.games.clues import label_text
from cli.games.scan_add import add_all, to_complete
from cli.parser import Commands, command
from cli.words.shell import quote
from daemon.api.scan import FoundGame, ScanError, Scanned, recognised, scan
from host.homes import HomeError
from host.rpc_client import ask
from host.transport import Unreachable
from host.wire import ApiError
from rules.games import Catalogue, Game
from rules.packs.shipped import shipped_catalogue

_KNOWN = {"content": "có / yes", "name": "chỉ qua tên / by name only", None: "chưa / no"}
_NOT_USED = "chưa dùng: --add / not in use yet: --add"
_COLUMNS = ("Mã / Id", "Tên / Title", "Nhãn / Label", "Nguồn nhãn / Label from", "Đã biết / Known", "Tệp / File")


def add_to(verbs: Commands) -> None:
    parser = command(verbs, "scan", "tìm trò chơi đã cài trên máy / find the games that are installed here", show)
    parser.add_argument(
        "--user", metavar="OSUSER", help="tìm cho tài khoản này (cần root) / for this account (needs root), not one's own"
    )
    parser.add_argument(
        "--add",
        action="store_true",
        help="thêm mọi trò chưa biết, và nhãn, nội dung của trò đã biết / "
        "add all that are not known yet, and labels and content of those that are",
    )


def show(args: Namespace, context: Context) -> int:
    try:
        found = scan(args.user)
    except ScanError as error:
        raise CommandError(f"không quét được / cannot scan: {error}", code=1) from None
    found = known_here(found, context)
    if args.add:
        return add_all(found, context, own=args.user is None)
    if context.out.json:
        context.out.document(_document(found))
        return 0
    _print(found, context, own=args.user is None)
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
    lacking = sum(game.known and to_complete(game, own=own) for game in (*found.games, *found.emulators))
    if lacking:
        out.say(
            f"{lacking} trò đã biết còn thiếu nội dung hoặc nhãn; bổ sung / {lacking} known games lack content or label;"
            " complete them: giochoi game scan --add"
        )
    for problem in found.problems:
        out.message(f"bỏ qua / left out: {problem}")


def _row(game: FoundGame) -> tuple[str, ...]:
    path = next(iter(game.executables), "–")
    label = label_text(game.label, game.label_source)
    if game.label is not None and not game.label_used:
        label = f"{label} ({_NOT_USED})"
    return (game.id, game.title, label, game.label_source or "–", _KNOWN[game.known_by], path)


def _how_to_add(game: FoundGame) -> str:
    path = quote(next(iter(game.executables), "PATH"))
    return f"giochoi game add {game.id} --exe {path}"


def _document(found: Scanned) -> dict[str, object]:
    return {
        "user": found.user,
        "games": [msgspec.to_builtins(game) for game in found.games],
        "emulators": [msgspec.to_builtins(game) for game in found.emulators],
        "problems": list(found.problems),
    }
