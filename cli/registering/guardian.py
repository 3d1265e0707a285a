"""giochoi guardian: who may override, extend and approve."""

from __future__ import annotations

from argparse import Namespace
from typing import Final

import msgspec

from agent.api import naming
from agent.api.messages import GuardianAdd, GuardianList, GuardianRemove, GuardianSet
from cli.commands import Commands
from cli.context import Context
from cli.given.asking import YES, confirm
from cli.given.values import some
from cli.registering.settle import settle
from host.rpc_client import ask
from i18n.message import comma, msg

_GUARDIAN: Final = msg("name or id of the guardian")


def add_to(commands: Commands) -> None:
    parser = commands.add("guardian add", add, "Bình", "Bình --account binh", about=msg("add a guardian"))
    parser.takes("name", "NAME", msg("what the guardian is called"))
    parser.takes("--account", "OSUSER", msg("the guardian's account on this PC"))
    parser = commands.add("guardian set", change, "Bình --account binh", "Bình --account none", about=msg("change a guardian"))
    parser.takes("guardian", "GUARDIAN", _GUARDIAN)
    parser.takes("--name", "NAME", msg("the new name"), default=msgspec.UNSET)
    parser.takes("--account", "OSUSER|none", msg("the guardian's account on this PC"), type=some, default=msgspec.UNSET)
    commands.add("guardian list", show, "", "--json", about=msg("list the guardians"), looks=True)
    parser = commands.add("guardian remove", remove, "Bình", "binh --yes",
                          about=msg("remove a guardian; the rights end at once"))  # fmt: skip
    parser.takes("guardian", "GUARDIAN", _GUARDIAN)
    parser.takes("--yes", "", YES)


def add(args: Namespace, context: Context) -> int:
    done = ask(context.home.agent_address, GuardianAdd(name=args.name, account=args.account))
    return settle(context, done, msg("{name} is a guardian now (id {id})", name=done.name, id=done.id))


def change(args: Namespace, context: Context) -> int:
    request = GuardianSet(guardian=args.guardian, name=args.name, account=args.account)
    if request == GuardianSet(guardian=args.guardian):
        args.parser.mistake(msg("nothing to change: name one of {options}", options=comma(("--name", "--account"))))
    done = ask(context.home.agent_address, request)
    return settle(context, done, msg("{name} is changed (id {id})", name=done.name, id=done.id))


def remove(args: Namespace, context: Context) -> int:
    row = naming.guardian(ask(context.home.agent_address, GuardianList()).guardians, args.guardian)
    confirm(msg("Remove the guardian {name} ({id})?", name=row.name, id=row.id), context, yes=args.yes)
    done = ask(context.home.agent_address, GuardianRemove(guardian=row.id))
    return settle(context, done, msg("{name} is no guardian any more (id {id})", name=done.name, id=done.id))


def show(args: Namespace, context: Context) -> None:
    guardians = ask(context.home.agent_address, GuardianList()).guardians
    rows = ((guardian.id, guardian.name, guardian.account or "–") for guardian in guardians)
    columns = (msg("Id"), msg("Name"), msg("Account"))
    context.out.answer({"guardians": guardians}, lambda: context.out.table(columns, rows))
