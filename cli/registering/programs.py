"""giochoi player set --only-installed …: what is typed of it, and how `player list` shows it."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any, Final

import msgspec

from agent.api.players import PlayerRow
from cli.errors import CommandError
from cli.games.fingerprint import content
from cli.parser import Parser
from i18n.message import Arg, comma, msg
from rules.installed import LetProgram
from rules.programs import interpreter

OPTIONS: Final = ("--only-installed", "--allow-program", "--disallow-program")
_ID_SHOWN: Final = 8


def options(parser: Parser) -> None:
    parser.takes("--only-installed", "on|off", msg("only programs that an administrator installed run in the player's account"),
                 choices=("on", "off"), default=None)  # fmt: skip
    parser.takes("--allow-program", "FILE", msg("this program runs too, by its content; of an interpreter: any script with it"),
                 action="append", default=[])  # fmt: skip
    parser.takes("--disallow-program", "FILE|ID", msg("no longer let through; the id is that of player list"),
                 action="append", default=[])  # fmt: skip


def asked(args: Namespace) -> dict[str, Any]:
    """The fields of PlayerSet. CommandError (2)."""
    return {
        "only_installed": msgspec.UNSET if args.only_installed is None else args.only_installed == "on",
        "allow": tuple(map(_let, args.allow_program)),
        "disallow": tuple(map(_id, args.disallow_program)),
    }


def said(player: PlayerRow) -> Arg:
    """What the player may run, "" for anything."""
    if not player.only_installed:
        return ""
    if not player.programs:
        return msg("installed programs only")
    others = [f"{one.name} ({one.sha256[:_ID_SHOWN]})" for one in player.programs]
    return msg("only installed programs, and {programs}", programs=comma(others))


def _let(path: str) -> LetProgram:
    found = content(Path(path))
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
