"""giochoi pause, resume, off: what goes before the rules for a while, and how it ends."""

from __future__ import annotations

from argparse import Namespace
from datetime import date
from typing import Final

from agent.api.naming import GUEST
from cli.commands import Commands
from cli.context import Context
from cli.given.proving import proof, takes_proof
from cli.given.until import Until, parse_until
from cli.given.values import parse_minutes
from daemon.api.asking import Off, Pause, Paused, PausedPart, Resume
from daemon.api.messages import GrantAnswer, Outlook, UsageGet
from host.clock import wall
from host.rpc_client import ask
from i18n.catalogue import at
from i18n.message import Arg, Day, Message, Moment, Weekday, msg
from rules.calendar import calendar, rfc3339
from words.extra_time import called, stands
from words.shell import typed_as, whole

ALL: Final = "all"
_WHO: Final = msg("name or id of a player, guest, or all")


def add_to(commands: Commands) -> None:
    about = msg("let a player, or all, play nothing for a while; what runs has a minute, and its time to save")
    dinner = msg('giochoi pause all --until 20:00 --reason "dinner"')
    parser = commands.add("pause", pause, "An", "An --until 20:00", dinner, "An --until fri", about=about)
    parser.takes("player", "PLAYER", _WHO)
    until = msg("until when: a time of today, or a day: fri, t6, tomorrow or 24/11/2026, with a time or from its first minute; "
                "else until giochoi resume")
    parser.takes("--until", "HH:MM", until, type=parse_until)
    parser.takes("--reason", "TEXT", msg("why; the log keeps it"), default="")
    takes_proof(parser)
    parser = commands.add("resume", resume, "An", "all")
    parser.takes("player", "PLAYER", _WHO)
    takes_proof(parser)
    about = msg("limit nothing for so many minutes, at home; play is still counted, and the log keeps who wanted it and why")
    parser = commands.add("off", off, msg('giochoi off 60 --reason "birthday"'), "0", about=about)
    parser.takes("ms", "MINUTES", msg("how many minutes; 0: limits hold again"), type=parse_minutes)
    parser.takes("--reason", "TEXT", msg("why; the log keeps it"), default="")


def pause(args: Namespace, context: Context) -> None:
    until, token = _moment(args.until, context), proof(args, context)
    request = Pause(player=_player(args.player), until=until, reason=args.reason, token=token)
    answer = ask(context.home.daemon_address, request)
    context.out.answer(_document(answer), lambda: _say_paused(answer, args.player, context))


def resume(args: Namespace, context: Context) -> None:
    answer = ask(context.home.daemon_address, Resume(player=_player(args.player), token=proof(args, context)))
    context.out.answer(_document(answer), lambda: _say_resumed(answer, context))


def off(args: Namespace, context: Context) -> None:
    answer = ask(context.home.daemon_address, Off(ms=args.ms, reason=args.reason))
    if answer.until is not None:
        told: dict[str, Arg] = {"until": Moment(answer.until, answer.zone), "command": whole("giochoi off 0")}
        said = msg("nothing is limited until {until}; to end that: {command}", **told)
    else:
        said = msg("limits hold again") if answer.changed else msg("nothing changes: limits hold")
    until = None if answer.until is None else rfc3339(answer.until, answer.zone)
    context.out.answer({"until": until}, lambda: context.out.say(said, 0, 2))


def _player(name: str) -> str | None:
    return None if name == ALL else name


def _moment(until: Until | None, context: Context) -> int | None:
    """By the place's clock, which the daemon has."""
    if until is None or until.at is not None:
        return None if until is None else until.at
    today = ask(context.home.daemon_address, UsageGet())
    day = until.day_after(date.fromisoformat(today.day))
    return calendar(today.zone).moment(day.toordinal(), until.of_day)


def _say_paused(answer: Paused, meant: str, context: Context) -> None:
    """What holds now, which may be another pause than this one, and what held before."""
    for one in answer.players:
        if one.paused:
            said = _paused(one, answer)
            context.out.say(said if answer.changed else msg("nothing changes: {said}", said=said), 0, 2)
        if one.longer:
            alone = msg("that is a pause of {player} alone, which goes on for longer", player=called(one.name, one.id))
            context.out.say(alone if meant == ALL else msg("that is a pause of all, which goes on for longer"), 2, 2)
    if answer.instead is not None:
        context.out.say(_instead(answer.instead.until, answer.zone), 0, 2)


def _ends(until: int, zone: str) -> Arg:
    """A moment of today as a time; of another day with that, and with the day of the week that was perhaps typed."""
    when, moment = at(until, zone), Moment(until, zone)
    if when.date() == at(wall(), zone).date():
        return moment
    told: dict[str, Arg] = {"weekday": Weekday(when.weekday()), "day": Day(when.date()), "time": Moment(until, zone, "time")}
    if (when.hour, when.minute) == (0, 0):
        return msg("{weekday} {day} at 0:00", **told)
    return msg("{time} on {weekday} {day}", **told)


def _instead(until: int | None, zone: str) -> Message:
    if until is None:
        return msg("this takes the place of a pause without an end")
    return msg("this takes the place of the pause until {until}", until=Moment(until, zone))


def _paused(one: PausedPart, answer: Paused) -> Message:
    who = called(one.name, one.id)
    command = whole(f"giochoi resume {GUEST if one.id == GUEST else typed_as(one.name, one.id)}")
    if one.until is None:
        return msg("{player} is paused; to end that: {command}", player=who, command=command)
    until = _ends(one.until, answer.zone)
    return msg("{player} is paused until {until}; to end that sooner: {command}", player=who, until=until, command=command)


def _say_resumed(answer: Paused, context: Context) -> None:
    """What follows: of all, only of those who are registered."""
    if not answer.changed:
        context.out.say(msg("nothing changes: nobody was paused") if len(answer.players) != 1 else _was_not(answer), 0, 2)
        return
    for one in answer.players:
        if one.after is not None and (one.id != GUEST or len(answer.players) == 1):
            context.out.say(_follows(one, one.after, answer.zone), 0, 2)


def _was_not(answer: Paused) -> Message:
    (one,) = answer.players
    return msg("nothing changes: {player} was not paused", player=called(one.name, one.id))


def _follows(one: PausedPart, after: Outlook, zone: str) -> Message:
    """As after a grant."""
    return stands(GrantAnswer(
        id=None, player=one.id, name=one.name, game=one.game, zone=zone, before=after, after=after, still=False,
        title=one.title,
    ))  # fmt: skip


def _document(answer: Paused) -> dict[str, object]:
    """`paused` as in status: null, or until when; so is `instead`, where this took the place of another."""
    players = [
        {"id": one.id, "name": one.name,
         "paused": _end(one.until, answer.zone) if one.paused else None}
        for one in answer.players
    ]  # fmt: skip
    document: dict[str, object] = {"players": players, "changed": answer.changed}
    if answer.instead is not None:
        document["instead"] = _end(answer.instead.until, answer.zone)
    return document


def _end(until: int | None, zone: str) -> str:
    return "" if until is None else rfc3339(until, zone)
