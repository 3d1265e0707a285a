"""Closing a public place before its hours end, and taking that back. Nobody opens it beyond the law's hours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agent.api.rulebook import PlaceClose, PlaceOpen
from agent.errors import bad_input, refused
from agent.packs import closed_early
from agent.packs.shipped import asked_for
from agent.registering.consequences.hints import Hints
from agent.registering.rulebook import record_policy
from agent.registering.seats import SILENT_MS
from agent.registry import Change, Outcome
from agent.store.rows import PLACE, PackRow, TextRow
from i18n.message import Message, Moment, comma, msg
from rules.calendar import day_bounds
from rules.closing import Opening, hours_of, opening
from rules.policy import Policy

_MINUTE_MS: Final = 60_000


def place_close(change: Change, request: PlaceClose, heard: Mapping[str, int]) -> Outcome:
    """`heard`: when each seat was, since the agent's start."""
    place, since, hours = change.tables.place(), _since(change, request.at), _hours(change)
    if place.place == "home":
        raise refused(msg("a home has no opening hours, so it does not close"))
    now = opening(hours, place.place, since)
    if not now.open:
        raise refused(msg("it is closed then anyway, by its hours: {hours}", hours=_told(change, now)))
    until = None if now.until is None else opening(hours, place.place, now.until).until
    text = closed_early.text(place.zone, since, until)
    pack = asked_for(text, closed_early.PACK, {})
    change.tables.keep_text(TextRow(pack.sha256, closed_early.PACK, text, public=True))
    _put(change, PackRow(closed_early.PACK, {}, pack.sha256, shipped=False))
    record_policy(change, None, {"what": "place.close"})
    return Outcome(hints=(
        msg("closed from {since}: {hours}", since=_moment(change, since), hours=_told(change, _opening(change, since))),
        *_playing(change), *_on(change, heard),
    ))  # fmt: skip


def place_open(change: Change, _: PlaceOpen) -> Outcome:
    had = closed_early.PACK in (one.pack for one in change.tables.packs().get(PLACE, ()))
    if had:
        _put(change)
        record_policy(change, None, {"what": "place.open"})
    now = _opening(change, change.now)
    hints: Hints = () if had else (msg("it was not closed early"),)
    if not now.open:
        hints += (msg("it stays closed by its hours, which nobody can extend: {hours}", hours=_told(change, now)),)
    elif now.until is not None:
        hints += (msg("open until {until}", until=_moment(change, now.until)),)
    return Outcome(hints=hints, changed=had)


def _since(change: Change, at: int | None) -> int:
    """From when it is closed, a whole minute. ApiError(bad-input): that is over."""
    start = day_bounds(change.tables.place().zone, change.now)[0]
    now = change.now - (change.now - start) % _MINUTE_MS
    if at is not None and start + at < now:
        raise bad_input(msg("it is later than {time} already", time=closed_early.clock(at)))
    return now if at is None else start + at


def _put(change: Change, *rows: PackRow) -> None:
    kept = [one for one in change.tables.packs().get(PLACE, ()) if one.pack != closed_early.PACK]
    change.tables.put_packs(PLACE, (*kept, *rows))


def _hours(change: Change) -> Policy:
    """Without an early closing."""
    return hours_of(one for one in change.compiler().packs(PLACE, "place") if one.id != closed_early.PACK)


def _opening(change: Change, at: int) -> Opening:
    return opening(hours_of(change.compiler().packs(PLACE, "place")), change.tables.place().place, at)


def _told(change: Change, closed: Opening) -> Message:
    if closed.until is None:
        return msg("until it is opened again")
    return msg("it opens again at {until}", until=_moment(change, closed.until))


def _moment(change: Change, at: int) -> Moment:
    return Moment(at, change.tables.place().zone)


def _playing(change: Change) -> Hints:
    """Who plays by now, and where, of those who have a name."""
    seats = {row.id: row.name or row.id for row in change.tables.seats()}
    claims = {row.id: change.tables.claim(row.id) for row in change.tables.players()}
    found = [
        msg("{player} at {seat}", player=row.name, seat=seats[held.seat])
        for row in change.tables.players()
        if (held := claims[row.id]) is not None and held.until > change.now and held.seat in seats
    ]  # fmt: skip
    return (msg("still playing: {players}", players=comma(found)),) if found else ()


def _on(change: Change, heard: Mapping[str, int]) -> Hints:
    on = {
        row.name or row.id for row in change.tables.seats()
        if row.retired is None and change.now - heard.get(row.id, 0) <= SILENT_MS
    }  # fmt: skip
    return (msg("still on: {seats}", seats=comma(sorted(on))),) if on else ()
