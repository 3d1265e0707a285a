"""giochoi limit: how long a player may play a day, in the player's own pack `house`."""

from __future__ import annotations

from argparse import Namespace

from agent.api.answers import Done
from agent.api.players import LimitSet
from cli.commands import Commands
from cli.context import Context
from cli.given.days import EXAMPLES, parse_days
from cli.given.values import parse_minutes
from cli.parser import PLAYER
from cli.registering.settle import settle
from host.rpc_client import ask
from i18n.message import Length, Message, msg
from rules.unknown import game_title
from words.days import spoken
from words.extra_time import name_and_id
from words.layout import row
from words.limits import limits


def add_to(commands: Commands) -> None:
    parser = commands.add("limit", set_limit, "An 60", "An 90 --days t7,cn", "An 20 --game luanti --days mon-fri", "An none")
    parser.takes("player", "PLAYER", PLAYER)
    parser.takes("ms", "MINUTES|none", msg("0: not at all; none: remove the limit"),
                 type=lambda text: None if text == "none" else parse_minutes(text))  # fmt: skip
    parser.takes("--game", "ID", msg("for this game only"))
    parser.takes("--days", "mon,tue…", msg("on these days only: {examples}", examples=EXAMPLES), type=parse_days, default=())


def set_limit(args: Namespace, context: Context) -> int:
    request = LimitSet(player=args.player, ms=args.ms, game=args.game, days=args.days)
    done = ask(context.home.agent_address, request)
    said = _said(args, done)
    if done.limits:
        said = msg("{limit}. Until now: {limits}", limit=said, limits=limits(done.limits))
    before = [{"game": one.game, "day": one.day, "minutes": one.ms / 60_000} for one in done.limits]
    return settle(context, done, said, before=before)


def _said(args: Namespace, done: Done) -> Message:
    """What holds now."""
    had = bool(done.limits)
    game = game_title(args.game or "", args.game or "")
    who = row((name_and_id(done.name, done.id), game, spoken(args.days) if args.days else ""), ", ")
    if args.ms is None:
        if had:
            return msg("{who}: the limit is removed", who=who)
        if args.game:
            return msg("{who}: there was no limit", who=who)
        return msg("{who}: there was no limit over all games", who=who)
    if args.ms == 0:
        return msg("{who}: may not play at all", who=who)
    return msg("{who}: at most {length} a day", who=who, length=Length(args.ms, exact=True))
