"""Whether what players were told goes with their plays, and each play that was told to end was due. Pure."""

from __future__ import annotations

from itertools import islice
from typing import Final

from msgspec import UNSET

from compliance.entries.decision import Decided, LaunchRefused, PlayDue
from compliance.entries.play import PlayEnded, PlayStarted, Warned
from compliance.verifying.report import NOWHERE
from compliance.verifying.table.context import Context, Warnable
from compliance.verifying.table.invariant import Found, Invariant
from i18n.message import Arg, msg

_NEWS_MS: Final = 90_000  # nobody is warned who was refused at once
_KEPT: Final = 64  # ended plays of a seat, at least, of which a warning may still come


def _no_play(context: Context, line: Warned) -> Found:
    seat = context.warnings[line.seat]
    play = seat.of(line)
    if play is None:
        return bool(line.play) and not (seat.over and line.play < min(seat.over))  # it was not kept so long
    return (line.who, line.game) != (play.who, play.game)


def _how(context: Context, line: Warned) -> Found:
    """A display shows it somehow, as seats say that tell what bound plays; and what the law wants told ends nothing."""
    if context.ended and line.rule in context.warnings[line.seat].rules:
        return True
    if not context.ended and line.rule is not None and line.rule not in context.warnings[line.seat].told:
        return True
    if (line.left is None) is (line.rule is None) or (line.how is not UNSET and not line.shown):
        return True
    play = context.warnings[line.seat].of(line)
    return play is not None and line.shown and line.how is UNSET and play.tells


def _often(context: Context, line: PlayEnded) -> Found:
    play = context.warnings[line.seat].plays.get(line.play)
    return play is not None and play.seen and line.warned is not UNSET and line.warned != play.told


def _not_due(context: Context, line: PlayEnded) -> Found:
    play = context.warnings[line.seat].plays.get(line.play)
    return line.how in {"asked", "killed"} and play is not None and not play.due and play.tells and not play.resumed


ROWS: Final = (
    Invariant("warned-play", "A warning is of a play of its seat, its player and its game.", (Warned,), "seat, play", _no_play,
              msg("it is of no play of its seat"), "warned"),
    Invariant("warned-how", "A warning says either what is left or by which rule, which ends no play, and how it was shown.",
              (Warned,), "entry", _how, msg("what it told, or how, does not go together"), "warned", late=True),
    Invariant("warned-count", "The end of a play says how often it was warned.", (PlayEnded,), "seat, play", _often,
              msg("it says that its player was warned more or less often than entries tell"), "warned"),
    Invariant("ended-was-due", "A play that was told to end was due.", (PlayEnded,), "seat, play", _not_due,
              msg("a play was told to end, and no entry says that it was due"), "warned"),
)  # fmt: skip


def _started(context: Context, where: Arg, line: PlayStarted) -> None:
    seen = where != NOWHERE
    tells = seen and line.bound is not UNSET and line.wall - line.since <= _NEWS_MS
    context.warnings[line.seat].plays[line.seq] = Warnable(
        line.who, line.game, tells, line.resumed is not None, seen
    )  # fmt: skip


def _warned(context: Context, _: Arg, line: Warned) -> None:
    seat = context.warnings[line.seat]
    if line.rule is not None:
        seat.told.add(line.rule)
    if (play := seat.of(line)) is not None:
        play.told += 1


def _decided(context: Context, _: Arg, line: Decided) -> None:
    seat = context.warnings[line.seat]
    seat.rules.add(line.rule)
    if isinstance(line, PlayDue) and (play := seat.plays.get(line.play)) is not None:
        play.due = True


def _ended(context: Context, _: Arg, line: PlayEnded) -> None:
    seat = context.warnings[line.seat]
    play = seat.plays.pop(line.play, None)
    if play is not None:
        seat.over[line.play] = play
        if len(seat.over) > 2 * _KEPT:
            for number in list(islice(seat.over, _KEPT)):
                del seat.over[number]


LEARN: Final = {PlayStarted: _started, Warned: _warned, PlayDue: _decided, LaunchRefused: _decided, PlayEnded: _ended}
