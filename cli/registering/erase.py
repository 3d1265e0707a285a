"""giochoi player export, player erase: what is kept about a person, and that nothing is any more."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable
from typing import Final

from agent.api import naming
from agent.api.players import PlayerErase, PlayerExport, PlayerList
from cli.commands import Commands
from cli.context import Context
from cli.given.asking import YES, confirm
from cli.given.files import answer, named, new_file, write_new
from cli.registering import ends
from cli.registering.settle import heard, settle
from host.rpc_client import ask, items
from i18n.message import msg
from words.layout import row

_PLAYER: Final = msg("name or id of the player, who may have been removed")


def add_to(commands: Commands) -> None:
    parser = commands.add("player export", export, "An an.json", "An an.html",
                          about=msg("write down all that is kept about a player"), looks=True)  # fmt: skip
    parser.takes("player", "PLAYER", _PLAYER)
    parser.takes("file", "FILE", msg("a file that does not exist yet; one that ends in .html is a page to read and print"),
                 type=new_file)  # fmt: skip
    parser = commands.add("player erase", erase, "An", "an --yes", about=msg("delete all that is kept about a player"))
    parser.takes("player", "PLAYER", _PLAYER)
    parser.takes("--yes", "", YES)


def export(args: Namespace, context: Context) -> None:
    pieces: Iterable[bytes] = (chunk.data for chunk in items(context.home.agent_address, PlayerExport(player=args.player)))
    if args.file.suffix.lower() == ".html":
        from cli.registering.person_page import page  # noqa: PLC0415 - only it needs packs and pages

        pieces = [page(b"".join(pieces), context)]
    size = write_new(args.file, pieces, secret=True, text=True)
    said = msg("{file}: {size} bytes, all that is kept about {name}", file=named(args.file), size=size, name=args.player)
    answer(context.out, args.file, {"bytes": size}, said)


def erase(args: Namespace, context: Context) -> int:
    question = msg(
        "Delete for good all that is kept about {name}: limits, time given, names and reasons beside the log? Nobody can bring "
        "it back. The log stays, without a name in it.",
        name=args.player,
    )  # fmt: skip
    player = naming.person(ask(context.home.agent_address, PlayerList()).players, args.player)  # None: one who was removed
    listed = (
        msg("Deleted for good of all that is kept about {name}:", name=args.player),
        *(() if player is None else ends.listed(player)),
        row(("·", msg("time that was given")), " "),
        row(("·", msg("names and reasons beside the log, which itself stays")), " "),
    )
    long = question if player is None else row((ends.question(player, context.out), question), " ")
    confirm(long, context, yes=args.yes, listed=listed, short=msg("Delete all of it? Nobody can bring it back."))
    heard(context)
    done = ask(context.home.agent_address, PlayerErase(player=args.player))
    said = msg("nothing is kept about {name} any more (id {id})", name=done.name, id=done.id)
    return settle(context, done, said if player is None else row((said, ends.done(player, context.out))))
