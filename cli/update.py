"""giochoi update: what is known of newer versions; the system installs one by it (`--install`, a task of Windows)."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from agent.api.seat import UpdateFetch, UpdateGet, Updates
from cli.commands import Commands
from cli.context import Context
from cli.errors import CommandError
from daemon.api.status import StatusGet
from host import VERSION, choose
from host.clock import wall
from host.publisher import shipped
from host.rpc_client import ask
from host.transport import Unreachable
from i18n.message import Arg, Moment, Words, comma, msg, said_by

if TYPE_CHECKING:
    from host.homes import Home

_NEWEST = msg("this is the newest version")
_NOWHERE = msg("nothing is looked for here: newer versions come with apt, or by opening a newer set-up")


def add_to(commands: Commands) -> None:
    parser = commands.add("update", run, "", "--fetch", looks=True)
    parser.takes("--fetch", "", msg("look now"))
    parser.takes("--install", "", msg("what the system does by itself every hour: install what was found, if nobody plays"))


def run(args: Namespace, context: Context) -> None:
    if args.install:
        _install(context)
        return
    known = ask(context.home.agent_address, UpdateFetch() if args.fetch else UpdateGet())
    context.out.answer(known, lambda: _say(known, context))
    if args.fetch and known.problem is not None:
        raise CommandError(msg("{url}: {why}", url=known.source or "", why=known.problem), code=1)


def _say(known: Updates, context: Context) -> None:
    for line in _lines(known):
        context.out.say(line, 0, 2)


def _lines(known: Updates) -> list[Words]:
    lines: list[Words] = [msg("Giờ Chơi {version}", version=known.version)]
    if known.source is None:
        return [*lines, _NOWHERE]
    if known.newer is not None:
        found = msg("version {version} was found; it is installed within an hour in which nobody plays", version=known.newer)
        lines.append(found)
    elif known.looked is not None and known.problem is None:
        lines.append(_NEWEST)
    if known.problem is not None:
        lines.append(msg("looking for a newer version failed: {why}", why=known.problem))
    if known.looked is None:
        return [*lines, msg("not yet looked at {url}", url=known.source)]
    return [*lines, msg("looked at {url}: {when}", url=known.source, when=Moment(known.looked))]


def _install(context: Context) -> None:
    source = shipped()
    if source is None:
        raise CommandError(_NOWHERE, code=1)
    if not choose.files().privileged():
        raise CommandError(msg("only the system and administrators install a newer version"), code=1)
    from host.updates.install import install, run_setup  # noqa: PLC0415 - what it needs of others is there on Windows only
    from host.updates.trusted import UpdateError  # noqa: PLC0415 - the same

    home = context.home
    try:
        version = install(home, source, VERSION, wall(), lambda: _playing(home), run_setup)
    except (UpdateError, OSError) as error:
        raise CommandError(msg("nothing is installed: {why}", why=said_by(error)), code=1) from error
    said = _NEWEST if version is None else msg("version {version} is being installed", version=version)
    context.out.answer({"installing": version}, said)


def _playing(home: Home) -> Arg | None:
    """Who plays, by the daemon's word; None also if there is no daemon: then nothing holds that an update could interrupt."""
    try:
        status = ask(home.daemon_address, StatusGet())
    except Unreachable:
        return None
    names = [player.name for player in status.players if any(game.running for game in player.games)]
    return comma(names) if names else None
