"""The PCs under enforcement: which key each one signs with, and which of them are gone."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping

import msgspec

from agent.api.naming import fold, same, tidy
from agent.api.seat import Alive, Enrol
from agent.api.seats import Retired, SeatName, SeatRetire, Seats, SeatShown
from agent.errors import bad_input, not_found, refused
from agent.registry import Change, Outcome
from agent.store.rows import SeatRow
from agent.store.tables import Tables
from compliance.entries.place import CheckedOut
from compliance.entries.seat import SeatEnrolled, SeatNamed, SeatRetired, SeatStart
from compliance.entry import AnyEntry, decode
from compliance.format.chain import AGENT
from compliance.log import Log
from compliance.note import ED25519, NoteError, VerifierKey, parse_vkey
from host.tls import fingerprint
from i18n.message import Length, Message, Moment, msg, said_by

SILENT_MS = 180_000  # a seat speaks once a minute
_GONE_MS = 600_000  # one that is retired sooner is said to have run until then (compliance/verifying/retired.py)
_MAX_REASON = 300
_MAX_NAME = 40
_ID = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")


def seat_join(change: Change, public: bytes, host: str = "") -> Outcome:
    """Another PC, which calls with this key (DER), is a seat from now on; its daemon's key comes when that speaks first. A PC
    that joins again, as its first answer was lost, is who it was.
    """
    tls = fingerprint(public)
    for known in change.tables.seats():
        if known.tls == tls and known.retired is None:
            return Outcome(known.id, changed=False)
    made = f"seat-{secrets.token_hex(5)}"
    change.tables.put_seat(SeatRow(made, "", None, name=_new_name(change.tables, host), pc=made, tls=tls))
    return Outcome(made)


def _new_name(tables: Tables, host: str) -> str:
    """What the PC calls itself, as long as nobody named it; with a number if another is called so."""
    taken = {fold(row.name) for row in tables.seats() if row.retired is None}
    name = tidy(host)[: _MAX_NAME - 4]
    names = (name, *(f"{name} {number}" for number in range(2, 1000)))
    return next((one for one in names if fold(one) not in taken), "") if name else ""


def seat_name(change: Change, request: SeatName) -> Outcome:
    """The PC, with all chains that it wrote since it joined."""
    row, name = _row(change.tables, request.seat), tidy(request.name)
    if len(name) > _MAX_NAME:
        raise bad_input(msg("the name is longer than {limit} characters", limit=_MAX_NAME))
    rows = change.tables.seats()
    its = [one for one in rows if one.id == row.id or (row.pc and one.pc == row.pc)]
    if name and any(same(name, one.name) and one not in its and one.retired is None for one in rows):
        raise refused(msg("another PC is called {name} already", name=name))
    its = [msgspec.structs.replace(one, name=name) for one in its]
    for one in its:
        change.tables.put_seat(one)
    record_names(change, its)
    return Outcome(row.id, name=name)


def record_names(change: Change, rows: Iterable[SeatRow]) -> None:
    """What the PCs of a public place are called, for whoever reads its log there."""
    if change.tables.place().place != "home":
        for row in rows:
            if row.key and row.retired is None:
                change.record(SeatNamed, id=row.id, name=row.name)


def seat_enrol(change: Change, request: Enrol, pc: str) -> Outcome:
    """`pc`: as which seat the PC joined from which this comes; "": it is the agent's own."""
    if not _ID.fullmatch(request.seat) or request.seat == AGENT:
        raise bad_input(msg("'{seat}' is not a valid seat id", seat=request.seat))
    try:
        key = parse_vkey(request.key)
    except NoteError as error:
        raise bad_input(msg("the seat's key is not valid: {why}", why=said_by(error))) from error
    if key.kind != ED25519:
        raise bad_input(msg("the seat's key has to be Ed25519"))
    rows = {seat.id: seat for seat in change.tables.seats()}
    seats = {seat.id: seat.key for seat in rows.values() if seat.key}
    row = rows.get(request.seat) or SeatRow(request.seat, "", None, name=_name_of(rows, pc), pc=pc)
    _its_own(row, pc)
    if row.key == request.key:
        return Outcome(request.seat, changed=False)
    if row.key:
        # Its chain goes on under the key it began with; another key is another seat, whatever it calls itself.
        raise refused(msg("the seat {seat} is enrolled with another key", seat=request.seat))
    owners = {parse_vkey(other).public: seat for seat, other in seats.items()} | {change.chain.key.public: AGENT}
    if key.public in owners:  # of two under one key nobody could tell which of them wrote
        owner = owners[key.public]
        raise refused(msg("this key is that of {seat} already: a new seat needs a key of its own", seat=owner))
    change.tables.put_seat(enrolled := msgspec.structs.replace(row, key=request.key, enrolled=change.now))
    change.record(SeatEnrolled, id=request.seat, key=request.key)
    if row.name:
        record_names(change, [enrolled])
    return Outcome(request.seat)


def seat_retire(change: Change, request: SeatRetire, heard: int | None, since: int) -> Outcome:
    """`heard`: when the seat was heard last, if it was since the agent's start, which was `since`. The PC that joined as it is
    gone as well; one whose daemon never spoke leaves no trace in the log.
    """
    row = _row(change.tables, request.seat)
    if row.retired is not None:
        raise refused(_gone(change.tables, row.id, row.retired))
    ago = None if heard is None else max(0, change.now - heard)
    if ago is not None and ago <= _GONE_MS and not request.reporting:
        raise refused(msg(
            "the PC {seat} was heard {length} ago, so it is still in use: switch it off or remove Giờ Chơi from it, wait ten "
            "minutes, and retire it then; what it does later is in no log", seat=row.id, length=Length(ago),
        ))  # fmt: skip
    if row.key and heard is None and 0 <= change.now - since <= _GONE_MS and not request.reporting:
        raise refused(msg(
            "whether the PC {seat} still runs is not known yet, as the agent has only just started: try again in ten minutes",
            seat=row.id,
        ))  # fmt: skip
    reason = tidy(request.reason)
    if len(reason) > _MAX_REASON:
        raise bad_input(msg("the reason is longer than {limit} characters", limit=_MAX_REASON))
    gone = {"retired": change.now, "by": change.who, "reason": reason}
    for one in change.tables.seats():
        if one.retired is None and (one.id == row.id or row.pc in {one.id, one.pc} - {""}):
            change.tables.put_seat(msgspec.structs.replace(one, **gone))
            if one.key:
                said = {"reason": reason} if reason else {}
                change.record(SeatRetired, said, id=one.id, heard=heard if one.id == row.id else None)
    for there in change.tables.checkins():
        if there.pc == row.pc:
            change.tables.drop_checkin(row.pc)
            change.record(CheckedOut, id=there.id, how="out")
    return Outcome(row.id)


def _name_of(rows: Mapping[str, SeatRow], pc: str) -> str:
    """A seat that follows another on the same PC is called the same."""
    if not pc:
        return ""
    named = [row for row in rows.values() if row.pc == pc and row.name]
    return max(named, key=lambda row: row.enrolled or 0).name if named else ""


def seat_list(tables: Tables, log: Log, heard: Mapping[str, int], said: Mapping[str, Alive], now: int) -> Seats:
    """`heard`: when each seat was, since the agent's start; `said`: the last that it said of itself."""
    shown = tuple(_shown(row, log, heard.get(row.id), said.get(row.id), now) for row in tables.seats())
    return Seats(seats=shown, zone=tables.place().zone)


def _shown(row: SeatRow, log: Log, heard: int | None, said: Alive | None, now: int) -> SeatShown:
    """What the registry does not know is read from the seat's first and last entry."""
    first, last = _entry(log, row.id, 1), _entry(log, row.id, log.head(row.id).seq)
    follows = first.follows if isinstance(first, SeatStart) and isinstance(first.follows, str) else None
    return SeatShown(
        id=row.id,
        name=row.name,
        pc=row.pc,
        key=row.key,
        enrolled=first.wall if row.enrolled is None and first is not None else row.enrolled,
        heard=last.wall if heard is None and last is not None else heard,
        reporting=heard is not None and now - heard <= SILENT_MS,
        follows=follows,
        retired=None if row.retired is None else Retired(at=row.retired, by=row.by, reason=row.reason),
        version="" if said is None else said.version,
        watch="" if said is None else said.watch,
        unsent=None if said is None else said.unsent,
        issues=() if said is None else said.issues,
    )


def _entry(log: Log, seat: str, seq: int) -> AnyEntry | None:
    """None if the log has it not, or no longer."""
    try:
        return decode(log.entry(log.index(seat, seq)))
    except LookupError:
        return None


def seat_key(tables: Tables, seat: str, pc: str) -> VerifierKey:
    """The key of an enrolled seat of that PC ("": the agent's own). ApiError: not-found, or refused if it is retired or
    another's.
    """
    row = _row(tables, seat)
    _its_own(row, pc)
    if not row.key:
        raise not_found(msg("the seat {seat} is not enrolled", seat=seat))
    if row.retired is not None:
        raise refused(_gone(tables, seat, row.retired))
    return parse_vkey(row.key)


def joined(tables: Tables, tls: str) -> SeatRow | None:
    """As which seat the PC joined that calls with this key; None: it did not. One that is retired may have joined anew."""
    return min((row for row in tables.seats() if row.tls == tls), key=lambda row: row.retired is not None, default=None)


def _its_own(row: SeatRow, pc: str) -> None:
    if row.pc != pc:
        raise refused(msg("the seat {seat} is another PC's", seat=row.id))


def _row(tables: Tables, seat: str) -> SeatRow:
    for row in tables.seats(id=seat):
        return row
    raise not_found(msg("the seat {seat} is not enrolled", seat=seat))


def _gone(tables: Tables, seat: str, at: int) -> Message:
    when = Moment(at, tables.place().zone, "full")
    return msg("the PC {seat} was retired on {when}; nothing more of it is taken", seat=seat, when=when)
