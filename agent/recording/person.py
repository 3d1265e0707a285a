"""All that is kept about one person, as one JSON document that people can read: what the registry says, then each entry of the
log that is about them, with the personal data beside it. The key that makes their pseudonyms is not told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from agent.recording.traces import Line, Traces
from agent.store.rows import PlayerRow
from agent.store.tables import Tables
from compliance.log import Log
from compliance.writing.payloads import PayloadError, Payloads

_AT_ONCE = 2048


def registered(tables: Tables, row: PlayerRow) -> dict[str, Any]:
    """What the registry knows of the player."""
    names = {guardian.id: guardian.name for guardian in tables.guardians()}
    known = {**msgspec.to_builtins(row), "guardians": [names[who] for player, who in tables.wards() if player == row.id]}
    del known["key"]
    return {
        "player": known,
        "packs": msgspec.to_builtins(tables.packs().get(row.id, ())),
        "limits": [msgspec.to_builtins(one) for one in tables.limits() if one.player == row.id],
        "allowed_games": [msgspec.to_builtins(one) for one in tables.approvals() if one.player == row.id],
        "allowed_programs": [msgspec.to_builtins(program) for player, program in tables.programs() if player == row.id],
        "grants": [msgspec.to_builtins(one) for one in tables.grants(0) if one.player == row.id],
        "requests": [msgspec.to_builtins(one) for one in tables.requests(0) if one.player == row.id],
    }


def entries(log: Log, key: bytes) -> Iterator[list[tuple[int, bytes, Line]]]:
    """Those of the log that are about whose key this is, with their places; first of what is kept of the deleted ones, then a
    part of the log at a time, up to its end as it is then."""
    traces = Traces(key)
    for part in _parts(log):
        found = ((index, data, traces.take(data)) for index, data in part)
        yield [(index, data, line) for index, data, line in found if line is not None]


def _parts(log: Log) -> Iterator[Iterable[tuple[int, bytes]]]:
    done = log.begins
    yield log.kept()
    while done < log.size:
        end = min(done + _AT_ONCE, log.size)
        yield enumerate(log.entries(done, end), done)
        done = end


def document(known: dict[str, Any], log: Log, payloads: Payloads, key: bytes) -> Iterator[bytes]:
    """The document, a piece for each part of the log."""
    head = msgspec.json.format(msgspec.json.encode(known), indent=2)
    yield head.removesuffix(b"\n}") + b',\n  "log": ['
    first = True
    for part in entries(log, key):
        lines = [_entry(index, data, line, payloads) for index, data, line in part]
        text = b",".join(b"\n    " + msgspec.json.encode(line) for line in lines)
        yield text if first or not text else b"," + text
        first = first and not text
    yield b"\n  ]\n}\n"


def _entry(index: int, data: bytes, line: Line, payloads: Payloads) -> dict[str, Any]:
    told: dict[str, Any] = {"index": index, "entry": msgspec.Raw(data)}
    if line.secret is not None:
        try:
            kept = payloads.get(line.seat, line.seq)
        except PayloadError as error:
            told["unread"] = str(error)
        else:
            told["personal"] = None if kept is None else _json(kept.data)
    return told


def _json(data: bytes) -> Any:
    """As it is; what is no JSON, as text."""
    try:
        msgspec.json.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return data.decode(errors="replace")
    return msgspec.Raw(data)
