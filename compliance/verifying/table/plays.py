"""Whether plays follow each other as they can, and lasted as long as the clock that play is counted on says. Pure.

A play is counted on that clock alone, so within one start of the PC its length is the time between its entries, and what had
passed before it was told.
"""

from __future__ import annotations

from typing import Final

from compliance.entries.play import PlayEnded, PlayStarted
from compliance.verifying.sums.totals import Play
from compliance.verifying.table.context import Context
from compliance.verifying.table.invariant import Breach, Found, Invariant
from i18n.message import Arg, Length, msg

_MINUTE_MS: Final = 60_000
_NEVER_MS: Final = 10 * _MINUTE_MS  # no seat hangs for so long: its service would have been started anew
_SLACK_MS: Final = 1_000
_UNSEEN: Final = {"gone", "power"}


def _goes_on(context: Context, line: PlayStarted) -> Found:
    return (line.seat, line.who, line.game) in context.open


def _resumed(context: Context, line: PlayStarted) -> Found:
    unknown = line.resumed is not None and (line.seat, line.resumed) not in context.cut
    return unknown and Breach({"play": str(line.resumed)})


def ended(context: Context, line: PlayEnded) -> Play | None:
    """The play that it ends, if it is that."""
    play = context.running.running(line.seat, line.play)
    if play is None or (line.who, line.game, line.since) != (play.who, play.game, play.since) or line.ms < 0:
        return None
    return play


def _not_open(context: Context, line: PlayEnded) -> Found:
    return context.running.running(line.seat, line.play) is None and Breach({"play": str(line.play)})


def _not_this(context: Context, line: PlayEnded) -> Found:
    known = context.running.running(line.seat, line.play) is not None
    return known and ended(context, line) is None and Breach({"play": str(line.play)})


def _power(context: Context, line: PlayEnded) -> Found:
    """One that goes on while the PC is started anew is ended by that."""
    play = ended(context, line)
    if play is None:
        return False
    if play.boot != line.boot:
        return line.how != "power"
    again = line.how == "power" and line.mono - play.mono > _MINUTE_MS
    return again and Breach(words=msg("the PC was not started anew since it began"))


def _known(line: PlayEnded, play: Play) -> tuple[int, int] | None:
    """How long it was at least and at most, by the clock that play is counted on; None: that does not tell, as of one that was
    written once more, when only its beginning by the wall clock was known.
    """
    ran, before = line.mono - play.mono, max(0, play.told_late)
    if play.boot != line.boot or (line.late and ran <= _MINUTE_MS):
        return None
    near = before <= _MINUTE_MS
    least = 0 if line.how in {"midnight", "power"} else ran + (before if near and play.resumed is None else 0)
    return least, ran + before + (_SLACK_MS if near else _NEVER_MS)


def _other_length(context: Context, line: PlayEnded) -> Found:
    play = ended(context, line)
    if play is None or (known := _known(line, play)) is None:
        return False
    least, most = known
    wrong = most if line.span > most else least if least - line.span > _NEVER_MS else None
    return wrong is not None and Breach({"told": Length(line.span), "known": Length(max(0, wrong))})


def _shorter(context: Context, line: PlayEnded) -> Found:
    play = ended(context, line)
    if play is None or (known := _known(line, play)) is None:
        return False
    short = known[0] - line.span
    return _MINUTE_MS < short <= _NEVER_MS and Breach({"length": Length(short)})


_ENDED = (PlayEnded,)
ROWS: Final = (
    Invariant("play-open", "An end is of a play of its seat that is open.", _ENDED, "seat, play", _not_open,
              msg("no play {play} of this seat is open", play="")),
    Invariant("play-same", "An end says player, game and beginning as its play does.", _ENDED, "seat, play", _not_this,
              msg("it is not the play that seq {play} of this seat began", play="")),
    Invariant("play-once", "A player has one play of a game at a seat at a time.", (PlayStarted,), "seat, pseudonym, game",
              _goes_on, msg("a play of this game by the same player goes on at this seat")),
    Invariant("play-resumed", "What goes on after midnight was closed then.", (PlayStarted,), "seat, play", _resumed,
              msg("no play {play} of this seat was closed at midnight to go on", play="")),
    Invariant("play-seen", "An end that nobody saw is late, and no other.", _ENDED, "seat, play",
              lambda context, line: ended(context, line) is not None and line.late is not (line.how in _UNSEEN),
              msg("whether its end was seen contradicts how it ended")),
    Invariant("play-power", "A play that the PC's former start began ended with its power.", _ENDED, "seat, play", _power,
              msg("nobody can have seen its end: the PC was started anew since it began")),
    Invariant("play-length", "A play is no longer than the clock says that play is counted on, nor shorter by ten minutes.",
              _ENDED, "seat, play", _other_length,
              msg("it says {told}; the clock that play is counted on says {known}", told="", known="")),
    Invariant("play-hardly-shorter", "A play is not shorter than that by a minute.", _ENDED, "seat, play", _shorter,
              msg("it says {length} less than its clock", length=""), "clock-play", each=True),
)  # fmt: skip


def _start(context: Context, _: Arg, line: PlayStarted) -> None:
    context.open[line.seat, line.who, line.game] = line.seq
    if line.resumed is not None:
        context.cut.discard((line.seat, line.resumed))


def _end(context: Context, _: Arg, line: PlayEnded) -> None:
    key = line.seat, line.who, line.game
    if ended(context, line) is None:
        return
    if context.open.get(key) == line.play:
        del context.open[key]
    if line.how == "midnight":
        context.cut.add((line.seat, line.play))


LEARN: Final = {PlayStarted: _start, PlayEnded: _end}
