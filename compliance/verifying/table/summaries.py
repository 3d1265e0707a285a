"""Whether summaries count the refused starts and the extra time that entries tell of. Pure.

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
from compliance.entries.play import PlayStarted, UsageDay
from compliance.format.chain import AGENT
from compliance.verifying.clocks import CLOCK_BACK_MS
from compliance.verifying.table.context import Context
from compliance.verifying.table.invariant import Breach, Found, Invariant
from compliance.verifying.zones import QUARTER_MS
from i18n.message import Arg, msg
from rules.calendar import calendar

_ALL: Final = "*"  # how a summary names time for all games
_AFTER_MS: Final = 3_600_000  # so long, at most, others of the same loop may come


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


LEARN: Final = {LaunchRefused: _refused, GrantGiven: _given, GrantRevoked: _revoked}
