"""giochoi usage: who played what, how long, on one day."""

from __future__ import annotations

from argparse import Namespace

import msgspec

from agent.api import naming
from cli.commands import Commands
from cli.context import Context
from cli.given.values import parse_day
from cli.parser import PLAYER
from cli.words.layout import row
from daemon.api.messages import UsageGet
from daemon.api.status import StatusGet
from host.rpc_client import ask
from i18n.message import Arg, Day, Length, msg


def add_to(commands: Commands) -> None:
    parser = commands.add("usage", show, "", "An", "--day 2026-11-24", looks=True)
    parser.takes("player", "PLAYER", PLAYER, nargs="?")
    parser.takes("--day", "YYYY-MM-DD", msg("without it: today"), type=parse_day)


def show(args: Namespace, context: Context) -> None:
    usage = ask(context.home.daemon_address, UsageGet(day=args.day.isoformat() if args.day else None))
    if args.player is not None:
        only = _id(args.player, context)
        usage = msgspec.structs.replace(usage, players={id_: part for id_, part in usage.players.items() if id_ == only})
    rows: list[tuple[Arg, ...]] = []
    for player, part in usage.players.items():
        rows.append((player, msg("all games"), _length(part.total_s)))
        rows.extend(("", game, _length(seconds)) for game, seconds in sorted(part.games.items(), key=lambda item: -item[1]))
    title = row((Day(parse_day(usage.day)), f"({usage.zone})"), " ")
    columns = (msg("Player"), msg("Game"), msg("Played"))
    context.out.answer(usage, lambda: context.out.table(columns, rows, title))


def _id(player: str, context: Context) -> str:
    """The id of the player, of whom the daemon knows both. ApiError (2)."""
    if naming.same(player, "guest"):
        return "guest"
    return naming.player(ask(context.home.daemon_address, StatusGet()).players, player).id


def _length(seconds: float) -> Length:
    return Length(int(seconds * 1000))
