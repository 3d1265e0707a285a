"""giochoi limit: how long a player may play a day, in the player's own pack `house`."""

from __future__ import annotations

from argparse import Namespace

from agent.api.messages import LimitSet
from cli.commands import Commands
from cli.context import Context
from cli.errors import CommandError
from cli.given.values import parse_minutes
from cli.parser import PLAYER
from cli.registering.settle import settle
from cli.words.days import spoken
from cli.words.layout import row
from host.rpc_client import ask
from i18n.message import Length, comma, msg, typed
from rules.policy import WEEK, Weekday


def add_to(commands: Commands) -> None:
    parser = commands.add("limit", set_limit, "An 60", "An 90 --days sat,sun", "An 20 --game luanti", "An none")
    parser.takes("player", "PLAYER", PLAYER)
    parser.takes("ms", "MINUTES|none", msg("0: not at all; none: remove the limit"),
                 type=lambda text: None if text == "none" else parse_minutes(text))  # fmt: skip
    parser.takes("--game", "ID", msg("for this game only"))
    parser.takes("--days", "mon,tue…", msg("on these days only"), type=weekdays, default=())


def weekdays(text: str) -> tuple[Weekday, ...]:
    """Days such as "sat,sun". CommandError names one that is none."""
    days = tuple(text.lower().split(","))
    for day in days:
        if day not in WEEK:
            raise CommandError(msg("{day} is not a day of the week; write {days}", day=typed(day), days=comma(WEEK)))
    return tuple(day for day in WEEK if day in days)


def set_limit(args: Namespace, context: Context) -> int:
    request = LimitSet(player=args.player, ms=args.ms, game=args.game, days=args.days)
    done = ask(context.home.agent_address, request)
    who = row((f"{done.name} ({done.id})", args.game or "", spoken(args.days) if args.days else ""), ", ")
    if args.ms is None:
        said = msg("{who}: no limit is set", who=who)
    elif args.ms == 0:
        said = msg("{who}: may not play at all", who=who)
    else:
        said = msg("{who}: at most {length} a day", who=who, length=Length(args.ms, exact=True))
    return settle(context, done, said)
