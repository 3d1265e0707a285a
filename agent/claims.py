"""One player at one seat at a time, and the sum of play over all seats: by what seats hand in, and by what they ask.

A seat asks when a play begins, and holds the player until the play's end is in the log, or the moment has come to which the
play may go on: also where it cannot be reached meanwhile. Then the play counts up to that moment, until the seat tells its end.
Guests whom nobody checked in are nobody that others could know.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from agent.api.claims import Claim, Claimed, PlayedElsewhere
from agent.api.pseudonym import pseudonym
from agent.errors import not_found
from agent.store.rows import GUEST, ClaimRow, PlayedRow, PlayerRow, VisitorRow
from agent.store.tables import Tables
from compliance.entries.play import PlayEnded, PlayStarted
from compliance.entry import AnyEntry, decode, kind_of
from i18n.message import msg
from rules.calendar import DAY_MS, day_name
from rules.matching.clues import SURE

KEEP_MS = 33 * DAY_MS  # no rule looks further back
_LONGEST_MS = DAY_MS
_PLAYS = frozenset(str(kind.__struct_config__.tag) for kind in (PlayStarted, PlayEnded))


def claim(tables: Tables, request: Claim, pc: str, now: int) -> Claimed:
    """`pc`: that of the seat. ApiError(not-found)."""
    player = tables.player(request.player)
    unknown = player is None or player.removed or player.id == GUEST
    if unknown and all(row.id != request.player for row in tables.visitors()):
        raise not_found(msg("no player has the id {id}", id=request.player[:80]))
    own = {row.id for row in tables.seats(pc=pc)}
    held = tables.claim(request.player)
    if held is not None and held.seat not in own:
        (holder,) = tables.seats(id=held.seat)
        if held.until > now and holder.retired is None:
            return Claimed(by=holder.name or holder.id)
        _count_open(tables, held, now)
    tables.put_claim(ClaimRow(request.player, request.seat, min(request.until, now + _LONGEST_MS)))
    return Claimed(by="", plays=tuple(
        PlayedElsewhere(seat=one.seat, seq=one.seq, game=one.game, publisher=one.publisher, label=one.label, sure=one.sure,
                        start=one.start, ms=one.ms)
        for one in tables.played(request.player, now - KEEP_MS) if one.seat not in own and one.ms is not None
    ))  # fmt: skip


def _count_open(tables: Tables, held: ClaimRow, now: int) -> None:
    """A play whose end is not known went on as long as it could: a cable that was pulled gives no second budget."""
    for one in tables.played(held.player, now - KEEP_MS):
        if one.seat == held.seat and one.ms is None:
            tables.end_played(one.seat, one.seq, max(0, min(held.until, now) - one.start))


def plays_in(entries: Iterable[bytes]) -> list[AnyEntry]:
    """What `take_note` wants of a batch that the log holds."""
    return [decode(data) for data in entries if kind_of(data) in _PLAYS]


def take_note(tables: Tables, seat: str, lines: Iterable[AnyEntry], zone: str, days: dict[str, Mapping[str, str]]) -> None:
    """Of the plays in a batch. What was noted already stays as it is. `days`: the players by their pseudonyms, found before."""
    over: set[str] = set()
    for line in lines:
        if isinstance(line, PlayStarted):
            player = _player(tables, line, zone, days)
            if player is not None:
                tables.put_played(PlayedRow(
                    seat, line.seq, player, line.game, line.publisher, line.label, not SURE.isdisjoint(line.match),
                    line.since, None,
                ))  # fmt: skip
        elif isinstance(line, PlayEnded) and (play := tables.play(seat, line.play)) is not None:
            tables.end_played(seat, line.play, line.ms)
            over.add(play.player)
    for player in over:  # at midnight one play ends and the next begins
        held = tables.claim(player)
        if held is not None and held.seat == seat and not tables.plays_on(seat, player):
            tables.drop_claim(player)


def _player(tables: Tables, line: PlayStarted, zone: str, days: dict[str, Mapping[str, str]]) -> str | None:
    """Whose pseudonym it is on the day of the play, or the days beside it; None: a guest's, or nobody's any more."""
    for shift in (0, -1, 1):
        day = day_name(zone, line.since) + timedelta(days=shift)
        if day.isoformat() not in days:
            rows: tuple[PlayerRow | VisitorRow, ...] = (*tables.players(), *tables.visitors())
            days[day.isoformat()] = {pseudonym(row.key.hex(), day): row.id for row in rows if row.id != GUEST}
        if (found := days[day.isoformat()].get(line.who)) is not None:
            return found
    return None
