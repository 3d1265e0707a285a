"""giochoi backup, giochoi restore: this home in one file, and back. By files alone: no server has to run."""

from __future__ import annotations

import os
import secrets
import shutil
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from agent.api.rulebook import PlaceShow
from cli.commands import Commands
from cli.context import Context
from cli.errors import CommandError
from cli.given.asking import YES, confirm
from cli.given.files import answer, named, new_file, write_new
from host import backed_up, backup
from host.choose import files
from host.clock import wall
from host.homes import Home, HomeError, unwritable
from host.rpc_client import ask
from host.transport import Unreachable
from host.wire import ApiError
from i18n.message import Arg, Moment, comma, msg
from rules.packs.zones import zones

_PIECE: Final = 1 << 20
# What people call the folders of a home.
_ONLY: Final = {"agent": ("agent",), "seat": ("daemon",)}
_PARTS: Final[dict[str, Arg]] = {
    "agent": msg("the agent (players, limits, log)"), "daemon": msg("this PC (what was played, what waits for the agent)"),
}  # fmt: skip
_NEEDS_ROOT: Final = msg("this takes an administrator: run it as root (sudo), on Windows in an administrator's terminal")


def add_to(commands: Commands) -> None:
    parser = commands.add("backup", save, "giochoi-2026-11.zip", "/media/usb/giochoi.zip", looks=True)
    parser.takes("file", "FILE", msg("a file that does not exist yet, or - for standard output"), type=new_file)
    parser = commands.add("restore", put_back, "giochoi-2026-11.zip", "giochoi-2026-11.zip --only agent")
    parser.takes("file", "FILE", msg("a file that {command} made", command="giochoi backup"), type=Path)
    parser.takes("--only", "agent|seat", msg("the agent's part, or this PC's; without it: both"), choices=tuple(_ONLY))
    parser.takes("--yes", "", YES)


def save(args: Namespace, context: Context) -> None:
    if not os.path.lexists(context.home.root):
        raise CommandError(backup.nothing(context.home).message, code=1)
    zone = ""
    with suppress(Unreachable, ApiError):  # as of the moment that it is said to be of, once it is put back
        zone = ask(context.home.agent_address, PlaceShow()).zone
    try:
        with _room(context.home) as folder, backed_up.opened(backup.make(context.home, folder, wall(), zone)) as made:
            size = write_new(args.file, _pieces(made.path), secret=True)
            contents = made.contents
    except backed_up.BackupError as error:
        raise CommandError(error.message, code=1) from None
    told: dict[str, Arg] = {"file": named(args.file), "size": size}
    said = msg("{file}: {size} bytes; whoever has it can read names and sign this log: keep it safe", **told)
    if contents.bound():
        said = msg("{file}: {size} bytes; whoever has it can read names: keep it safe; it can be put back on this PC only, as "
                   "long as its system is not installed anew", **told)  # fmt: skip
    answer(context.out, args.file, {"bytes": size, "parts": contents.parts()}, said)


def put_back(args: Namespace, context: Context) -> None:
    try:
        with backed_up.opened(args.file) as held:
            contents = held.contents
            parts = contents.parts() if args.only is None else _ONLY[args.only]
            made = _said(contents)
            what = comma([_PARTS[part] for part in parts])
            question = msg("Put back {what} as of {when}? What happened since is lost here.", what=what, when=made)
            confirm(question, context, yes=args.yes)
            with _room(context.home) as folder:
                backup.restore(context.home, held, parts, folder)
    except backed_up.BackupError as error:
        raise CommandError(error.message, code=2 if isinstance(error, backed_up.BadBackupError) else 1) from None
    except HomeError as error:
        text = msg("{why}; giochoi-agent and giochoi-daemon have to be stopped meanwhile", why=error.message)
        raise CommandError(text, code=1) from None
    said = msg("put back as of {when}: {what}; now start giochoi-agent and giochoi-daemon again, and look with {command}",
               when=made, what=what, command="giochoi doctor")  # fmt: skip
    context.out.answer({"made": contents.made, "parts": parts}, said)


def _said(contents: backed_up.Contents) -> Arg:
    """In the place's zone, as everywhere; where the backup does not know it in this PC's, which is said."""
    if contents.zone in zones():
        return Moment(contents.made, contents.zone, show="full")
    here = datetime.fromtimestamp(contents.made / 1000, UTC).astimezone()
    return msg("{at} (UTC{offset})", at=Moment(contents.made, show="full"), offset=here.isoformat()[-6:])


@contextmanager
def _room(home: Home) -> Iterator[Path]:
    """A folder that nobody else reads, for as long as it is needed: in the home, where nobody else can put another in its
    place. CommandError.
    """
    folder = home.root / f".giochoi-{secrets.token_hex(8)}"
    try:
        files().prepare(home.root, 0o755)
        files().prepare(folder, 0o700)
    except OSError as error:
        if home.kind == "system" and not files().privileged():
            raise CommandError(_NEEDS_ROOT, code=1) from None
        raise CommandError(unwritable(home.root, error).message, code=1) from None
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece
