"""giochoi simulate: what other rules would have done to play that was recorded."""

from __future__ import annotations

import typing
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from agent.api.log import LogExport
from agent.api.players import PlayerDays, PlayerNames
from cli.commands import Commands
from cli.context import Context
from cli.errors import CommandError
from cli.given.files import read_bytes
from cli.given.packs import named
from cli.parser import PACK
from cli.simulate.days import Result, result
from cli.simulate.from_log import from_bundle
from cli.simulate.report import document, show
from compliance.bundle import Bundle, BundleError, parse
from compliance.verifying.report import Report
from host.rpc_client import ask, items
from i18n.message import Arg, msg, said_by
from rules.packs.zones import known_zone
from rules.policy import Pack, Place, combine
from rules.replay import replay
from words.rules_in_sentences import in_force

_ZIP = b"PK"
_BEGINNING = 4096  # bytes
_LIVE = "agent"


def add_to(commands: Commands) -> None:
    parser = commands.add("simulate", simulate, "An --pack home-balanced --from agent",
                          "An --pack vn-147 --pack home-weekend --from log.zip", looks=True)  # fmt: skip
    parser.takes("player", "PLAYER", msg("name or id of a player, guest, or a pseudonym of the log"))
    parser.takes("--pack", "PACK[:key=value]", PACK, action="append", required=True, dest="packs")
    parser.takes("--from", "LOG", msg("a file of giochoi log export; -: from stdin; agent: the log of this PC"),
                 required=True, dest="source")  # fmt: skip
    parser.takes("--born", "DATE|YEAR", msg("date or year of birth"))
    parser.takes("--place", "PLACE", msg("another place than recorded: home, game-point or agent-without-games"),
                 choices=typing.get_args(Place))  # fmt: skip
    parser.takes("--zone", "AREA/CITY", msg("the time zone of the days shown"), type=known_zone)


def simulate(args: Namespace, context: Context) -> None:
    packs = [named(argument).parsed() for argument in args.packs]
    recorded = from_bundle(_bundle(args.source, context), args, lambda *about: _who_is(context, args.player, *about))
    policy, zone = combine(packs), recorded.zone
    found = result(replay(policy, recorded.plays, recorded.setting), zone)
    given = None
    if recorded.setting.grants:
        without = replace(recorded.setting, grants=())
        given = max(0, found.total.kept_ms - result(replay(policy, recorded.plays, without), zone).total.kept_ms)
    for note in (*recorded.notes, *_not_in_force(packs, found)):
        context.out.message(note)
    context.out.answer(document(found, recorded, packs, given), lambda: show(context.out, found, recorded, packs, given))


def _not_in_force(packs: list[Pack], found: Result) -> Iterator[Arg]:
    """A pack of another time cuts nothing, and that has to be said."""
    for pack in packs:
        begins, ends = pack.effective_from or date.min, pack.effective_to or date.max
        if found.days and (found.days[-1].day < begins or found.days[0].day >= ends):
            yield msg("pack {id} is not in force on these days, only {dates}", id=pack.id, dates=in_force(pack))


def _bundle(source: str, context: Context) -> Bundle:
    """What the file is, or the log of this machine as its agent would export it."""
    try:
        if source != _LIVE:
            return parse(_read(source))
        return parse(b"".join(chunk.data for chunk in items(context.home.agent_address, LogExport())))
    except BundleError as error:
        raise CommandError(msg("{file}: {why}", file=source, why=said_by(error))) from None


def _read(source: str) -> bytes:
    """A bundle whole; of anything else the beginning, which tells what it is: a device has no end."""
    begin = read_bytes(source, _BEGINNING)
    if not begin.startswith(_ZIP):
        return begin
    return begin + read_bytes(source) if source == "-" else read_bytes(source)


def _who_is(context: Context, player: str, report: Report, first: date, last: date) -> PlayerNames:
    """Ask this machine's agent, if the log is its own."""
    told = ask(context.home.agent_address, PlayerDays(player=player, first=first, last=last))
    if told.key != report.key:
        raise CommandError(
            msg("this log is that of another agent, {origin}, so who is {player} in it is not known here; name a pseudonym",
                origin=report.origin, player=player)
        )  # fmt: skip
    return told
