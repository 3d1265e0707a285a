"""giochoi doctor: is everything enforced that should be? Exit code 1 if not."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Sequence

from cli.commands import Commands
from cli.context import Context
from cli.output import Output
from daemon.api.messages import Check, Doctor, DoctorGet, FileSystem
from host.clock import wall
from host.rpc_client import ask
from i18n.message import Message, comma, msg
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
    for line in (*elsewhere(doctor.place, doctor.zone, wall()), *_file_systems(doctor.file_systems)):
        out.say(row(("·", line), " "), 0, 2)


def _mark(check: Check) -> str:
    if check.note:
        return "·"
    return "✓" if check.ok else "✗"


def _file_systems(found: Sequence[FileSystem]) -> Iterator[Message]:
    """A line for each from which a game can start, one for all others."""
    for one in found:
        told = {"path": one.path, "kind": one.kind}
        if one.watched == "asked":
            yield msg("{path} ({kind}): a game there is refused before it runs", **told)
        elif one.watched == "ended":
            yield msg("{path} ({kind}): a game there is ended right after its start", **told)
    if still := [one.path for one in found if one.watched == "never"]:
        yield msg("nothing can start from: {paths} (mounted with noexec)", paths=comma(still))
