"""One line of the log, as all that the daemon writes is appended."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from compliance.entries.base import Entry
from compliance.journal import Journal
from daemon.trusted import Reading

EntryT = TypeVar("EntryT", bound=Entry)


def append(journal: Journal, kind: type[EntryT], now: Reading, *, payload: bytes | None = None, **fields: object) -> EntryT:
    return journal.append(kind, mono=now.mono, wall=now.wall, payload=payload, **fields)


def beside(**fields: str) -> bytes:
    """Personal data beside an entry, its `payload`: JSON, so that it can be shown without knowing the kind."""
    return msgspec.json.encode(fields, order="sorted")
