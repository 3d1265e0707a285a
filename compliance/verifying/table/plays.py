"""Whether plays follow each other as they can, and lasted as long as the clock that play is counted on says. Pure.

A play is counted on that clock alone, so within one start of the PC its length is the time between its entries, and what had
passed before it was told. Only its end may have come some time before it was written.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from msgspec import UNSET

from compliance.entries.play import PlayEnded, PlayStarted
from compliance.verifying.clocks import CLOCK_BACK_MS
from compliance.verifying.report import NOWHERE, Failure
from compliance.verifying.sums.totals import Play
from compliance.verifying.table.context import Context, CutPlay, OpenPlay
from compliance.verifying.table.invariant import Breach, Found, Invariant
from i18n.message import Arg, Length, Message, msg
from rules.calendar import DAY_MS, day_bounds

_MINUTE_MS: Final = 60_000
_MOST_AWAY_MS: Final = 2 * _MINUTE_MS  # an end is held back for a minute
_NEVER_MS: Final = 10 * _MINUTE_MS  # no seat hangs for so long: its service would have been started anew
_SLACK_MS: Final = 1_000
_BUSY_MS: Final = 5_000  # by how much less a play may be told each time, however often
_UNSEEN: Final = {"gone", "power"}


def _began(context: Context, line: PlayStarted) -> Found:
    """One that is written once more, also in a new chain, or goes on after midnight, began long before; and what a daemon finds
    when it starts, while it was off.
    """
    late, clock = line.wall - line.since, context.clocks[line.seat]
    if 0 <= late <= _NEVER_MS:
        return False
    if -late > CLOCK_BACK_MS and not clock.went_back:
        return Breach(words=msg("it says that it began {length} after it was written", length=Length(-late)))
    most = _NEVER_MS + (clock.off if clock.started_since(line.mono - _NEVER_MS) else 0)
    if late > most and line.match and line.resumed is None and line.since >= clock.began:
        return Breach({"length": Length(late)})
    return False


def _goes_on(context: Context, line: PlayStarted) -> Found:
    return (line.seat, line.who, line.game) in context.plays.open


def _resumed(context: Context, line: PlayStarted) -> Found:
    unknown = line.resumed is not None and (line.seat, line.resumed) not in context.plays.cut
    return unknown and Breach({"play": str(line.resumed)})


def _into_next_day(context: Context, line: PlayEnded) -> Found:
    """By no zone that may have held: a seat closes what it sees at midnight, or once it runs again, as if it had."""
    play, open_ = _play(context, line), context.plays.open.get((line.seat, line.who, line.game))
    if play is None or open_ is None or open_.seq != line.play or line.span <= _NEVER_MS or line.late:
        return False
    clock = context.clocks[line.seat]
    most = _NEVER_MS + clock.wander - open_.wander + (clock.stood if clock.started_since(play.mono) else 0)
    zones = {*context.zones.lately(line.since), *context.zones.lately(line.wall)}
    over = line.since + line.span - max(day_bounds(zone, line.since)[1] for zone in zones)
    return over > most and Breach({"length": Length(over)})


def _several(context: Context, line: PlayEnded) -> Found:
    """Of a play that stands for several: its seat held its end back for a minute, or until it was started anew, of which moment
    there may be no other word.
    """
    play = _play(context, line)
    if play is None or (line.starts is UNSET and line.away is UNSET):
        return False
    if line.starts is UNSET or line.away is UNSET or line.starts < (1 if line.late else 2) or line.away < 0:
        return True
    clock = context.clocks[line.seat]
    most = _MOST_AWAY_MS + (clock.stood if line.how == "gone" and clock.started_since(play.mono) else 0)
    told = msg("it was away for {length}, and is told as one play", length=Length(line.away))
    return line.away > most and Breach(words=told)


class _Length(NamedTuple):
    """A play may say `most`, and says so much less than its clock (`short`)."""

    most: int
    short: int


def _length(context: Context, line: PlayEnded, play: Play) -> _Length:
    """Of a play that began in the same start of the PC."""
    ran, before = line.mono - play.mono, max(0, play.told_late)
    most = ran + before + (_SLACK_MS if before <= _MINUTE_MS else _NEVER_MS)
    if _again(line, play):  # its beginning by the wall clock may have been set right since
        most = max(most, ran + play.told_late + context.clocks[line.seat].wander + _SLACK_MS)
    short = ran - line.span + (before if before <= _MINUTE_MS and play.resumed is None else 0)
    return _Length(most, short)


def _again(line: PlayEnded, play: Play) -> bool:
    """Whether it was written once more, when only its beginning by the wall clock was known."""
    return line.late and line.mono - play.mono <= _MINUTE_MS


def _power(context: Context, line: PlayEnded) -> Found:
    """One that ended with the PC's former start counts up to the last row of that."""
    play = _play(context, line)
    if play is None:
        return False
    if play.boot == line.boot:
        return line.how == "power" and line.mono - play.mono > _MINUTE_MS and (
            Breach(words=msg("the PC was not started anew since it began"))
        )  # fmt: skip
    if line.how != "power":
        return True
    seen = context.clocks[line.seat].counted.get(play.boot, play.mono) - play.mono
    return line.span < seen and Breach(words=_told(line.span, seen))


def _too_long(context: Context, line: PlayEnded) -> Found:
    _, play, right = _asked(context, line)
    if right is not None or play is None or play.boot != line.boot:
        return False
    most = _length(context, line, play).most
    set_back = _again(line, play) and context.clocks[line.seat].went_back
    return line.span > most and not set_back and Breach(words=_told(line.span, most))


def _short(context: Context, line: PlayStarted | PlayEnded) -> CutPlay | None:
    """By how much a play is told shorter than its clock says: at its end, or where it goes on after midnight."""
    if isinstance(line, PlayStarted):
        cut = None if line.resumed is None else context.plays.cut.get((line.seat, line.resumed))
        return cut and cut._replace(short=cut.short - max(0, line.wall - line.since))
    return _asked(context, line)[2]


def _much_shorter(context: Context, line: Any) -> Found:
    cut = _short(context, line)
    return cut is not None and cut.short > _NEVER_MS and Breach({"length": Length(cut.short)}, cut.where, cut.at)


def _shorter(context: Context, line: Any) -> Found:
    """A minute is forgiven, but not again and again."""
    cut = _short(context, line)
    if cut is None or not _BUSY_MS < cut.short <= _NEVER_MS:
        return False
    if cut.short > _MINUTE_MS:
        return Breach({"length": Length(cut.short)}, cut.where, cut.at)
    before = _of_day(context, line.seat, cut.at)
    text = msg("up to here plays of this day say {length} less than their clock", length=Length(before + cut.short))
    return before <= _NEVER_MS < before + cut.short and Breach({}, cut.where, cut.at, text)


def _of_day(context: Context, seat: str, at: int) -> int:
    day, short = context.plays.days.get(seat, (-1, 0))
    return short if day == at // DAY_MS else 0


def _no_midnight(context: Context, line: PlayEnded) -> Found:
    """By each zone that may have held."""
    if line.how != "midnight":
        return False
    days = {context.zones.dates(at) for at in (line.since, line.wall)}
    return len(days) == 1 and len(days.pop()) == 1


def _play(context: Context, line: PlayEnded) -> Play | None:
    """The play that it ends, if it is that."""
    return _asked(context, line)[1]


def _asked(context: Context, line: PlayEnded) -> tuple[PlayEnded | None, Play | None, CutPlay | None]:
    if context.plays.asked[0] is not line:
        play, cut = context.running.running(line.seat, line.play), None
        if play is None or (line.who, line.game, line.since) != (play.who, play.game, play.since) or line.ms < 0:
            play = None
        elif play.boot == line.boot and line.how not in {"midnight", "power"}:
            length = _length(context, line, play)
            cut = None if line.span > length.most else CutPlay(NOWHERE, line.wall, length.short)
        context.plays.asked = line, play, cut
    return context.plays.asked


def _told(told: int, known: int) -> Message:
    return msg("it says {told}; the clock that play is counted on says {known}", told=Length(told), known=Length(max(0, known)))


def _not_open(context: Context, line: PlayEnded) -> Found:
    return context.running.running(line.seat, line.play) is None and Breach({"play": str(line.play)})


def _not_this(context: Context, line: PlayEnded) -> Found:
    known = context.running.running(line.seat, line.play) is not None
    return known and _play(context, line) is None and Breach({"play": str(line.play)})


_ENDED = (PlayEnded,)
ROWS: Final = (
    Invariant("play-open", "An end is of a play of its seat that is open.", _ENDED, "seat, play", _not_open,
              msg("no play {play} of this seat is open", play="")),
    Invariant("play-same", "An end says player, game and beginning as its play does.", _ENDED, "seat, play", _not_this,
              msg("it is not the play that seq {play} of this seat began", play="")),
    Invariant("play-began", "A play begins when its entry is written, within ten minutes.", (PlayStarted,), "seat, play",
              _began, msg("it says that it began {length} before it was written", length=""), "clock-play", each=True),
    Invariant("play-once", "A player has one play of a game at a seat at a time.", (PlayStarted,), "seat, pseudonym, game",
              _goes_on, msg("a play of this game by the same player goes on at this seat")),
    Invariant("play-resumed", "What goes on after midnight was closed then.", (PlayStarted,), "seat, play", _resumed,
              msg("no play {play} of this seat was closed at midnight to go on", play="")),
    Invariant("play-of-its-day", "A play ends with the day on which it began, within ten minutes.", _ENDED, "seat, play",
              _into_next_day, msg("it went on for {length} after the day on which it began", length="")),
    Invariant("play-seen", "An end that nobody saw is late, and no other.", _ENDED, "seat, play",
              lambda context, line: _play(context, line) is not None and line.late is not (line.how in _UNSEEN),
              msg("whether its end was seen contradicts how it ended")),
    Invariant("play-several", "An end that stands for several plays says how often it was begun, and two minutes in between at "
              "most.", _ENDED, "seat, play", _several,
              msg("how often it was begun does not go with how long nothing was played in between")),
    Invariant("play-power", "A play that the PC's former start began ended with its power, and counts up to then.", _ENDED,
              "seat, play", _power, msg("nobody can have seen its end: the PC was started anew since it began")),
    Invariant("play-not-longer", "A play is no longer than the clock says that play is counted on.", _ENDED, "seat, play",
              _too_long, msg("it says {told}; the clock that play is counted on says {known}", told="", known="")),
    Invariant("play-not-shorter", "A play is not shorter than that by ten minutes.", (PlayStarted, PlayEnded), "seat, play",
              _much_shorter, msg("it says {length} less than its clock", length="")),
    Invariant("play-hardly-shorter", "A play is not shorter than that by a minute, nor a day's plays by ten.",
              (PlayStarted, PlayEnded), "seat, play", _shorter, msg("it says {length} less than its clock", length=""),
              "clock-play", each=True),
    Invariant("play-midnight", "What was closed at midnight began on the day before.", _ENDED, "seat, play", _no_midnight,
              msg("it was closed at midnight, and none had come since it began"), "clock-play", each=True),
)  # fmt: skip


# --- what entries teach ---------------------------------------------------------------------------------------------------


def _start(context: Context, _: Arg, line: PlayStarted) -> None:
    state, clock = context.plays, context.clocks[line.seat]
    _add_short(context, line)
    wander = clock.wander if line.wall - line.since <= _MINUTE_MS else 0  # it tells of a beginning by the clock of before
    state.open[line.seat, line.who, line.game] = OpenPlay(line.seq, wander)
    if line.resumed is not None:
        state.cut.pop((line.seat, line.resumed), None)


def _end(context: Context, where: Arg, line: PlayEnded) -> None:
    state, key = context.plays, (line.seat, line.who, line.game)
    play = _play(context, line)
    if play is None:
        return
    _add_short(context, line)
    if (open_ := state.open.get(key)) is not None and open_.seq == line.play:
        del state.open[key]
    if line.how == "midnight" and play.boot == line.boot:
        length = _length(context, line, play)
        if line.span <= length.most:
            state.cut[line.seat, line.play] = CutPlay(where, line.wall, length.short)


def _add_short(context: Context, line: PlayStarted | PlayEnded) -> None:
    cut = _short(context, line)
    if cut is not None and _BUSY_MS < cut.short <= _MINUTE_MS:
        context.plays.days[line.seat] = cut.at // DAY_MS, _of_day(context, line.seat, cut.at) + cut.short


LEARN: Final = {PlayStarted: _start, PlayEnded: _end}


def failures(context: Context) -> Iterator[Failure]:
    """Of a play that did not go on after midnight, how long after it was closed is not known."""
    for cut in context.plays.cut.values():
        if cut.short > _NEVER_MS and cut.where != NOWHERE:
            yield Failure(cut.where, msg("it says {length} less than its clock", length=Length(cut.short)))
