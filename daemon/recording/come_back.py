"""Which seat this is. After a restored backup, of the seat or of its agent, what the log holds and what the seat knows are of
different days, so the seat goes on as a new one, whose chain begins with what it knows of today.
"""

from __future__ import annotations

from pathlib import Path

from daemon.recording.rejoin import put_aside
from daemon.recording.seat_key import new_seat_id
from daemon.roster import Replaced, parse_keys, write_pin
from daemon.store import Store
from host import restored


def seat_id(store: Store, folder: Path) -> str:
    """Made at the first start, and after a restored backup; carried by every entry. Unwritable."""
    if (restored_as := _come_back(store, folder)) is not None:
        return restored_as
    if (known := store.get("seat")) is not None:
        return known.decode()
    made = new_seat_id()
    with store.transaction():
        store.put("seat", made.encode())
    return made


def _come_back(store: Store, folder: Path) -> str | None:
    """The new seat's id; None if nothing was restored. An administrator put it back, so its agent is believed. Unwritable."""
    try:
        mark = restored.read(folder)
    except OSError:
        return None  # who cannot read it cannot take it away either
    if mark is None:
        return None
    try:
        keys = None if mark.keys is None else parse_keys(mark.keys.encode())
    except Replaced:
        keys = None
    with store.transaction():
        write_pin(store, keys)
        seat = put_aside(store, again=True)
    restored.take_away(folder)
    return seat
