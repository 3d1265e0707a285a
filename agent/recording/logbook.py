"""What is read out of the log: its last entries, its head, the inspector's card."""

from __future__ import annotations

from agent.api.log import Card, LogLine, LogLines, LogShow
from agent.errors import bad_input
from agent.recording.whose import names_of
from agent.store.rows import GUEST, PlaceRow
from agent.store.tables import Tables
from compliance.entries.override import GrantRevoked
from compliance.entry import AnyEntry, decode
from compliance.log import Log
from compliance.note import b64, read_checkpoint
from compliance.writing.payloads import PayloadError, Payloads
from i18n.message import msg

# An answer may be large, but not larger than a client takes.
_MOST_BYTES = 16 << 20


def last_lines(request: LogShow, log: Log, payloads: Payloads, tables: Tables, zone: str) -> LogLines:
    """The last entries, as many as were asked for and fit into one answer, with the personal data that is kept beside them and
    the names of whom they are about.

    `zone` is the place's.
    """
    if request.last < 0:
        raise bad_input(msg("the number of entries must be 0 or more"))
    lines: list[LogLine] = []
    seen: set[tuple[str, int]] = set()
    given: dict[str, str] = {}
    size = 0
    for index in range(log.size - 1, max(log.size - request.last, log.begins) - 1, -1):
        entry = decode(data := log.entry(index))
        line = _line(index, data, entry, payloads)
        size += len(line.entry) + len(line.payload or "")
        if size > _MOST_BYTES:
            break
        lines.append(line)
        seen |= {(who, entry.wall) for name in ("who", "target") if (who := getattr(entry, name, None)) is not None}
        if isinstance(entry, GrantRevoked) and (event := tables.grant(entry.id)) is not None:
            given[entry.id] = event.player
    rows = tables.players()
    called = {row.id: GUEST if row.id == GUEST else row.name for row in rows}
    names = {id_: called.get(player, player) for id_, player in given.items()}
    seats = {seat.id: seat.name for seat in tables.seats() if seat.name}
    return LogLines(lines=tuple(reversed(lines)), zone=zone, names=names | names_of(seen, rows, zone), seats=seats)


def card(log: Log, place: PlaceRow) -> Card:
    """What an inspector keeps: enough to know this log again, and to prove later that nothing of it was taken away."""
    head = read_checkpoint(log.checkpoint)
    return Card(
        origin=head.origin,
        key=log.key.text,
        fingerprint=log.key.fingerprint,
        size=head.size,
        root=b64(head.root),
        place=place.place,
        name=place.name,
        certificate=place.certificate,
        expires=place.expires,
        checkpoint=log.checkpoint,
        address=place.address,
        owner=place.owner,
    )


def _line(index: int, data: bytes, entry: AnyEntry, payloads: Payloads) -> LogLine:
    text, unread = None, None
    if entry.secret is not None:
        try:
            kept = payloads.get(entry.seat, entry.seq)
        except PayloadError as error:
            unread = error.message
        else:
            text = None if kept is None else kept.data.decode(errors="replace")
    return LogLine(index=index, entry=data.decode(), payload=text, unread=unread)
