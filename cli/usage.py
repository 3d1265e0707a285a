"""giochoi usage: who played what, how long, on one day."""

from __future__ import annotations

import unicodedata
from argparse import Namespace
from datetime import date, timedelta
from typing import Final

import msgspec

from cli.commands import Commands
from cli.context import Context
from cli.errors import CommandError
from cli.given.players import only
from cli.given.values import parse_day
from cli.output import Output
from cli.parser import PLAYER
from cli.words.extra_time import called
from cli.words.game_titles import game_called
from cli.words.layout import row
from daemon.api.messages import Usage, UsageGet
from daemon.api.status import StatusGet
from host.rpc_client import ask
from i18n.message import Arg, Day, Length, msg

_EARLIEST: Final = date(1970, 1, 1)  # clocks begin here
_AGO: Final = {"today": 0, "hôm nay": 0, "yesterday": 1, "hôm qua": 1}


def add_to(commands: Commands) -> None:
    parser = commands.add("usage", show, "", "An", "--day yesterday", "--day 2026-11-24", looks=True)
    parser.takes("player", "PLAYER", PLAYER, nargs="?")
    parser.takes("--day", "YYYY-MM-DD", msg("or yesterday; without it: today"), type=_day)


def _day(text: str) -> date | int:
    """A day, or how many days ago. CommandError."""
    ago = _AGO.get(unicodedata.normalize("NFC", text).lower())
    return parse_day(text) if ago is None else ago


def show(args: Namespace, context: Context) -> None:
    usage = ask(context.home.daemon_address, UsageGet())
    if args.day is not None:
        asked = _asked(args.day, today=date.fromisoformat(usage.day))
        usage = ask(context.home.daemon_address, UsageGet(day=asked.isoformat()))
    players = ask(context.home.daemon_address, StatusGet()).players
    known = {one.id: one.name for one in players}
    if args.player is not None:  # one that was removed since then is known by the id alone
        id_ = only(args.player, usage.players, players)
        usage = msgspec.structs.replace(usage, players={one: part for one, part in usage.players.items() if one == id_})
    context.out.answer(usage, lambda: _say(context.out, usage, known))


def _asked(day: date | int, today: date) -> date:
    """Which day it is, by the place's clock. CommandError (2)."""
    asked = today - timedelta(days=day) if isinstance(day, int) else day
    if asked > today:
        days = {"day": asked.isoformat(), "today": today.isoformat()}
        raise CommandError(msg("--day: {day} has not come yet; today is {today}", **days))
    if asked < _EARLIEST:
        raise CommandError(msg("--day: {day} was before anything could be counted", day=asked.isoformat()))
    return asked


def _say(out: Output, usage: Usage, names: dict[str, str]) -> None:
    title = row((Day(date.fromisoformat(usage.day)), f"({usage.zone})"), " ")
    if not usage.players:
        out.say(msg("{day}: nothing was played", day=title))
        return
    rows: list[tuple[Arg, ...]] = []
    for player, part in usage.players.items():
        rows.append((called(names.get(player, player), player), msg("all games"), _length(part.total_s)))
        games = sorted(part.games.items(), key=lambda item: -item[1])
        rows.extend(("", game_called(usage.titles.get(id_, ""), id_), _length(seconds)) for id_, seconds in games)
    out.table((msg("Player"), msg("Game"), msg("Played")), rows, title)


def _length(seconds: float) -> Length:
    return Length(int(seconds * 1000))
