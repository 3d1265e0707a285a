"""The PCs under enforcement: which key each one signs with."""

from __future__ import annotations

import re

from agent.api.roster import Seat
from agent.api.seat import Enrol
from agent.errors import bad_input, not_found, refused
from agent.registry import Change, Outcome
from agent.store.tables import Tables
from compliance.entries.seat import SeatEnrolled
from compliance.format.chain import AGENT
from compliance.note import ED25519, NoteError, VerifierKey, parse_vkey
from i18n.message import msg, said_by

_ID = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")


def seat_enrol(change: Change, request: Enrol) -> Outcome:
    if not _ID.fullmatch(request.seat) or request.seat == AGENT:
        raise bad_input(msg("'{seat}' is not a valid seat id", seat=request.seat))
    try:
        key = parse_vkey(request.key)
    except NoteError as error:
        raise bad_input(msg("the seat's key is not valid: {why}", why=said_by(error))) from error
    if key.kind != ED25519:
        raise bad_input(msg("the seat's key has to be Ed25519"))
    seats = {seat.id: seat.key for seat in change.tables.seats()}
    known = seats.get(request.seat)
    if known == request.key:
        return Outcome(request.seat, changed=False)
    if known is not None:
        # Its chain goes on under the key it began with; another key is another seat, whatever it calls itself.
        raise refused(msg("the seat {seat} is enrolled with another key", seat=request.seat))
    owners = {parse_vkey(other).public: seat for seat, other in seats.items()} | {change.chain.key.public: AGENT}
    if key.public in owners:  # of two under one key nobody could tell which of them wrote
        owner = owners[key.public]
        raise refused(msg("this key is that of {seat} already: a new seat needs a key of its own", seat=owner))
    change.tables.add_seat(Seat(id=request.seat, key=request.key))
    change.record(SeatEnrolled, id=request.seat, key=request.key)
    return Outcome(request.seat)


def seat_key(tables: Tables, seat: str) -> VerifierKey:
    """The key of an enrolled seat. ApiError(not-found)."""
    for row in tables.seats():
        if row.id == seat:
            return parse_vkey(row.key)
    raise not_found(msg("the seat {seat} is not enrolled", seat=seat))
