"""Who was logged on at a public place: of how many plays that is not told, and whether the place was open. Pure.

To operate after hours is an offence, whoever plays. What counts are minutes in which the seat was alive, by its `presence`: a
PC that sleeps with somebody logged on is not used.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from compliance.entries.place import PlaceChanged
from compliance.entries.play import PlayEnded
from compliance.entries.seat import SessionClosed, SessionOpened
from compliance.format.chain import AGENT
from compliance.verifying.opening import opening
from compliance.verifying.report import NO_MOMENT, NOWHERE, Finding
from compliance.verifying.table.context import Context, Sessions, Span
from compliance.verifying.watched import HOUR, MINUTE_MS, joined, span_bits
from i18n.message import Arg, Length, msg, msgn
from rules.calendar import day_bounds

CLOSING_MS: Final = 15 * MINUTE_MS  # that shutting up may take
_LAST: Final = NO_MOMENT // MINUTE_MS
_HOUR_MS: Final = HOUR * MINUTE_MS
_SHORT_MS: Final = 3 * MINUTE_MS  # what comes and goes in less nobody need have seen
_APART_MS: Final = 10 * MINUTE_MS


def _placed(context: Context, _: Arg, line: PlaceChanged) -> None:
    state = context.sessions
    state.public = None if line.place == "home" else line.wall if state.public is None else state.public
    state.moments.append(max(line.wall, state.moments[-1] if state.moments else line.wall))
    state.hours.append(opening(line.place, line.hours))


def _opened(context: Context, _: Arg, line: SessionOpened) -> None:
    seat = context.sessions.seats[line.seat]
    seat.open[line.seq] = line.wall // MINUTE_MS
    seat.told = max(line.wall, seat.told)


def _closed(context: Context, where: Arg, line: SessionClosed) -> None:
    seat = context.sessions.seats[line.seat]
    if (opened := seat.open.pop(line.opened, None)) is None:
        return
    began, over = context.seats[line.seat].started, line.wall
    if line.how == "unseen" and 0 <= line.wall - began <= _SHORT_MS:  # it ended before this run, and its clock
        over = min(began, context.presence[line.seat].parted)
    if where != NOWHERE:
        seat.over.append((opened, -(-over // MINUTE_MS)))
    seat.told = max(line.wall, seat.told)


def _played(context: Context, where: Arg, line: PlayEnded) -> None:
    """Whether nobody was logged on for long while it was played, by a seat at no home."""
    public, seat = context.sessions.public, context.sessions.seats[line.seat]
    if public is None or line.since - public < _APART_MS or seat.open or line.late:
        return
    if line.since + line.span - max(line.since, seat.told) >= _SHORT_MS:
        seat.untold.see(where)


LEARN: Final = {PlaceChanged: _placed, SessionOpened: _opened, SessionClosed: _closed, PlayEnded: _played}


# --- opening hours --------------------------------------------------------------------------------------------------------


def findings(context: Context, zone: str) -> Iterator[Finding]:
    """Days are those of `zone`."""
    for name, seat in context.sessions.seats.items():
        if seat.untold.n:
            yield Finding("untold", seat.untold.first, msgn(
                "{n} play at a public place, from here on, of which seat {seat} does not say who was logged on",
                "{n} plays at a public place, from here on, of which seat {seat} does not say who was logged on",
                seat.untold.n, seat=name,
            ), seat=name)  # fmt: skip
        spans = joined([*seat.over, *((since, _LAST) for since in seat.open.values())])
        days: Counter[int] = Counter()
        first = NO_MOMENT
        for at, minutes in _outside(context, name, spans, zone):
            days[day_bounds(zone, at)[0]] += minutes
            first = min(first, at)
        if days:
            yield Finding("logged-on", msg("seat {seat}", seat=name), msgn(
                "outside the opening hours somebody was logged on, on {n} day, {length} together",
                "outside the opening hours somebody was logged on, on {n} days, {length} together",
                len(days), length=Length(days.total() * MINUTE_MS),
            ), seat=name, at=first)  # fmt: skip


def _outside(context: Context, seat: str, spans: Sequence[Span], zone: str) -> Iterator[tuple[int, int]]:
    """The first moment of an hour, and how many of its minutes lie in a span and outside the hours of the place."""
    starts = [start for start, _ in spans]
    known = context.presence.get(seat)
    for hour, alive in () if known is None or seat == AGENT else known.alive.hours.items():
        number, first = bisect_right(starts, hour * HOUR + HOUR - 1) - 1, hour * HOUR
        closed = None
        while number >= 0 and spans[number][1] > first and 0 <= first < _LAST - HOUR:
            closed = _shut_in(context.sessions, hour, zone) if closed is None else closed
            start, end = spans[number]
            if outside := alive & closed & span_bits(start - first, end - first):
                yield first * MINUTE_MS, outside.bit_count()
            number -= 1


def _shut_in(state: Sessions, hour: int, zone: str) -> int:
    """The minutes of an hour in which it was closed. A day may begin in it."""
    start, shut = hour * _HOUR_MS, 0
    for day, next_day in {day_bounds(zone, start), day_bounds(zone, start + _HOUR_MS - 1)}:
        for first, last in _shut(state, day, next_day):
            shut |= span_bits((max(first, day) - start) // MINUTE_MS, (min(last, next_day) - start) // MINUTE_MS)
    return shut


def _shut(state: Sessions, day: int, next_day: int) -> Iterator[Span]:
    """When it was closed on this day, by what the place had said when the day began, or else first."""
    if not state.hours:
        return
    hours = state.hours[max(0, bisect_right(state.moments, day) - 1)]
    opens, closes = (day + minute * MINUTE_MS for minute in hours)
    if opens <= closes:
        yield day + max(0, closes + CLOSING_MS - next_day), opens
        yield closes + CLOSING_MS, next_day
    else:
        yield closes + CLOSING_MS, opens
