"""giochoi grant, grants, revoke: extra time."""

from __future__ import annotations

from argparse import Namespace

from agent.api.messages import GrantEvent
from cli.commands import Commands
from cli.context import Context
from cli.errors import CommandError
from cli.given.values import parse_minutes
from cli.parser import PLAYER
from daemon.api.messages import GrantAdd, GrantRevoke, GrantsGet, UsageGet
from host.rpc_client import ask
from i18n.message import Arg, Length, Moment, msg
from rules.calendar import rfc3339


def add_to(commands: Commands) -> None:
    parser = commands.add("grant", grant, "An 15", 'An 15 --game luanti --reason "homework is done"')
    parser.takes("player", "PLAYER", PLAYER)
    parser.takes("ms", "MINUTES", msg("how many minutes more"), type=some_minutes)
    parser.takes("--game", "ID", msg("for this game only"))
    parser.takes("--reason", "TEXT", msg("why; the log keeps it"), default="")
    commands.add("grants", show, "", "--json", looks=True)
    parser = commands.add("revoke", revoke, "27173fa3", "27173fa3 --json")
    parser.takes("id", "GRANT", msg("the id that giochoi grants shows"))


def some_minutes(text: str) -> int:
    ms = parse_minutes(text)
    if ms == 0:
        raise CommandError(msg("it must be more than 0 minutes"))
    return ms


def grant(args: Namespace, context: Context) -> None:
    request = GrantAdd(player=args.player, ms=args.ms, game=args.game, reason=args.reason)
    added = ask(context.home.daemon_address, request)
    more = Length(args.ms, exact=True)
    said = msg("{player}: {length} more today (id {id})", player=args.player, length=more, id=added.id)
    context.out.answer({"id": added.id}, said)


def revoke(args: Namespace, context: Context) -> None:
    ask(context.home.daemon_address, GrantRevoke(id=args.id))
    context.out.answer({"id": args.id}, msg("{id} is taken back", id=args.id))


def show(args: Namespace, context: Context) -> None:
    grants = ask(context.home.daemon_address, GrantsGet()).grants
    zone = ask(context.home.daemon_address, UsageGet()).zone
    columns = (msg("Id"), msg("Player"), msg("More"), msg("Game"), msg("When"), msg("Who"), msg("Why"), "")
    rows = (_row(event, zone) for event in sorted(grants, key=lambda event: event.given))
    document = {"grants": [_document(event, zone) for event in grants]}
    context.out.answer(document, lambda: context.out.table(columns, rows))


def _row(event: GrantEvent, zone: str) -> tuple[Arg, ...]:
    revoked = msg("taken back") if event.revoked is not None else ""
    game, given = event.game or msg("all games"), Moment(event.given, zone)
    return (event.id, event.player, Length(event.ms, exact=True), game, given, event.who, event.reason, revoked)


def _document(event: GrantEvent, zone: str) -> dict[str, object]:
    return {
        "id": event.id, "player": event.player, "by": event.by, "who": event.who, "minutes": event.ms / 60_000,
        "game": event.game, "given": rfc3339(event.given, zone), "reason": event.reason,
        "revoked": None if event.revoked is None else rfc3339(event.revoked, zone),
    }  # fmt: skip
