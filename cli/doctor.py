"""giochoi doctor: is everything enforced that should be? Exit code 1 if not."""

from __future__ import annotations

from argparse import Namespace

from cli.commands import Commands
from cli.context import Context
from cli.output import Output
from daemon.api.messages import Check, Doctor, DoctorGet
from host.clock import wall
from host.rpc_client import ask
from i18n.message import msg
from words.file_systems import in_words
from words.layout import row
from words.times import elsewhere


def add_to(commands: Commands) -> None:
    parser = commands.add("doctor", show, "", "--repair", looks=True)
    parser.takes("--repair", "", msg("mend what can be mended"))
    parser.takes("--agent-key", "FINGERPRINT", msg("with --repair: trust the new key of the agent"))


def show(args: Namespace, context: Context) -> int:
    if args.agent_key and not args.repair:
        args.parser.mistake(msg("--agent-key goes with --repair"))
    doctor = ask(context.home.daemon_address, DoctorGet(repair=args.repair, agent_key=args.agent_key))
    context.out.answer(doctor, lambda: _say(context.out, doctor))
    return 0 if all(check.ok for check in doctor.checks) else 1


def _say(out: Output, doctor: Doctor) -> None:
    for check in doctor.checks:
        out.say(row((_mark(check), check.text), " "), 0, 2)
    for line in (*elsewhere(doctor.place, doctor.zone, wall()), *in_words(doctor.file_systems)):
        out.say(row(("·", line), " "), 0, 2)


def _mark(check: Check) -> str:
    if check.note:
        return "·"
    return "✓" if check.ok else "✗"
