"""How long personal data beside the log is kept, and where in the log that ends. The agent's own clock says when entries came.

Whoever sets the clock to another year must not make it delete everything: the agent deletes by itself only if it ran within two
days before it started, and if the clock has gone no faster than time since.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import msgspec

from compliance.format.chain import AGENT
from compliance.log import Log
from compliance.writing.payloads import Payloads
from host.clock import Clock
from rules.calendar import DAY_MS

PERSONAL_MS: Final = 184 * DAY_MS  # six months
LEAVES_MS: Final = 396 * DAY_MS  # thirteen months
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
    for index, data in enumerate(log.entries()):
        if _OWN in data and (line := _walls.decode(data)).seat == AGENT:
            if moment <= line.wall <= now:
                break
            if line.wall < moment:
                end = index + 1
    return end


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
