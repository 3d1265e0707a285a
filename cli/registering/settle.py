"""The end of every command that changes the registry: durable at the agent, then in force at this machine's daemon."""

from __future__ import annotations

from contextlib import suppress

from agent.api.answers import Done
from cli.context import Context
from daemon.api.messages import Sync
from host.rpc_client import ask
from host.transport import Unreachable
from host.wire import ApiError
from i18n.message import Arg, msg, said_by


def heard(context: Context) -> None:
    """The agent knows what was let through at this PC, before that is taken back there; if both run."""
    with suppress(ApiError, Unreachable):
        ask(context.home.daemon_address, Sync(number=0))


def settle(context: Context, done: Done, said: Arg, **more: object) -> int:
    """Wait until the daemon holds the roster with the change, and say so. `said` is what was done, `more` what the document has
    besides; returns the exit code.

    A daemon that does not run is no failure: it takes the newest roster when it starts. One that runs and does not follow is.
    """
    out, code = context.out, 0
    pending: Arg = ""
    try:
        ask(context.home.daemon_address, Sync(number=done.number))
    except Unreachable:
        pending = msg("in force when the daemon starts")
    except ApiError as error:
        code, pending = 1, msg("saved, but the daemon has not taken it over: {why}", why=said_by(error))
    named = {"name": done.name} if done.name else {}
    player = {} if done.player is None else {"player": done.player}
    answer = {"id": done.id, **named, **player, "number": done.number, "in_force": not pending, "notes": done.notes, **more}
    out.answer(answer, said)
    for text in (*done.notes, pending):
        if text:
            out.message(text)
    return code
