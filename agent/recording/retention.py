"""How long entries, and personal data beside them, are kept, and where in the log that ends. The agent's own clock says when
they came.

Whoever sets the clock to another year must not make it delete everything: the agent deletes by itself only if it ran within two
days before it started, and if the clock has gone no faster than time since.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import msgspec

from compliance.format.chain import AGENT
from compliance.format.keeping import LEAVES_MS
from compliance.format.tiles import WIDTH
from compliance.log import Log
from compliance.writing.payloads import Payloads
from host.clock import Clock
from rules.calendar import DAY_MS

_AT_ONCE: Final = 20_000  # of one go: others are to be served
_APART_MS: Final = 2 * DAY_MS
_JUMP_MS: Final = DAY_MS // 24
_OWN: Final = f'"seat":"{AGENT}"'.encode()


class _Wall(msgspec.Struct):
    seat: str
    wall: int


_walls = msgspec.json.Decoder(_Wall)


def came_before(log: Log, moment: int, now: int) -> int:
    """How many entries came before then: all before the agent's first own one that is of then or later.

    Read in order, never searched: a clock that was behind for a while makes young entries look old. One that was ahead of
    what it is `now` proves nothing; if it still was at the last one, it is now that cannot be believed.
    """
    end, last = 0, last_wall(log)
    if last is None or last > now:
        return 0
    for index, data in enumerate(log.entries(), log.begins):
        wall = _own_wall(data)
        if wall is not None and moment <= wall <= now:
            break
        if wall is not None and wall < moment:
            end = index + 1
    return end


def boundary(log: Log, old: int, now: int, most: int = _AT_ONCE) -> int:
    """Where the log can begin, of which the first `old` entries, at least, are old enough: at a full tile, and the agent's next
    entry is old as well. Then nobody need believe that those before it were. Where it begins now, if no more of it can go.

    Nor is it where its clock was behind, as before it was set at a start: who verifies counts two days from that entry on.
    """
    limit = min(old, log.begins + most) // WIDTH * WIDTH
    begins = last = log.begins
    highest = 0
    for index, data in enumerate(log.entries(last, old), last):
        if (wall := _own_wall(data)) is None:
            continue
        end = min(index, limit) // WIDTH * WIDTH
        if highest <= wall <= now - LEAVES_MS:
            begins, highest = end if end > last else begins, wall
        if index >= limit:
            break
        last = index
    return begins


def _own_wall(data: bytes) -> int | None:
    """When the agent wrote it; None if it did not."""
    return line.wall if _OWN in data and (line := _walls.decode(data)).seat == AGENT else None


def personal(log: Log, payloads: Payloads, end: int, most: int = _AT_ONCE) -> tuple[tuple[str, int], ...]:
    """The entries (seat, seq) before the one at `end` which have personal data beside them; so many at `most`, the oldest of a
    seat. What the log has no entry of, as after half a restore, is nobody's and goes, too.
    """
    found: list[tuple[str, int]] = []
    for seat in payloads.seats():
        for seq in payloads.seqs(seat):
            if len(found) >= most or _index(log, seat, seq) >= end:
                break
            found.append((seat, seq))
    return tuple(found)


def _index(log: Log, seat: str, seq: int) -> int:
    """-1 if the log has it not."""
    try:
        return log.index(seat, seq)
    except LookupError:
        return -1


@dataclass(slots=True)
class Daily:
    """Whether it is time to prune. `last`: when the agent was last there before this start, by its log; None: never."""

    clock: Clock
    last: int | None
    _started: int = field(init=False)
    _elapsed: int = field(init=False)
    _next: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._started, self._elapsed = self.clock.wall(), self.clock.elapsed()

    def due(self) -> bool:
        """Once a day, if the clock is to be believed."""
        now, elapsed = self.clock.wall(), self.clock.elapsed() - self._elapsed
        if self.last is None or not 0 <= self._started - self.last <= _APART_MS:
            return False
        if abs(now - self._started - elapsed) > _JUMP_MS or elapsed < self._next:
            return False
        self._next = elapsed + DAY_MS
        return True


def last_wall(log: Log) -> int | None:
    """When the agent last wrote; None if it never did."""
    seq = log.head(AGENT).seq
    return _walls.decode(log.entry(log.index(AGENT, seq))).wall if seq else None
