"""giochoi guardian: who may override, extend and approve."""

from __future__ import annotations

from argparse import Namespace

from agent.api.messages import GuardianAdd, GuardianList
from cli.commands import Commands
from cli.context import Context
from cli.registering.settle import settle
from host.rpc_client import ask
from i18n.message import msg


def add_to(commands: Commands) -> None:
    parser = commands.add("guardian add", add, "Bình", "Bình --account binh", about=msg("add a guardian"))
    parser.takes("name", "NAME", msg("what the guardian is called"))
    parser.takes("--account", "OSUSER", msg("the guardian's account on this PC"))
    commands.add("guardian list", show, "", "--json", about=msg("list the guardians"), looks=True)


def add(args: Namespace, context: Context) -> int:
    done = ask(context.home.agent_address, GuardianAdd(name=args.name, account=args.account))
    return settle(context, done, msg("{name} is a guardian now (id {id})", name=args.name, id=done.id))


def show(args: Namespace, context: Context) -> None:
    guardians = ask(context.home.agent_address, GuardianList()).guardians
    rows = ((guardian.id, guardian.name, guardian.account or "–") for guardian in guardians)
    columns = (msg("Id"), msg("Name"), msg("Account"))
    context.out.answer({"guardians": guardians}, lambda: context.out.table(columns, rows))
