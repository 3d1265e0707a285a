"""How people call the kinds of entries that programs know by ids. Pure."""

from __future__ import annotations

from typing import Final

from i18n.message import Arg, Message, msg

KINDS: Final[dict[str, Arg]] = {
    "seat.enrolled": msg("PC enrolled"), "seat.named": msg("PC named"), "seat.retired": msg("PC retired"),
    "seat.start": msg("enforcing began"), "seat.stop": msg("enforcing ended"),
    "seat.powered": msg("when the PC was on before"),
    "presence": msg("PC was on"), "session.opened": msg("somebody logged on"), "session.closed": msg("logged off"),
    "place.changed": msg("place changed"), "policy.changed": msg("rules changed"),
    "guardian.changed": msg("guardians changed"),
    "staff.changed": msg("staff changed"), "checkin": msg("checked in at a PC"), "checkout": msg("checked out"),
    "play.started": msg("play began"), "warned": msg("reminder"), "play.due": msg("play has to end"),
    "play.ended": msg("play ended"), "play.ruled": msg("other rules for a play that goes on"),
    "launch.refused": msg("start refused"), "grant.given": msg("time given"),
    "grant.revoked": msg("given time taken back"), "request": msg("a player asked"), "answer": msg("a request was answered"),
    "pause": msg("play paused"), "resume": msg("pause over"), "enforcement.off": msg("nothing is limited"),
    "enforcement.on": msg("limits hold again"), "approval": msg("game let through"),
    "approval.ended": msg("game no longer let through"), "pin.failed": msg("wrong PIN or code"),
    "code.used": msg("code by telephone used"), "game.changed": msg("what the house says of a game"),
    "programs.changed": msg("what may run was changed"), "program.refused": msg("program refused"),
    "clock.jump": msg("clock changed"),
    "zone.changed": msg("time zone of the PC changed"), "issue.raised": msg("trouble began"),
    "issue.cleared": msg("trouble is over"), "usage.day": msg("summary of the day"), "seal": msg("seal"),
    "agent.tick": msg("agent was on"), "erasure": msg("personal data deleted"),
    "restored": msg("put back from a backup"), "pruned": msg("old entries deleted"),
}  # fmt: skip


def in_words(where: Arg) -> Arg:
    """What names an entry, with its kind as people call it."""
    if not isinstance(where, Message):
        return where
    args = {name: KINDS.get(one, one) if name == "kind" and isinstance(one, str) else in_words(one)
            for name, one in where.args.items()}  # fmt: skip
    return Message(where.id, args, where.plural)
