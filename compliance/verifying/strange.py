"""What an inspector should know of a PC's clock, and of guessing. Pure."""

from __future__ import annotations

from typing import TypeAlias

from compliance.entries.override import PinFailed
from compliance.entries.seat import ClockJump, ZoneChanged
from compliance.verifying.report import Finding
from i18n.message import Arg, Length, Message, msg

Strange: TypeAlias = ClockJump | ZoneChanged | PinFailed


def strange(where: Arg, line: Strange) -> Finding | None:
    """None of a wrong PIN that locked nothing."""
    if isinstance(line, ClockJump):
        return Finding("clock-jump", where, _jumped(line.to - line.expected))
    if isinstance(line, ZoneChanged):
        zones = {"before": line.before, "after": line.after}
        return Finding("zone", where, msg("the time zone of the PC was changed: {before} → {after}", **zones))
    if line.locked is None:
        return None
    return Finding("guessing", where, msg("PINs or codes were guessed wrong {n} times at an account", n=line.tries))


def _jumped(ms: int) -> Message:
    if ms < 0:
        return msg("the clock jumped back by {length}", length=Length(-ms, exact=True))
    return msg("the clock jumped ahead by {length}", length=Length(ms, exact=True))
