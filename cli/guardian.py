"""giochoi guardian: who may override, extend and approve."""

from __future__ import annotations

from argparse import Namespace

from agent.api.messages import GuardianAdd, GuardianList
from cli.context import Context
from cli.parser import Commands, command, noun
from cli.registry import settle
from host.rpc_client import ask


def add_to(commands: Commands) -> None:
    verbs = noun(commands, "guardian", "người giám hộ / guardians")
    parser = command(verbs, "add", "thêm người giám hộ / add a guardian", add)
    parser.add_argument("name", metavar="NAME", help="tên / name")
    parser.add_argument("--account", metavar="OSUSER", help="tài khoản trên máy / account on this machine")
    command(verbs, "list", "xem danh sách / list guardians", show)


def add(args: Namespace, context: Context) -> int:
    done = ask(context.home.agent_address, GuardianAdd(name=args.name, account=args.account))
    return settle(
        context, done, f"đã thêm người giám hộ {args.name} (mã {done.id}) / guardian {args.name} added (id {done.id})"
    )


def show(args: Namespace, context: Context) -> int:
    guardians = ask(context.home.agent_address, GuardianList()).guardians
    if context.out.json:
        context.out.document({"guardians": guardians})
        return 0
    rows = ((guardian.id, guardian.name, guardian.account or "–") for guardian in guardians)
    context.out.table(("Mã / Id", "Tên / Name", "Tài khoản / Account"), rows)
    return 0
