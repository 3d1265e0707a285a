"""giochoi limit: how long a player may play a day, in the player's own pack `house`."""

from __future__ import annotations

import typing
from argparse import Namespace

from agent.api.messages import LimitSet
from cli.context import Context
from cli.parser import Commands, checked, command
from cli.registry import settle
from cli.words.times import exact, parse_minutes
from host.rpc_client import ask
from rules.policy import Weekday

WEEKDAYS: tuple[Weekday, ...] = typing.get_args(Weekday)


def add_to(commands: Commands) -> None:
    parser = command(commands, "limit", "đặt số phút mỗi ngày / set the minutes a day", set_limit)
    parser.add_argument("player", metavar="PLAYER", help="tên, mã hoặc guest / name, id or guest")
    parser.add_argument(
        "ms",
        metavar="MINUTES|none",
        type=minutes_or_none,
        help="0: không được chơi; none: bỏ giới hạn / 0: not at all; none: remove the limit",
    )
    parser.add_argument("--game", metavar="ID", help="chỉ trò chơi này / this game only")
    parser.add_argument("--days", metavar="mon,tue…", type=weekdays, default=(), help="chỉ những ngày này / on these days only")


@checked
def minutes_or_none(text: str) -> int | None:
    return None if text == "none" else parse_minutes(text)


@checked
def weekdays(text: str) -> tuple[Weekday, ...]:
    """Days such as "sat,sun". ValueError names one that is none."""
    days = tuple(text.lower().split(","))
    for day in days:
        if day not in WEEKDAYS:
            raise ValueError(f"{day!r} không phải ngày trong tuần / is no weekday; {', '.join(WEEKDAYS)}")
    return tuple(day for day in WEEKDAYS if day in days)


def set_limit(args: Namespace, context: Context) -> int:
    request = LimitSet(player=args.player, ms=args.ms, game=args.game, days=args.days)
    done = ask(context.home.agent_address, request)
    what = f"{args.player}{', ' + args.game if args.game else ''}{' (' + ', '.join(args.days) + ')' if args.days else ''}"
    if args.ms is None:
        said = f"đã bỏ giới hạn của {what} / limit of {what} removed"
    elif args.ms == 0:
        said = f"{what}: không được chơi / not at all"
    else:
        said = f"{what}: mỗi ngày / a day {' / '.join(exact(args.ms))}"
    return settle(context, done, said)
