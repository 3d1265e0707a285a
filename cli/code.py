"""giochoi code: a guardian's code, told by telephone."""

from __future__ import annotations

from argparse import Namespace

from cli.commands import Commands
from cli.context import Context
from cli.given.values import some_minutes
from cli.grant import say
from cli.parser import PLAYER
from daemon.api.asking import CodeUse
from host.rpc_client import ask
from i18n.message import Length, msg


def add_to(commands: Commands) -> None:
    parser = commands.add("code", use, "An 492039", "An 492039 30")
    parser.takes("player", "PLAYER", PLAYER)
    parser.takes("digits", "DIGITS", msg("the six digits that the guardian's phone shows now"))
    parser.takes("ms", "MINUTES", msg("how many minutes at most; as many as were asked for, or 15, unless said"),
                 type=some_minutes, nargs="?")  # fmt: skip


def use(args: Namespace, context: Context) -> None:
    answer = ask(context.home.daemon_address, CodeUse(player=args.player, digits=args.digits, ms=args.ms))
    say(answer, context)
    if args.ms is not None and answer.ms is not None and answer.ms < args.ms:
        context.out.message(msg("a code gives no more than {most}", most=Length(answer.ms)))
