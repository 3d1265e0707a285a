"""The end of the first set-up: what holds now, for each child, and what does not hold yet."""

from __future__ import annotations

from cli import why
from cli.context import Context
from cli.errors import to_start
from cli.setup.interview import Child
from cli.words.layout import row
from cli.words.times import elsewhere
from daemon.api.messages import DoctorGet, WhyGet
from host.clock import wall
from host.rpc_client import ask
from host.transport import Unreachable
from host.wire import ApiError
from i18n.message import msg


def try_out(children: tuple[Child, ...], context: Context) -> int:
    """The exit code: 1 where something is not enforced."""
    out = context.out
    try:
        for child in children:
            out.line()
            why.say(out, ask(context.home.daemon_address, WhyGet(player=child.name)), brief=True)
        doctor = ask(context.home.daemon_address, DoctorGet())
    except (Unreachable, ApiError):
        program = to_start("giochoi-daemon", context.home)
        out.message(msg("Nothing holds yet: start {program}, then see: giochoi doctor", program=program))
        return 1
    out.line()
    missing = [one for one in doctor.checks if not one.ok]
    if missing:
        out.say(msg("What does not hold yet:"))
    for one in missing:
        out.say(row(("✗", one.text), " "), 2, 2)
    for line in elsewhere(doctor.place, doctor.zone, wall()):
        out.say(row(("·", line), " "), 0, 2)
    out.say(msg("More time today: giochoi grant. Who plays what: giochoi status. All of it again: giochoi help."))
    return 1 if missing else 0
