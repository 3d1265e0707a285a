"""giochoi player: whose play is counted."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from agent.api import naming
from agent.api.players import PlayerAdd, PlayerList, PlayerRemove, PlayerRow, PlayerSet
from cli.commands import Commands
from cli.context import Context
from cli.given.asking import YES, confirm
from cli.given.values import parse_born, some
from cli.registering import ends, erase, programs
from cli.registering.settle import heard, settle
from host.clock import wall
from host.rpc_client import ask
from i18n.message import Arg, comma, msg
from words import layout
from words.days import day_or
from words.limits import limits
from words.shell import typed_as, whole

_FURTHEST_EAST = timedelta(hours=14)
_BORN: Final = msg("date of birth, or the year alone: the younger age counts; none: not known, the strictest applies")
_ACCOUNT: Final = msg("the player's account on this PC")
_GUARDIAN: Final = msg("the player's guardian")
_PLAYER: Final = msg("name or id of the player")


def add_to(commands: Commands) -> None:
    parser = commands.add("player add", add, "An --born 2014-05-01 --account an",
                          "Chi --born 2012 --guardian Bình", about=msg("add a player"))  # fmt: skip
    parser.takes("name", "NAME", msg("what the player is called"))
    parser.takes("--born", "DATE|YEAR|none", _BORN, type=born, required=True)
    parser.takes("--account", "OSUSER", _ACCOUNT)
    parser.takes("--guardian", "NAME", _GUARDIAN)

    parser = commands.add("player set", change, "An --account an", "An --born 2014-05-01", "An --unknown refused",
                          "An --allow-program /home/an/bin/sums", about=msg("change a player"))  # fmt: skip
    parser.takes("player", "PLAYER", _PLAYER)
    parser.takes("--name", "NAME", msg("the new name"), default=msgspec.UNSET)
    parser.takes("--born", "DATE|YEAR|none", _BORN, type=born, default=msgspec.UNSET)
    parser.takes("--account", "OSUSER|none", _ACCOUNT, type=some, default=msgspec.UNSET)
    parser.takes("--guardian", "NAME|none", _GUARDIAN, type=some, default=msgspec.UNSET)
    programs.options(parser)

    commands.add("player list", show, "", "--json", about=msg("list the players"), looks=True)
    parser = commands.add("player remove", remove, "An", "an --yes", about=msg("remove a player; the log stays"))
    parser.takes("player", "PLAYER", _PLAYER)
    parser.takes("--yes", "", YES)
    erase.add_to(commands)


def born(text: str) -> str | None:
    """As the agent takes it; None for the word that takes it away. CommandError says what is wrong."""
    if text != "none":
        # The agent knows the date at the place. Here it is enough that it is in the past anywhere.
        return parse_born(text, (datetime.fromtimestamp(wall() / 1000, UTC) + _FURTHEST_EAST).date())
    return None


def add(args: Namespace, context: Context) -> int:
    request = PlayerAdd(name=args.name, born=args.born, account=args.account, guardian=args.guardian)
    done = ask(context.home.agent_address, request)
    code = settle(context, done, msg("{name} is added (id {id})", name=done.name, id=done.id))
    if args.account is None:
        command = whole(f"giochoi player set {typed_as(done.name, done.id)} --account …")
        said = msg("without an account no play is recognised as {name}'s: {command}", name=done.name, command=command)
        context.out.message(said)
    return code


def change(args: Namespace, context: Context) -> int:
    request = PlayerSet(
        player=args.player, name=args.name, born=args.born, account=args.account, guardian=args.guardian,
        **programs.asked(args, context),
    )  # fmt: skip
    if request == PlayerSet(player=args.player):
        options = comma(("--name", "--born", "--account", "--guardian", *programs.OPTIONS))
        args.parser.mistake(msg("nothing to change: name one of {options}", options=options))
    if request.disallow:
        heard(context)
    done = ask(context.home.agent_address, request)
    return settle(context, done, msg("{name} is changed (id {id})", name=done.name, id=done.id))


def remove(args: Namespace, context: Context) -> int:
    row = naming.player(ask(context.home.agent_address, PlayerList()).players, args.player)
    who = {"name": row.name, "id": row.id}
    said = msg("Remove {name} ({id})?", **who)
    if row.born:
        said = msg("Remove {name} ({id}), born {born}?", **who, born=day_or(row.born))
    ending = ends.listed(row)
    listed = (msg("Removed along with {name}:", name=row.name), *ending) if ending else ()
    confirm(layout.row((ends.question(row, context.out), said), " "), context, yes=args.yes, listed=listed, short=said)
    done = ask(context.home.agent_address, PlayerRemove(player=row.id))
    said = msg("{name} is removed (id {id}); the log stays", name=done.name, id=done.id)
    return settle(context, done, layout.row((said, ends.done(row, context.out))))


def show(args: Namespace, context: Context) -> None:
    players = ask(context.home.agent_address, PlayerList()).players
    columns = (msg("Id"), msg("Name"), msg("Born"), msg("Account"), msg("Guardians"), msg("Packs"), msg("Limits"))
    document = {"players": [_document(player) for player in players]}
    if not players and not context.out.json:
        command = whole("giochoi player add An --born 24/11/2014 --account an")
        context.out.say(msg("nobody is a player here yet; to begin with, type such as: {command}", command=command), 0, 2)
        return
    context.out.answer(document, lambda: context.out.table(columns, map(_row, players)))


def _row(player: PlayerRow) -> tuple[Arg, ...]:
    guardians, packs = ", ".join(player.guardians) or "–", ", ".join(player.uses) or "–"
    limited = limits(player.limits) if player.limits else "–"
    if player.unknown != "listed":
        limited = layout.row((limits(player.limits) if player.limits else "", programs.said(player)))
    born = day_or(player.born) if player.born else msg("not known")
    return (player.id, player.name, born, player.account or "–", guardians, packs, limited)


def _document(player: PlayerRow) -> dict[str, object]:
    limits = [{"game": limit.game, "day": limit.day, "minutes": limit.ms / 60_000} for limit in player.limits]
    return {**msgspec.structs.asdict(player), "limits": limits}
