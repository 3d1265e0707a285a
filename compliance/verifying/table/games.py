"""What the house says of a game: whether it is let through, whether its play counts. Pure.

Seats go by the last list that they got, so what was said at some time may be gone by still.
"""

from __future__ import annotations

from typing import Any, Final

from compliance.entries.decision import LaunchRefused, PlayDue
from compliance.entries.override import Answered, Approval
from compliance.entries.place import GameChanged
from compliance.entries.play import PlayRuled, PlayStarted, UsageDay
from compliance.verifying.table.context import Context
from compliance.verifying.table.invariant import Found, Invariant
from i18n.message import Arg, msg


def _game(context: Context, line: Any) -> str | None:
    if not isinstance(line, PlayRuled):
        game: str = line.game
        return game
    play = context.running.running(line.seat, line.play)
    return None if play is None else play.game


def _unlearned(context: Context, line: PlayStarted | PlayRuled) -> Found:
    return line.learning is True and _game(context, line) not in {None, *context.learning}


def _unlet(context: Context, line: Any) -> Found:
    if line.approved is not True or (game := _game(context, line)) is None:
        return False
    return game not in context.let


def _nobody(context: Context, line: UsageDay) -> Found:
    """Extra time may be given at another place than a seat of this log."""
    return line.who not in context.people.persons and not any(one.grants for one in line.games.values())


ROWS: Final = (
    Invariant("learning", "The house said of a game whose play does not count that it does not.", (PlayStarted, PlayRuled),
              "game", _unlearned, msg("its play does not count, which no entry says of the game"), "learning", late=True),
    Invariant("approval", "A game that is taken as let through was let through.",
              (PlayStarted, PlayRuled, PlayDue, LaunchRefused), "game", _unlet,
              msg("it takes the game as let through, which no entry before it says"), "approval", late=True),
    Invariant("summed-somebody", "The day that is summed up is of somebody of whom another entry tells.", (UsageDay,),
              "pseudonym", _nobody, msg("it sums up the day of somebody of whom no other entry tells"), "usage-day",
              late=True),
)  # fmt: skip


def _changed(context: Context, _: Arg, line: GameChanged) -> None:
    if any(facts is not None and facts.learning for facts in (line.before, line.after)):
        context.learning.add(line.game)


def _approved(context: Context, _: Arg, line: Approval) -> None:
    context.let.add(line.game)


def _answered(context: Context, _: Arg, line: Answered) -> None:
    """Somebody said so at a seat, which goes by that until the agent has heard of it."""
    request = context.pairs.opened("request", line.id)
    if line.let and request is not None and request.game is not None:
        context.let.add(request.game)


LEARN: Final = {GameChanged: _changed, Approval: _approved, Answered: _answered}
