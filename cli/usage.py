"""giochoi usage: who played what, how long, on one day or in seven."""

from __future__ import annotations

import unicodedata
from argparse import Namespace
from collections.abc import Sequence
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
from daemon.api.messages import ProgramsAnswer, ProgramsGet, Usage, UsageGet, new_game
from daemon.api.status import StatusGet
from host.rpc_client import ask
from i18n.message import Arg, Day, Length, Message, Weekday, comma, msg
from rules.unknown import game_title
from words.extra_time import called
from words.game_titles import game_called
from words.layout import row
from words.shell import quote, typed_as, whole

_WEEK: Final = 7
_EARLIEST: Final = date(1970, 1, 1)  # clocks begin here
_AGO: Final = {"today": 0, "hôm nay": 0, "yesterday": 1, "hôm qua": 1}


def add_to(commands: Commands) -> None:
    parser = commands.add("usage", show, "", "An --week", "An --programs", "--day yesterday", looks=True)
    parser.takes("player", "PLAYER", PLAYER, nargs="?")
    parser.takes("--day", "DATE", msg("or yesterday; without it: today"), type=_day)
    parser.takes("--week", "", msg("that day and the six before it, each and their sum"))
    parser.takes("--programs", "", msg("the programs that ran and that nobody named or installed"))


def _day(text: str) -> date | int:
    """A day, or how many days ago. CommandError."""
    ago = _AGO.get(unicodedata.normalize("NFC", text).lower())
    return parse_day(text) if ago is None else ago


def show(args: Namespace, context: Context) -> None:
    if args.programs:
        _show_programs(args, context)
        return
    usage = ask(context.home.daemon_address, UsageGet())
    if args.day is not None:
        usage = _of(_asked(args.day, today=date.fromisoformat(usage.day)), context)
    days, alone = [usage], ""
    if args.week:
        days += [_of(date.fromisoformat(usage.day) - timedelta(days=n), context) for n in range(1, _WEEK)]
    players = ask(context.home.daemon_address, StatusGet()).players
    known = {one.id: one.name for one in players}
    if args.player is not None:  # one that was removed since then is known by the id alone
        played = {id_: part for day in reversed(days) for id_, part in day.players.items()}
        id_ = only(args.player, played, players)
        days, alone = [_alone(id_, day) for day in days], id_
    if args.week:
        context.out.answer({"days": days}, lambda: _say_week(context.out, days, known, alone))
    else:
        context.out.answer(days[0], lambda: _say(context.out, days[0], known, alone))


def _show_programs(args: Namespace, context: Context) -> None:
    if args.week:
        raise CommandError(msg("either --week or --programs"))
    address = context.home.daemon_address
    answer = ask(address, ProgramsGet())
    if args.day is not None:
        answer = ask(address, ProgramsGet(day=_asked(args.day, today=date.fromisoformat(answer.day)).isoformat()))
    players = ask(address, StatusGet()).players
    if args.player is not None:
        id_ = only(args.player, answer.players, players)
        answer = msgspec.structs.replace(
            answer, players={one: part for one, part in answer.players.items() if one == id_}
        )  # fmt: skip
    names = {one.id: one.name for one in players}
    context.out.answer(answer, lambda: _say_programs(context.out, answer, names))


def _say_programs(out: Output, answer: ProgramsAnswer, names: dict[str, str]) -> None:
    """Longest first, and what can be done about the first that has no name."""
    title = row((Day(date.fromisoformat(answer.day)), f"({answer.zone})"), " ")
    if not answer.players:
        out.say(row((title, msg("no program ran that nobody named or installed")), ": "))
        return
    rows: list[tuple[Arg, ...]] = []
    for player, part in answer.players.items():
        who: Arg = called(names.get(player, player), player)
        for one in part.programs:
            rows.append((who, one.path or msg("others"), _length(one.seconds), one.named or "–"))
            who = ""
    out.table((msg("Player"), msg("Program"), msg("Ran"), msg("Game")), rows, title)
    found = ((player, one.path) for player, part in answer.players.items() for one in part.programs)
    player, path = next(((player, path) for player, path in found if path), ("", ""))
    if path:
        who = typed_as(names.get(player, player), player)
        game = whole(f"giochoi game add {new_game(path)} --exe {quote(path)}")
        other = whole(f"giochoi player set {who} --allow-program {quote(path)}")
        out.say(msg("if it is a game: {command}", command=game), 0, 2)
        out.say(msg("if it is no game: {command}", command=other), 0, 2)


def _of(day: date, context: Context) -> Usage:
    return ask(context.home.daemon_address, UsageGet(day=day.isoformat()))


def _alone(id_: str, usage: Usage) -> Usage:
    return msgspec.structs.replace(usage, players={one: part for one, part in usage.players.items() if one == id_})


def _asked(day: date | int, today: date) -> date:
    """Which day it is, by the place's clock. CommandError (2)."""
    asked = today - timedelta(days=day) if isinstance(day, int) else day
    if asked > today:
        days = {"day": asked.isoformat(), "today": today.isoformat()}
        raise CommandError(msg("--day: {day} has not come yet; today is {today}", **days))
    if asked < _EARLIEST:
        raise CommandError(msg("--day: {day} was before anything could be counted", day=asked.isoformat()))
    return asked


def _nothing(alone: str, names: dict[str, str]) -> Arg:
    """By nobody, or by the one who was asked about."""
    if not alone:
        return msg("nothing was played")
    return msg("{player} did not play", player=called(names.get(alone, alone), alone))


def _say(out: Output, usage: Usage, names: dict[str, str], alone: str) -> None:
    """`alone`: of this player only; "": of all."""
    title = row((Day(date.fromisoformat(usage.day)), f"({usage.zone})"), " ")
    if not usage.players:
        out.say(row((title, _nothing(alone, names)), ": "))
        return
    rows: list[tuple[Arg, ...]] = []
    for player, part in usage.players.items():
        rows.append((called(names.get(player, player), player), msg("all games"), _length(part.total_s)))
        games = sorted(part.games.items(), key=lambda item: -item[1])
        rows.extend(("", game_called(usage.titles.get(id_, ""), id_), _length(seconds)) for id_, seconds in games)
    out.table((msg("Player"), msg("Game"), msg("Played")), rows, title)


def _say_week(out: Output, days: Sequence[Usage], names: dict[str, str], alone: str) -> None:
    """The sum of each player, then the days on which they played."""
    first, last = (Day(date.fromisoformat(day.day)) for day in (days[-1], days[0]))
    out.head(row((msg("{first} to {last}", first=first, last=last), f"({days[0].zone})"), " "))
    played = {id_ for day in days for id_ in day.players}
    if not played:
        out.say(_nothing(alone, names), 2, 4)
    for player in sorted(played, key=lambda one: names.get(one, one)):
        total = sum(day.players[player].total_s for day in days if player in day.players)
        out.say(row((called(names.get(player, player), player), _length(total)), ": "))
        for day in days:
            if player in day.players:
                out.say(_played_on(day, player), 2, 4)


def _played_on(usage: Usage, player: str) -> Message:
    day, part = date.fromisoformat(usage.day), usage.players[player]
    games = sorted(part.games.items(), key=lambda item: -item[1])
    titles = {id_: game_title(id_, usage.titles.get(id_) or id_) for id_ in part.games}
    played = comma(msg("{game} {time}", game=titles[id_], time=_length(seconds)) for id_, seconds in games)
    told: dict[str, Arg] = {"weekday": Weekday(day.weekday()), "day": Day(day), "total": _length(part.total_s)}
    return msg("{weekday} {day}: {total} ({games})", games=played, **told)


def _length(seconds: float) -> Length:
    return Length(int(seconds * 1000))
