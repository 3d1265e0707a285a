"""What an ordinary command or a file made laxer, each with the play under it: at a public place that needs a reason. Pure."""

from __future__ import annotations

from typing import Any, Final

from msgspec import UNSET

from compliance.entries.log import Erasure
from compliance.entries.place import GameChanged, PolicyChanged
from compliance.entries.play import PlayStarted
from compliance.entries.seat import SeatStart
from compliance.verifying.table.context import Context
from compliance.verifying.table.invariant import Breach, Found, Invariant
from i18n.message import Arg, msg

_ADULT: Final = 18


def _raised(context: Context, line: PolicyChanged) -> Found:
    """An age that was not known counts as the strictest, so whoever names one corrects it."""
    before, now = line.aged if line.aged is not UNSET else (None, None)
    if before is None or now is None or not before < now or before >= _ADULT:
        return False
    return Breach({"before": str(before), "now": str(now), "n": str(context.laxer.aged.get((line.target, now), 0))})


def _learning(context: Context, line: GameChanged) -> Found:
    if line.after is None or not line.after.learning or (line.before is not None and line.before.learning):
        return False
    before = context.laxer.before.get((line.game, line.seq), 0)
    return Breach({"game": line.game, "n": str(context.laxer.learning[line.game] - before)})


def _lately(_: Context, line: Erasure) -> Found:
    return line.days is not UNSET and line.days > 0 and Breach({"n": str(line.days)})


ROWS: Final = (
    Invariant("age-raised", "That the registered age of a minor was raised is told.", (PolicyChanged,), "pseudonym", _raised,
              msg("the registered age of a player was raised from {before} to {now}; plays under it that day: {n}",
                  before="", now="", n=""), "age-raised", each=True, late=True),
    Invariant("learning-on", "That play of a game counts no longer is told.", (GameChanged,), "game", _learning,
              msg("play of {game} does not count from here on; plays under it: {n}", game="", n=""), "learning-on", each=True,
              late=True),
    Invariant("erased-lately", "That somebody was erased who had just played is told.", (Erasure,), "pseudonym", _lately,
              msg("somebody was erased who had played on {n} of the last seven days", n=""), "erased-lately", each=True),
    Invariant("gate-off", "That a file switched the exec gate off is told.", (SeatStart,), "seat",
              lambda _, line: line.gate is not UNSET,
              msg("a file of the PC switched off that games are refused before they run"), "gate-off", each=True),
)  # fmt: skip


def _started(context: Context, _: Arg, line: PlayStarted) -> None:
    state = context.laxer
    if line.age is not None and (line.who, line.age) in state.aged:
        state.aged[line.who, line.age] += 1
    if line.learning is True:
        state.learning[line.game] += 1


def _aged(context: Context, _: Arg, line: PolicyChanged) -> None:
    if line.aged is not UNSET and line.aged[1] is not None:
        context.laxer.aged.setdefault((line.target, line.aged[1]), 0)


def _marked(context: Context, _: Arg, line: GameChanged) -> None:
    if line.after is not None and line.after.learning:
        context.laxer.before[line.game, line.seq] = context.laxer.learning[line.game]


LEARN: Final[dict[type, Any]] = {PlayStarted: _started, PolicyChanged: _aged, GameChanged: _marked}
