"""giochoi player set --unknown …: what is typed of it, and how `player list` shows it."""

from __future__ import annotations

from argparse import SUPPRESS, Namespace
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final, get_args

import msgspec

from agent.api.players import PlayerRow
from cli.context import Context
from cli.errors import CommandError
from cli.games.fingerprint import content
from cli.parser import Parser
from daemon.api.messages import ProgramsGet
from host.rpc_client import ask
from host.transport import Unreachable
from host.wire import ApiError
from i18n.message import Arg, comma, msg
from rules.games import Fingerprint
from rules.installed import LetProgram
from rules.programs import interpreter
from rules.unknown import Unknown
from words.verdicts import UNKNOWN_SHORT

OPTIONS: Final = ("--unknown", "--allow-program", "--disallow-program")
_ID_SHOWN: Final = 8
_DAYS: Final = 8  # for which the daemon keeps what ran
_OLDER: Final[dict[str, Unknown]] = {"on": "refused", "off": "listed"}


def options(parser: Parser) -> None:
    parser.takes("--unknown", "listed|counts|refused",
                 msg("programs that nobody named or installed: only listed, counted as one game, or refused"),
                 choices=get_args(Unknown), default=None)  # fmt: skip
    parser.add_argument("--only-installed", choices=tuple(_OLDER), help=SUPPRESS)
    parser.takes("--allow-program", "FILE", msg("this program runs too, by its content; of an interpreter: any script with it"),
                 action="append", default=[])  # fmt: skip
    parser.takes("--disallow-program", "FILE|ID", msg("no longer let through; the id is that of player list"),
                 action="append", default=[])  # fmt: skip


def asked(args: Namespace, context: Context) -> dict[str, Any]:
    """The fields of PlayerSet. CommandError (2)."""
    return {
        "unknown": args.unknown or _OLDER.get(args.only_installed, msgspec.UNSET),
        "allow": tuple(_let(path, context) for path in args.allow_program),
        "disallow": tuple(map(_id, args.disallow_program)),
    }


def said(player: PlayerRow) -> Arg:
    """What is done with the player's unknown programs, "" where they are only listed."""
    short = UNKNOWN_SHORT.get(player.unknown, "")
    if not short or not player.programs:
        return short
    others = [f"{one.name} ({one.sha256[:_ID_SHOWN]})" for one in player.programs]
    return msg("{setting}, but {programs}", setting=short, programs=comma(others))


def seen(path: str, context: Context) -> Fingerprint | None:
    """The file as the daemon saw it run in the last days: other users may not be able to read it."""
    try:
        return next((file for file in _ran(context) if file.path == path), None)
    except (ApiError, Unreachable):
        return None


def _ran(context: Context) -> Iterator[Fingerprint]:
    asked = ask(context.home.daemon_address, ProgramsGet())
    today = date.fromisoformat(asked.day)
    for ago in range(_DAYS):
        if ago:
            asked = ask(context.home.daemon_address, ProgramsGet(day=(today - timedelta(days=ago)).isoformat()))
        for player in asked.players.values():
            yield from (Fingerprint(one.path, one.size, one.id, one.build_id) for one in player.programs if one.id)


def _let(path: str, context: Context) -> LetProgram:
    try:
        found = content(Path(path))
    except CommandError:
        if (known := seen(path, context)) is None:
            raise
        found = known
    name = Path(found.path).name
    family = interpreter(name)
    if family == "loader":
        raise CommandError(msg("{path} starts any program: name the program itself", path=path))
    return LetProgram(
        name=name, sha256=found.sha256 or "", size=found.size, build_id=found.build_id, interpreter=family
    )  # fmt: skip


def _id(said: str) -> str:
    """A file that is there by its content, anything else as an id."""
    return (content(Path(said)).sha256 or "") if Path(said).expanduser().is_file() else said.lower()
