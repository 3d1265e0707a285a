"""giochoi game: what counts as a game, and for whom one was let through."""

from __future__ import annotations

import re
from argparse import Namespace
from pathlib import Path

from agent.api import client as agent
from agent.api.messages import GameAdd, GameAllow, GameRemove, GameRow
from cli.clues import game_of, label_text
from cli.context import Context
from cli.fingerprint import fingerprint
from cli.parser import Commands, checked, command, noun
from cli.registry import settle
from cli.scan import add_to as add_scan_to
from rules.ratings import label_age

_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}", re.ASCII)


def add_to(commands: Commands) -> None:
    verbs = noun(commands, "game", "trò chơi / games")
    add_scan_to(verbs)
    parser = command(verbs, "add", "thêm trò chơi / add a game", add)
    parser.add_argument("id", metavar="ID", type=game_id, help="mã, chữ thường không dấu / id, lower case ASCII")
    parser.add_argument(
        "--exe", metavar="PATH", type=Path, required=True, help="tệp chạy được hoặc script của trò chơi / its program or script"
    )
    parser.add_argument("--title", metavar="T", help="tên trò chơi / title")
    parser.add_argument("--label", metavar="VN00|VN12|VN16|VN18", type=checked(label_age), help="nhãn tuổi / age label")
    command(verbs, "list", "các trò chơi nhận ra được / games that are recognised", show)
    parser = command(verbs, "allow", "cho một người chơi trò này / let a game through for a player", allow)
    parser.add_argument("player", metavar="PLAYER", help="tên, mã hoặc guest / name, id or guest")
    parser.add_argument("id", metavar="ID", help="mã trò chơi / id of the game")
    parser = command(verbs, "remove", "bỏ trò chơi đã thêm / remove a game that was added", remove)
    parser.add_argument("id", metavar="ID", help="mã trò chơi / id of the game")


@checked
def game_id(text: str) -> str:
    if not _ID.fullmatch(text):
        raise ValueError(f"{text!r} không phải mã: chữ thường a-z, số, . _ - / is no id: a-z, digits, . _ -")
    return text


def add(args: Namespace, context: Context) -> int:
    found = fingerprint(args.exe)
    done = agent.game_add(context.home.agent_address, GameAdd(game=game_of(args.id, found, title=args.title, label=args.label)))
    build = f", build id {found.build_id}" if found.build_id else ""
    return settle(context, done, f"đã thêm / added {args.id}: {found.path} (sha256 {found.sha256}{build})")


def allow(args: Namespace, context: Context) -> int:
    done = agent.game_allow(context.home.agent_address, GameAllow(player=args.player, game=args.id))
    return settle(context, done, f"{args.player} được chơi {args.id} mà không phải hỏi / may play {args.id} without asking")


def remove(args: Namespace, context: Context) -> int:
    done = agent.game_remove(context.home.agent_address, GameRemove(game=args.id))
    return settle(context, done, f"đã bỏ / removed {args.id}")


def show(args: Namespace, context: Context) -> int:
    rows = agent.game_list(context.home.agent_address).games
    if context.out.json:
        context.out.document({"games": [_document(row) for row in rows]})
        return 0
    columns = (
        "Mã / Id",
        "Tên / Title",
        "Nhãn / Label",
        "Nguồn nhãn / Label from",
        "Từ đâu / Origin",
        "Nhận ra bởi / Recognised by",
    )
    context.out.table(columns, (_row(row) for row in rows))
    return 0


def _row(row: GameRow) -> tuple[str, ...]:
    game = row.game
    clues = (
        ("nội dung / content", game.sha256),
        ("build id", game.build_ids),
        ("dòng lệnh / command", game.commands),
        ("tên / name", (*game.names, *game.paths)),
    )
    origin = "có sẵn / shipped" if row.origin == "shipped" else "tự thêm / added here"
    return (
        game.id,
        game.title,
        label_text(game.label),
        game.label_source or "–",
        origin,
        ", ".join(name for name, clue in clues if clue),
    )


def _document(row: GameRow) -> dict[str, object]:
    game = row.game
    return {
        "id": game.id,
        "title": game.title,
        "label": None if game.label is None else label_text(game.label),
        "label_source": game.label_source,
        "publisher": game.publisher,
        "origin": row.origin,
        "names": game.names,
        "paths": game.paths,
        "commands": game.commands,
        "sizes": game.sizes,
        "sha256": game.sha256,
        "build_ids": game.build_ids,
    }
