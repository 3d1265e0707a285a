"""giochoi doctor: is everything enforced that should be? Exit code 1 if not."""

from __future__ import annotations

from argparse import Namespace

from cli.context import Context
from cli.parser import Commands, command
from daemon.api.messages import DoctorGet
from host.rpc_client import ask


def add_to(commands: Commands) -> None:
    parser = command(commands, "doctor", "mọi thứ có đang được áp dụng không / is everything enforced that should be", show)
    parser.add_argument("--repair", action="store_true", help="sửa những gì sửa được / mend what can be mended")
    parser.add_argument(
        "--agent-key",
        metavar="FINGERPRINT",
        dest="agent_key",
        help="cùng --repair: tin khóa mới của đại lý / with --repair: trust the agent's new key",
    )


def show(args: Namespace, context: Context) -> int:
    if args.agent_key and not args.repair:
        args.parser.error("--agent-key cần --repair / needs --repair")
    doctor = ask(context.home.daemon_address, DoctorGet(repair=args.repair, agent_key=args.agent_key))
    if context.out.json:
        context.out.document(doctor)
    else:
        for check in doctor.checks:
            context.out.say(f"{'✓' if check.ok else '✗'} {check.id}: {check.text}", 0, 2)
    return 0 if all(check.ok for check in doctor.checks) else 1
