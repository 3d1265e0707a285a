"""giochoi usage: who played what, how long, on one day."""

from __future__ import annotations

from argparse import Namespace

from cli.context import Context
from cli.parser import Commands, command, day
from cli.words.times import both
from daemon.api.messages import UsageGet
from host.rpc_client import ask


def add_to(commands: Commands) -> None:
    parser = command(commands, "usage", "đã chơi bao lâu / how long was played", show)
    parser.add_argument("--day", metavar="YYYY-MM-DD", type=day, help="bỏ trống: hôm nay / none: today")


def show(args: Namespace, context: Context) -> int:
    usage = ask(context.home.daemon_address, UsageGet(day=args.day.isoformat() if args.day else None))
    if context.out.json:
        context.out.document(usage)
        return 0
    rows: list[tuple[str, ...]] = []
    for player, part in usage.players.items():
        rows.append((player, "mọi trò / all", both(part.total_s * 1000)))
        rows.extend(("", game, both(seconds * 1000)) for game, seconds in sorted(part.games.items(), key=lambda item: -item[1]))
    context.out.table(("Người chơi / Player", "Trò chơi / Game", "Đã chơi / Played"), rows, f"{usage.day} ({usage.zone})")
    return 0
