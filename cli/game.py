"""giochoi game: what counts as a game, and for whom one was let through."""

from __future__ import annotations

import re
import unicodedata
from argparse import Namespace
from pathlib import Path

from agent.api.messages import GameAdd, GameAllow, GameList, GameRemove, GameRow
from cli.context import Context
from cli.games.clues import game_of, label_text
from cli.games.fingerprint import fingerprint
from cli.games.scan import add_to as add_scan_to
from cli.output import Output
from cli.parser import Commands, checked, command, noun
from cli.registry import settle
from host.rpc_client import ask
from rules.ratings import parse_label, rating_source

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
    parser.add_argument("--label", metavar="VN12|PEGI 12|OARS…", type=checked(parse_label), help="nhãn tuổi / age label")
    parser = command(verbs, "list", "các trò chơi nhận ra được / games that are recognised", show)
    parser.add_argument("word", metavar="WORD", nargs="?", help="chỉ trò có chữ này / only games with this word")
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
    done = ask(context.home.agent_address, GameAdd(game=game_of(args.id, found, title=args.title, label=args.label)))
    if args.label is not None and rating_source(args.label.system).status == "unverified":
        context.out.message(
            f"nhãn / label {args.label.text} = {args.label.age}+: chưa đối chiếu / unverified, docs/ratings.md"
        )
    more = (("build id", found.build_id), ("tên gốc / original name", found.original), ("sản phẩm / product", found.product),
            ("chữ ký / signed by", found.signer))  # fmt: skip
    known = "".join(f", {what} {value}" for what, value in more if value)
    return settle(context, done, f"đã thêm / added {args.id}: {found.path} (sha256 {found.sha256}{known})")


def allow(args: Namespace, context: Context) -> int:
    done = ask(context.home.agent_address, GameAllow(player=args.player, game=args.id))
    return settle(context, done, f"{args.player} được chơi {args.id} mà không phải hỏi / may play {args.id} without asking")


def remove(args: Namespace, context: Context) -> int:
    done = ask(context.home.agent_address, GameRemove(game=args.id))
    return settle(context, done, f"đã bỏ / removed {args.id}")


def show(args: Namespace, context: Context) -> int:
    games = ask(context.home.agent_address, GameList()).games
    found = (row for row in games if args.word is None or _fits(row, args.word))
    rows = sorted(found, key=lambda row: row.origin != "house")  # one's own first, each as the agent orders them
    if context.out.json:
        context.out.document({"games": [_document(row) for row in rows]})
        return 0
    for row in rows:
        _say(context.out, row)
    if not rows:
        sought = f" khớp / no game matches: {args.word}" if args.word else " / no games"
        context.out.message(f"không có trò nào{sought}")
    return 0


def _fits(row: GameRow, word: str) -> bool:
    """Whether a word stands in a game's id, title or publisher, in any case and also without its diacritics."""
    game, sought = row.game, _plain(word)
    return any(sought in _plain(text) for text in (game.id, game.title, game.publisher or ""))


def _plain(text: str) -> str:
    """`text` without diacritics and in lower case."""
    letters = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _say(out: Output, row: GameRow) -> None:
    """A game: its id and title, then its label, where that is from, and what it is recognised by."""
    game = row.game
    clues = (
        ("nội dung / content", game.sha256),
        ("build id", game.build_ids),
        ("chữ ký / signer", game.signers),
        ("dòng lệnh / command", game.commands),
        ("tên / name", (*game.names, *game.paths, *game.products)),
    )
    out.say(f"{game.id} · {game.title}{' · tự thêm / added here' if row.origin == 'house' else ''}", 0, 4)
    label, source = label_text(game.label, game.label_source), game.label_source or ""
    told = f"nhãn / label {source if source.startswith(label) else f'{label} ({source})' if source else label}"
    known = ", ".join(name for name, clue in clues if clue)
    out.say(f"{told}; nhận ra bởi / recognised by {known or '–'}", 4, 2)


def _document(row: GameRow) -> dict[str, object]:
    game = row.game
    return {
        "id": game.id,
        "title": game.title,
        "label": None if game.label is None else label_text(game.label, game.label_source),
        "label_source": game.label_source,
        "publisher": game.publisher,
        "origin": row.origin,
        "names": game.names,
        "paths": game.paths,
        "commands": game.commands,
        "sizes": game.sizes,
        "sha256": game.sha256,
        "build_ids": game.build_ids,
        "signers": game.signers,
        "products": game.products,
    }
