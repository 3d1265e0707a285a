"""Which of the entries that are to be deleted are kept, as what they say goes on. Pure; of the same entries always the same.

Kept are what the agent said of the place, its packs, games, programs, guardians and seats; what began and is not over; and of
each seat the last entry, the last seal, the last presence, the last clock jump, how its last run began and ended, and which
seat it follows: it goes on from there.
"""

from __future__ import annotations

from typing import Final

import msgspec

from compliance.format.chain import AGENT

LEAVES_MS: Final = 396 * 86_400_000  # thirteen months
PERSONAL_MS: Final = 184 * 86_400_000  # six months, of what lies beside entries
_SAID: Final = frozenset({
    "seat.enrolled", "seat.named", "seat.retired", "place.changed", "policy.changed", "guardian.changed", "game.changed",
    "programs.changed",
})  # fmt: skip
_OPEN: Final = {
    "approval": "approval.ended", "issue.raised": "issue.cleared", "pause": "resume", "enforcement.off": "enforcement.on",
    "play.started": "play.ended", "session.opened": "session.closed", "checkin": "checkout",
}  # fmt: skip
_BY_SEQ: Final = frozenset({"play.started", "session.opened"})  # these are named by the seq of their entries
_ENDS: Final = {end: start for start, end in _OPEN.items()}


class _Line(msgspec.Struct):
    seat: str
    kind: str
    seq: int
    id: str = ""
    who: str | None = None
    play: int = 0
    opened: int = 0
    follows: str | None = None


_lines = msgspec.json.Decoder(_Line)


class Keeping:
    """`take` the entries before the boundary in the order of the log; those that were deleted before are not missed."""

    def __init__(self) -> None:
        self._said: list[int] = []
        self._open: dict[tuple[str, str, str], tuple[str | None, list[int]]] = {}
        self._last: dict[tuple[str, str], int] = {}

    def take(self, index: int, data: bytes) -> None:
        line = _lines.decode(data)
        seat, kind = line.seat, line.kind
        self._last[seat, ""] = index
        if kind in _SAID:
            if seat == AGENT:
                self._said.append(index)
        elif kind in _OPEN:
            id = str(line.seq) if kind in _BY_SEQ else line.id
            self._open.setdefault((seat, kind, id), (line.who, []))[1].append(index)
        elif kind in _ENDS:
            self._end(index, line, _ENDS[kind])
        elif kind == "seat.start":
            self._last.pop((seat, "seat.stop"), None)
            self._last[seat, kind] = index
            if line.follows is not None:
                self._said.append(index)
        elif kind in {"seat.stop", "seal", "presence", "clock.jump"}:
            self._last[seat, kind] = index

    def _end(self, index: int, line: _Line, kind: str) -> None:
        """Of a pause of everybody one may be let off alone."""
        begun = line.seat, kind, str(line.play or line.opened) if kind in _BY_SEQ else line.id
        found = self._open.get(begun)
        if found is None:
            return
        if kind == "pause" and found[0] is None and line.who is not None:
            found[1].append(index)
        else:
            del self._open[begun]

    def kept(self) -> list[int]:
        """Their numbers, in order."""
        opened = (index for _, indexes in self._open.values() for index in indexes)
        return sorted({*self._said, *opened, *self._last.values()})
