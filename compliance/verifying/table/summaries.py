"""Whether summaries count the refused starts and the extra time that entries tell of, and what is only counted. Pure.

Most starts of a loop are only counted, but the first one always has an entry. What a chain that began in the middle of a day
counts may stand in the one before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Final

from msgspec import UNSET

from compliance.entries.decision import LaunchRefused
from compliance.entries.override import GrantGiven, GrantRevoked
from compliance.entries.play import PlayEnded, PlayStarted, UsageDay
from compliance.format.chain import AGENT
from compliance.verifying.clocks import CLOCK_BACK_MS
from compliance.verifying.report import NOWHERE, Finding
from compliance.verifying.table.context import Context, Starts
from compliance.verifying.table.invariant import Breach, Found, Invariant
from compliance.verifying.zones import QUARTER_MS
from i18n.message import Arg, Length, msg, msgn
from rules.calendar import DAY_MS, calendar

OFTEN: Final = 16  # plays of a day at one seat that ran before they were not allowed: each had a minute
_ALL: Final = "*"  # how a summary names time for all games
_AFTER_MS: Final = 3_600_000  # so long, at most, others of the same loop may come
_MINUTE_MS: Final = 60_000
_OF_GAME: Final = 5  # starts in a minute, the play's own among them, before an end is held back…
_OF_SEAT: Final = 50  # …or of all games together
_NEAR: Final = 256  # starts that are looked back on
_MUCH_MS: Final = 10 * _MINUTE_MS


def _covers(context: Context, line: UsageDay) -> bool:
    """Whether the chain of its seat was there all day."""
    seat = context.seats[line.seat]
    return line.seat != AGENT and seat.whole and max(_days(context, seat.began)) < line.day


def _refusals(context: Context, line: UsageDay) -> Found:
    refused = context.summaries.refused
    return _covers(context, line) and any(
        told.refusals and (line.seat, game, line.day) not in refused for game, told in line.games.items()
    )  # fmt: skip


def _starts(context: Context, line: UsageDay) -> Iterator[Breach]:
    for game, told in line.games.items():
        if told.refusals < (known := context.summaries.starts[line.who, line.seat, game]):
            yield Breach({"told": str(told.refusals), "known": str(known), "game": game})


def _grants(context: Context, line: UsageDay) -> Found:
    """Of a seat that is alone in the log: what was given at another may come later, or be not known yet."""
    state = context.summaries
    if not _covers(context, line):
        return False
    if not context.ended:
        return any(told.grants or (line.who, game) in state.all for game, told in line.games.items())
    if len(context.others) != 1 or not context.whole:
        return False
    for game, told in line.games.items():
        most = state.all[line.who, game]
        if not most - state.over[line.who, game] <= told.grants <= most:
            return True
    return False


def _days(context: Context, at: int) -> set[str]:
    return {_iso(calendar(zone).day(at).ordinal) for zone in context.zones.around(at)}


@lru_cache(maxsize=64)
def _iso(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat()


def _ran_often(context: Context, line: PlayStarted) -> Found:
    day, times = context.summaries.seats[line.seat].ran
    return line.ran is not UNSET and day == line.wall // DAY_MS and times == OFTEN


def _came_and_went(context: Context, line: PlayEnded) -> Found:
    """A seat tells the first few plays of a minute one by one, and only then holds an end back. One long play that is said to
    be several lacks these.
    """
    play = context.running.running(line.seat, line.play)
    if play is None or type(line.starts) is not int or line.away is UNSET or line.late or line.boot != play.boot:
        return False
    seat = context.summaries.seats[line.seat]
    since = play.mono - max(0, play.told_late) - _MINUTE_MS
    near = [one for one in seat.near if one.mono >= since]
    if since < seat.began or sum(one.times for one in near) >= _OF_SEAT:
        return False
    return sum(one.times for one in near if one.game == play.game) < _OF_GAME


ROWS: Final = (
    Invariant("refusals", "Refused starts of a game that a summary counts have an entry of that day.", (UsageDay,),
              "seat, game, day", _refusals, msg("it counts refused starts of a game of which no entry of that day tells"),
              "usage-day"),
    Invariant("refusals-all", "A summary counts each refused start that has an entry.", (UsageDay,), "seat, pseudonym, game",
              lambda context, line: [*_starts(context, line)],
              msg("it says {told} refused starts of {game}; {known} entries tell of one", told="", game="", known="")),
    Invariant("grants", "A summary counts extra time as often as it was given.", (UsageDay,), "seat, pseudonym, game", _grants,
              msg("it counts extra time otherwise than the entries that gave it"), "usage-day", late=True),
    Invariant("ran", "That a play ran before it was not allowed is told.", (PlayStarted,), "seat",
              lambda _, line: line.ran is not UNSET,
              msg("it ran when players or games were changed, or before the daemon did, and had a minute and its time to save"),
              "ran"),
    Invariant("ran-often", "Sixteen such plays a day at one seat, at most.", (PlayStarted,), "seat, day", _ran_often,
              msg("up to here many plays of this day are said to have run before they were not allowed"), "ran-often"),
    Invariant("came-and-went", "An end that stands for several plays comes after five starts in a minute.", (PlayEnded,),
              "seat, game", _came_and_went,
              msg("it stands for plays that came and went, and no entries just before tell of so many starts"), "clock-play",
              each=True),
)  # fmt: skip


# --- what entries teach ---------------------------------------------------------------------------------------------------


def _refused(context: Context, _: Arg, line: LaunchRefused) -> None:
    state = context.summaries
    if abs(line.at - line.wall) <= CLOCK_BACK_MS:
        state.starts[line.who, line.seat, line.game] += 1
    quarter = line.seat, line.game, line.wall // QUARTER_MS, context.zones.at(line.wall)
    if quarter not in state.known:  # one that is refused is tried again and again
        state.known.add(quarter)
        for day in _days(context, line.wall) | _days(context, line.wall + _AFTER_MS):
            state.refused.add((line.seat, line.game, day))


def _given(context: Context, _: Arg, line: GrantGiven) -> None:
    state = context.summaries
    if line.id not in state.given:
        state.given[line.id] = to = (line.who, line.game or _ALL)
        state.all[to] += 1


def _revoked(context: Context, _: Arg, line: GrantRevoked) -> None:
    state = context.summaries
    if (to := state.given.get(line.id)) is not None:
        state.over[to] += 1


def _started(context: Context, where: Arg, line: PlayStarted) -> None:
    seat = context.summaries.seats[line.seat]
    if line.ran is not UNSET and where != NOWHERE:
        day, times = seat.ran
        seat.ran = line.wall // DAY_MS, times + 1 if day == line.wall // DAY_MS else 1
    if seat.boot != line.boot:
        seat.began = line.mono if seat.boot is None else 0
        seat.boot = line.boot
        seat.near.clear()
    seat.near.append(Starts(line.mono, line.game, 1))


def _ended(context: Context, where: Arg, line: PlayEnded) -> None:
    if type(line.starts) is not int or line.away is UNSET or line.late:
        return
    seat = context.summaries.seats[line.seat]
    if where != NOWHERE:
        if not seat.lines:
            seat.where, seat.at = where, line.wall
        seat.lines, seat.starts, seat.away = seat.lines + 1, seat.starts + line.starts, seat.away + max(0, line.away)
    seat.near.append(Starts(line.mono, line.game, line.starts - 1))


LEARN: Final = {
    LaunchRefused: _refused, GrantGiven: _given, GrantRevoked: _revoked, PlayStarted: _started, PlayEnded: _ended,
}  # fmt: skip


def findings(context: Context) -> Iterator[Finding]:
    for name, seat in context.summaries.seats.items():
        if seat.away >= _MUCH_MS:
            yield Finding("came-and-went", seat.where, msgn(
                "{n} entry tells {starts} plays of games that came and went as one; {length} in between count as not played",
                "{n} entries tell {starts} plays of games that came and went as one each; {length} in between count as not "
                "played", seat.lines, starts=str(seat.starts), length=Length(seat.away),
            ), seat=name, at=seat.at)  # fmt: skip
