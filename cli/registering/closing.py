"""giochoi place close and place open: closing before the hours end, and taking that back."""

from __future__ import annotations

from argparse import Namespace

from agent.api.rulebook import PlaceClose, PlaceOpen
from cli.commands import Commands
from cli.context import Context
from cli.given.values import parse_time
from cli.registering.settle import settle
from host.rpc_client import ask
from i18n.message import msg


def add_to(commands: Commands) -> None:
    parser = commands.add(
        "place close", close, "", "--at 20:30",
        about=msg("close a public place now: games end, sessions lock until the next opening hours"),
    )  # fmt: skip
    parser.takes("--at", "HH:MM", msg("at this time today instead of now"), type=parse_time)
    commands.add("place open", open_again, "", "--json", about=msg("take an early closing back: the place's hours hold again"))


def close(args: Namespace, context: Context) -> int:
    done = ask(context.home.agent_address, PlaceClose(at=args.at))
    now = msg("the place is closed")
    return settle(context, done, now if args.at is None else msg("the place closes before its hours end"))


def open_again(_: Namespace, context: Context) -> int:
    done = ask(context.home.agent_address, PlaceOpen())
    return settle(context, done, msg("the place keeps its own hours"))
