"""giochoi grant, extend, grants, revoke: extra time, and what follows from it."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable
from datetime import datetime
from typing import Final

import msgspec

from agent.api.roster import GrantEvent
from cli.commands import Commands
from cli.context import Context
from cli.given.asking import confirm, terminal
from cli.given.players import only
from cli.given.proving import proof, takes_proof
from cli.given.values import parse_time, some_minutes
from cli.output import Output
from cli.parser import PLAYER, Parser
from daemon.api.messages import GrantAdd, GrantAnswer, GrantExtend, GrantRevoke, Grants, GrantsGet, Outlook
from daemon.api.status import StatusGet
from host.clock import wall
from host.rpc_client import ask
from i18n.message import Arg, Length, Moment, msg
from rules.calendar import rfc3339
from words.extra_time import beside, called, follows
from words.game_titles import game_called
from words.layout import row

_PROVED: Final[dict[str, Arg]] = {"pin": msg("by PIN"), "code": msg("by a code by telephone")}
_FAR_MS = 3 * 3_600_000


def add_to(commands: Commands) -> None:
    about = msg("give more time today; hours and breaks are put off only for as long, from now on; past them: giochoi extend")
    done = msg('giochoi grant An 15 --game luanti --reason "homework is done"')
    parser = commands.add("grant", grant, "An 15", done, about=about)
    parser.takes("player", "PLAYER", msg("a player, guest, or the PC where they were checked in"))
    parser.takes("ms", "MINUTES", msg("how many minutes more"), type=some_minutes)
    _for_what(parser)
    takes_proof(parser)
    parser = commands.add("extend", extend, "An --until 21:30", "An --until 21:30 --game luanti")
    parser.takes("player", "PLAYER", PLAYER)
    parser.takes("--until", "HH:MM", msg("until when today play may go on"), type=parse_time, required=True)
    _for_what(parser)
    takes_proof(parser)
    commands.add("grants", show, "", "An", "--json", looks=True).takes("player", "PLAYER", PLAYER, nargs="?")
    parser = commands.add("revoke", revoke, "27173fa3", "27173fa3 --json")
    parser.takes("id", "GRANT", msg("the id that giochoi grants shows"))
    takes_proof(parser)


def _for_what(parser: Parser) -> None:
    parser.takes("--game", "ID", msg("for this game only"))
    parser.takes("--reason", "TEXT", msg("why; the log keeps it"), default="")


def grant(args: Namespace, context: Context) -> None:
    request = GrantAdd(
        player=args.player, ms=args.ms, game=args.game, reason=args.reason, token=proof(args, context)
    )
    say(ask(context.home.daemon_address, request), context)


def extend(args: Namespace, context: Context) -> None:
    if terminal():
        _far(args.until, context)
    request = GrantExtend(
        player=args.player, until=args.until, game=args.game, reason=args.reason, token=proof(args, context)
    )
    say(ask(context.home.daemon_address, request), context)


def _far(until: int, context: Context) -> None:
    """Ask whether a time was meant that is hours away: 21:10 for 01:10 is soon typed. CommandError: it was not."""
    here = datetime.fromisoformat(ask(context.home.daemon_address, StatusGet()).daemon.since).tzinfo
    now = datetime.fromtimestamp(wall() / 1000, here)
    left = until - ((now.hour * 60 + now.minute) * 60 + now.second) * 1000
    if left > _FAR_MS:
        confirm(msg("Play could go on for {length} from now. Is that meant?", length=Length(left)), context, yes=False)


def say(answer: GrantAnswer, context: Context) -> None:
    context.out.answer(document(answer), lambda: say_given(answer, context.out))


def say_given(answer: GrantAnswer, out: Output) -> None:
    out.say(follows(answer), 0, 2)
    for line in beside(answer):
        out.say(line, 0, 2)
    if answer.id is not None:
        out.say(msg("to take it back: {command}", command=f"giochoi revoke {answer.id}"))


def revoke(args: Namespace, context: Context) -> None:
    answer = ask(context.home.daemon_address, GrantRevoke(id=args.id, token=proof(args, context)))
    told = {"id": args.id, "said": follows(answer)}
    said = msg("{id} was taken back before: {said}", **told) if answer.again else msg("{id} is taken back: {said}", **told)
    context.out.answer(document(answer), lambda: context.out.say(said, 0, 2))


def document(answer: GrantAnswer) -> dict[str, object]:
    """As the contract has it, with the game that it is about."""
    after = answer.after
    return {
        "id": answer.id, "player": {"id": answer.player, "name": answer.name}, "game": answer.game,
        "until": None if answer.at else _end(after, answer.zone),
        "before": None if answer.at else _end(answer.before, answer.zone),
        "still": {"rule": after.rule, "text": after.text} if answer.still and not answer.at else None,
        "at": answer.at or None,
    }  # fmt: skip


def _end(outlook: Outlook, zone: str) -> str | None:
    """When play ends; None if nothing ends it, or nobody may play."""
    return rfc3339(outlook.until, zone) if outlook.verdict == "allow" and outlook.until is not None else None


def show(args: Namespace, context: Context) -> None:
    told = ask(context.home.daemon_address, GrantsGet())
    if args.player is not None:
        id_ = only(args.player, {event.player for event in told.grants}, ask(context.home.daemon_address, StatusGet()).players)
        told = msgspec.structs.replace(told, grants=tuple(event for event in told.grants if event.player == id_))
    grants = sorted(told.grants, key=lambda event: event.given)
    listed = {"grants": [_document(event, told) for event in told.grants]}
    context.out.answer(listed, lambda: _list(context.out, grants, told))


def _list(out: Output, grants: Iterable[GrantEvent], told: Grants) -> None:
    """One after the other; what was given as a reason stands below."""
    for event in grants:
        more = Length(event.ms if event.ms < 1000 else event.ms // 1000 * 1000, exact=True)
        now = msg("counts") if event.id in told.counting else msg("over") if event.revoked is None else msg("taken back")
        player = called(told.names.get(event.player, event.player), event.player)
        game, given = _for(event, told) or msg("all games"), Moment(event.given, told.zone)
        out.say(row((event.id, player, game, more, given, now, _who(event)), " · "), 0, 4)
        if event.reason:
            out.say(event.reason, 4)
    if not told.grants:
        out.say(msg("no time was given"))


def _for(event: GrantEvent, told: Grants) -> Arg:
    return game_called(told.titles.get(event.game or "", ""), event.game)


def _who(event: GrantEvent) -> Arg:
    return row((event.who, _PROVED[event.how]), ", ") if event.how in _PROVED else event.who


def _document(event: GrantEvent, told: Grants) -> dict[str, object]:
    return {
        "id": event.id, "player": event.player, "name": told.names.get(event.player), "by": event.by, "who": event.who,
        "how": event.how, "minutes": event.ms / 60_000, "game": event.game, "given": rfc3339(event.given, told.zone),
        "reason": event.reason, "revoked": None if event.revoked is None else rfc3339(event.revoked, told.zone),
        "counts": event.id in told.counting, "request": event.request or None,
    }  # fmt: skip
