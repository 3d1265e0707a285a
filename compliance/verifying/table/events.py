"""What an inspector should know of a PC's clock, guessing, refused starts, and plays that were due, late or let go on. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from compliance.entries.decision import LaunchRefused, PlayDue
from compliance.entries.override import PinFailed
from compliance.entries.play import PlayEnded, PlayStarted, UsageDay
from compliance.entries.seat import ClockJump, ZoneChanged
from compliance.verifying.clocks import CLOCK_BACK_MS
from compliance.verifying.table.context import Context, Due
from compliance.verifying.table.invariant import Breach, Found, Invariant
from i18n.message import Arg, Length, msg

OVERRUN_MS: Final = 60_000


def _jumped(_: Context, line: ClockJump) -> Found:
    ms = line.to - line.expected
    if ms < 0:
        return Breach(words=msg("the clock jumped back by {length}", length=Length(-ms, exact=True)))
    return Breach({"length": Length(ms, exact=True)})


def _guessed(_: Context, line: PinFailed) -> Found:
    """A wrong PIN that locked nothing is not told."""
    said = msg("PINs or codes were guessed wrong {n} times at an account", n=line.tries)
    return line.locked is not None and Breach(words=said)


def _no_play(context: Context, line: PlayDue) -> Found:
    """One that was decided by another clock may be of another day, and so of another pseudonym."""
    play = context.running.running(line.seat, line.play)
    asked = abs(line.at - line.wall) > CLOCK_BACK_MS
    other = play is None or play.game != line.game or (play.who != line.who and not asked)
    return other and Breach({"play": str(line.play)})


def _overrun(context: Context, line: PlayEnded) -> Found:
    due = context.dues.get((line.seat, line.play))
    if due is None or due.boot != line.boot or line.mono - due.mono <= due.grace + OVERRUN_MS:
        return False
    return context.running.running(line.seat, line.play) is not None and (
        Breach({"length": Length(line.mono - due.mono - due.grace)})
    )  # fmt: skip


def _uncounted(context: Context, line: UsageDay) -> Iterator[Breach]:
    """Most starts of a loop are only counted, but the first one always has an entry."""
    for game, told in line.games.items():
        if told.refusals < (known := context.refused[line.who, line.seat, game]):
            yield Breach({"told": str(told.refusals), "known": str(known), "game": game})


ROWS: Final = (
    Invariant("clock-jump", "That the clock of a PC jumped is told.", (ClockJump,), "entry", _jumped,
              msg("the clock jumped ahead by {length}", length=""), "clock-jump", each=True),
    Invariant("pc-zone", "That the time zone of a PC was changed is told.", (ZoneChanged,), "entry",
              lambda _, line: Breach({"before": line.before, "after": line.after}),
              msg("the time zone of the PC was changed: {before} → {after}", before="", after=""), "zone", each=True),
    Invariant("guessing", "That somebody guessed until nothing more was taken is told.", (PinFailed,), "entry", _guessed,
              msg("PINs or codes were guessed wrong {n} times at an account", n=""), "guessing", each=True),
    Invariant("due-play", "What is due is an open play of its seat, of that game and player.", (PlayDue,), "seat, play",
              _no_play, msg("there is no such play {play}", play="")),
    Invariant("due-once", "That a play that was due was let go on is told.", (PlayDue,), "seat, play",
              lambda context, line: (line.seat, line.play) in context.dues, msg("it was due before and let go on"),
              "due-again", each=True),
    Invariant("due-ends", "A play that is due ends a minute after its time to save.", (PlayEnded,), "seat, play", _overrun,
              msg("it went on for {length} after its time was over", length=""), "overrun", each=True),
    Invariant("end-seen", "That nobody saw a play's end is told.", (PlayEnded,), "seat, play",
              lambda context, line: line.late and context.running.running(line.seat, line.play) is not None,
              msg("nobody saw its end"), "late-play", each=True),
    Invariant("refusals", "A summary counts each refused start that has an entry.", (UsageDay,), "seat, pseudonym, game",
              _uncounted,
              msg("it says {told} refused starts of {game}; {known} entries tell of one", told="", game="", known="")),
)  # fmt: skip


def _due(context: Context, _: Arg, line: PlayDue) -> None:
    context.dues[line.seat, line.play] = Due(line.boot, line.mono, line.grace)


def _started(context: Context, _: Arg, line: PlayStarted) -> None:
    """Midnight came while it was saved."""
    if line.resumed is not None and (due := context.dues.get((line.seat, line.resumed))) is not None:
        context.dues[line.seat, line.seq] = due


def _refused(context: Context, _: Arg, line: LaunchRefused) -> None:
    if abs(line.at - line.wall) <= CLOCK_BACK_MS:
        context.refused[line.who, line.seat, line.game] += 1


LEARN: Final[dict[type, Any]] = {PlayDue: _due, PlayStarted: _started, LaunchRefused: _refused}
