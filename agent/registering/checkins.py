"""Who plays at which PC of a public place. Of who is not registered an age band is kept for a day, and no name."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from agent.api.answers import Who
from agent.api.checkins import BANDS, VISITOR, AgeCheck, CheckIn, CheckOut, Happened, Move, Present, PresentRow, band
from agent.api.naming import same
from agent.api.pseudonym import pseudonym
from agent.api.seat import Alive
from agent.errors import bad_input, not_found, refused
from agent.registering import lookup
from agent.registering.seats import SILENT_MS
from agent.registry import Change, Outcome
from agent.store.rows import CheckInRow, PlayerRow, SeatRow, VisitorRow
from agent.store.tables import Tables
from compliance.entries.place import CheckedIn, CheckedOut
from i18n.message import Arg, Words, msg, semicolon
from rules.calendar import age_on, day_bounds, day_name
from rules.identity import IdentityError, birth_date, card_qr

_KEPT_DAYS = 2  # a play may go on past midnight


@dataclass(frozen=True, slots=True)
class _Somebody:
    """Whoever is to play, how their age was checked, and what staff should know of that."""

    row: PlayerRow | VisitorRow
    how: AgeCheck
    doubts: tuple[Words, ...] = ()


def check_in(change: Change, request: CheckIn) -> Outcome:
    """Whoever was checked in there is checked out. ApiError: bad-input, not-found, or refused where they play elsewhere."""
    if change.tables.place().place == "home":
        raise refused(msg("this is a home: players are checked in at public places, see 'giochoi place set game-point'"))
    seat = _seat(change.tables, request.seat)
    somebody = _somebody(change, request)
    there = next((one for one in change.tables.checkins() if one.player == somebody.row.id and one.pc != seat.pc), None)
    if there is not None:
        raise refused(msg("{who} plays at {seat} already: giochoi move takes them to another PC", who=_named(somebody.row),
                          seat=_called(_seat_of(change.tables, there.pc))))  # fmt: skip
    ended = _end(change, seat.pc, "out")
    if isinstance(somebody.row, VisitorRow):
        change.tables.put_visitor(somebody.row)
    _begin(change, seat, somebody.row, somebody.how)
    return Outcome(seat.id, somebody.doubts + ended, player=_who(somebody.row), pcs=frozenset({seat.pc}))


def check_out(change: Change, request: CheckOut) -> Outcome:
    seat = _seat(change.tables, request.seat)
    row = _at(change.tables, seat)
    _end(change, seat.pc, "out")
    return Outcome(seat.id, player=_who(_person(change.tables, row.player)), name=seat.name, pcs=frozenset({seat.pc}))


def move(change: Change, request: Move) -> Outcome:
    seat, to = _seat(change.tables, request.seat), _seat(change.tables, request.to)
    row = _at(change.tables, seat)
    if seat.pc == to.pc:
        raise bad_input(msg("that is the same PC"))
    person = _person(change.tables, row.player)
    _end(change, seat.pc, "moved")
    ended = _end(change, to.pc, "out")
    _begin(change, to, person, row.how)
    return Outcome(to.id, ended, player=_who(person), pcs=frozenset({seat.pc, to.pc}))


def lapse(change: Change) -> Outcome:
    """Whoever was checked in yesterday has gone home."""
    place = change.tables.place()
    start, _ = day_bounds(place.zone, change.now)
    over = [row for row in change.tables.checkins() if row.since < start or place.place == "home"]
    for row in over:
        _end(change, row.pc, "lapsed")
    change.tables.forget_visitors((change.today - timedelta(days=_KEPT_DAYS - 1)).isoformat())
    return Outcome(changed=bool(over), pcs=frozenset(row.pc for row in over))


def end_of(change: Change, player: str) -> None:
    """They are not registered any more."""
    for row in change.tables.checkins():
        if row.player == player:
            _end(change, row.pc, "out")


def present(tables: Tables, heard: Mapping[str, int], said: Mapping[str, Alive], now: int) -> Present:
    """`heard`, `said`: as for agent.registering.seats.seat_list."""
    checkins = {row.pc: row for row in tables.checkins()}
    rows = [seat for seat in tables.seats() if seat.retired is None]
    newest = {seat.pc: seat for seat in sorted(rows, key=lambda seat: seat.enrolled or 0)}
    shown = []
    for pc, seat in newest.items():
        row = checkins.get(pc)
        person = None if row is None else _person(tables, row.player)
        alive = said.get(seat.id)
        at = heard.get(seat.id)
        shown.append(PresentRow(
            seat=seat.id, name=seat.name, player=None if person is None else _who(person),
            age_band=None if person is None else band(_age(person, tables, now)), how=None if row is None else row.how,
            since=None if row is None else row.since, reporting=at is not None and now - at <= SILENT_MS,
            here=None if alive is None else alive.here, issues=() if alive is None else alive.issues,
        ))  # fmt: skip
    return Present(seats=tuple(sorted(shown, key=lambda one: (one.name, one.seat))), zone=tables.place().zone)


def open_now(tables: Tables, now: int) -> dict[str, Happened]:
    """Each check-in that holds, by its id."""
    found = {}
    for row in tables.checkins():
        seat, age = _seat_of(tables, row.pc), _age(_person(tables, row.player), tables, now)
        found[row.id] = Happened(
            what="checkin", id=row.id, seat=seat.id, name=seat.name, player=row.player, age_band=band(age), how=row.how
        )
    return found


def seated(tables: Tables, pc: str, now: int) -> tuple[CheckInRow, Who, str | None]:
    """Who is checked in at a PC, and the band of their age. LookupError."""
    row = next((one for one in tables.checkins() if one.pc == pc), None)
    if row is None:
        raise LookupError(pc)
    person = _person(tables, row.player)
    return row, _who(person), band(_age(person, tables, now))


# --- who it is ------------------------------------------------------------------------------------------------------------


def _somebody(change: Change, request: CheckIn) -> _Somebody:
    if sum(one is not None for one in (request.player, request.card, request.born)) > 1:
        raise bad_input(msg("either a player, --card or --born"))
    if request.player is not None:
        return _Somebody(lookup.player(change.tables, request.player), "registered")
    try:
        if request.card is not None:
            return _of_card(change, request.card)
        if request.born is not None:
            return _Somebody(_visitor(change, birth_date(request.born, change.today), secrets.token_bytes(32)), "born")
    except IdentityError as error:
        raise bad_input(error.message) from None
    return _Somebody(_visitor(change, None, secrets.token_bytes(32)), "guest")


def _of_card(change: Change, text: str) -> _Somebody:
    """Who shows the same card again that day is the same visitor."""
    claim = card_qr(text, change.today)
    if claim.contradictions:
        raise bad_input(msg("the card contradicts itself, so nobody is checked in: {why}", why=semicolon(claim.contradictions)))
    number = "".join(text.partition("|")[0].split())
    secret = lookup.guest(change.tables).key
    key = hmac.digest(secret, f"card\0{change.today.isoformat()}\0{number}".encode(), "sha256")
    return _Somebody(_visitor(change, claim.born, key), "card", claim.warnings)


def _visitor(change: Change, born: date | None, key: bytes) -> VisitorRow:
    age = None if born is None else max(one for one in BANDS if one <= max(0, age_on(born, change.today)))
    return VisitorRow(VISITOR + hashlib.sha256(key).hexdigest()[:10], key, change.today.isoformat(), age)


def _person(tables: Tables, id: str) -> PlayerRow | VisitorRow:
    rows: tuple[PlayerRow | VisitorRow, ...] = (*tables.visitors(), *tables.players())
    return next(row for row in rows if row.id == id)


def _named(row: PlayerRow | VisitorRow) -> Arg:
    return msg("guest") if isinstance(row, VisitorRow) else row.name


def _who(row: PlayerRow | VisitorRow) -> Who:
    return Who(id=row.id, name=row.name)


def _age(row: PlayerRow | VisitorRow, tables: Tables, now: int) -> int | None:
    if isinstance(row, VisitorRow):
        return row.age
    return None if row.born is None else age_on(row.born, day_name(tables.place().zone, now))


# --- at which PC ----------------------------------------------------------------------------------------------------------


def _begin(change: Change, seat: SeatRow, row: PlayerRow | VisitorRow, how: AgeCheck) -> None:
    id = secrets.token_hex(8)
    change.tables.put_checkin(CheckInRow(seat.pc, id, row.id, change.now, how))
    age = row.age if isinstance(row, VisitorRow) else None if row.born is None else age_on(row.born, change.today)
    who = pseudonym(row.key.hex(), change.today)
    change.record(CheckedIn, {"what": "checkin", "player": row.id}, id=id, at=seat.id, who=who, age=age, how=how)


def _end(change: Change, pc: str, how: Literal["out", "moved", "lapsed"]) -> tuple[Words, ...]:
    """What to say of who was checked in there."""
    row = next((one for one in change.tables.checkins() if one.pc == pc), None)
    if row is None:
        return ()
    change.tables.drop_checkin(pc)
    change.record(CheckedOut, {"what": "checkout"}, id=row.id, how=how)
    return (msg("{who} was checked out there", who=_named(_person(change.tables, row.player))),)


def _at(tables: Tables, seat: SeatRow) -> CheckInRow:
    row = next((one for one in tables.checkins() if one.pc == seat.pc), None)
    if row is None:
        raise not_found(msg("nobody is checked in at {seat}", seat=_called(seat)))
    return row


def _seat(tables: Tables, asked: str) -> SeatRow:
    """The one that writes now on the PC of this seat id or name."""
    rows = [row for row in tables.seats() if row.retired is None]
    found = next((row for row in rows if row.id == asked or (row.name and same(row.name, asked))), None)
    if found is None:
        raise not_found(msg("no PC is called {seat}; see: {command}", seat=asked[:80], command="giochoi seat list"))
    return _seat_of(tables, found.pc)


def _seat_of(tables: Tables, pc: str) -> SeatRow:
    rows = [row for row in tables.seats() if row.pc == pc and row.retired is None]
    return max(rows, key=lambda row: row.enrolled or 0)


def _called(seat: SeatRow) -> str:
    return seat.name or seat.id
