"""Which entries of the log are about a person, by whoever has the person's key. Pure."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec

from agent.api.pseudonym import pseudonym
from rules.calendar import DAY_MS

_AROUND = range(-2, 3)  # a summary speaks of the day before its own; zones differ from UTC by up to 14 hours
_EPOCH = date(1970, 1, 1)


class Line(msgspec.Struct):
    """The little of an entry that says whose it is."""

    kind: str
    seat: str
    seq: int
    wall: int
    secret: str | None = None
    who: str | None = None
    target: str | None = None
    id: str | None = None
    opened: int | None = None


_lines = msgspec.json.Decoder(Line)
_BY_ID = frozenset({"grant.revoked", "approval.ended", "resume", "answer"})  # they name by its id what an earlier entry told


class Traces:
    """`take` each entry in the order of the log. `key` makes the person's pseudonyms."""

    def __init__(self, key: bytes) -> None:
        self._key = key.hex()
        self._names: dict[int, frozenset[str]] = {}
        self._ids: set[str] = set()
        self._opened: set[tuple[str, int]] = set()

    def take(self, data: bytes) -> Line | None:
        """The entry, if it is about the person."""
        line = _lines.decode(data)
        who = line.target if line.who is None else line.who
        if who is not None and who in self._around(line.wall // DAY_MS):
            if line.id is not None:
                self._ids.add(line.id)
            if line.kind == "session.opened":
                self._opened.add((line.seat, line.seq))
            return line
        named = (line.kind in _BY_ID and line.id in self._ids) or (line.seat, line.opened) in self._opened
        return line if named else None

    def _around(self, day: int) -> frozenset[str]:
        if day not in self._names:
            dates = (_EPOCH + timedelta(days=day + n) for n in _AROUND)
            self._names[day] = frozenset(pseudonym(self._key, one) for one in dates)
        return self._names[day]
