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


class _Wall(msgspec.Struct):
    wall: int


_walls = msgspec.json.Decoder(_Wall)


def came_before(log: Log, moment: int) -> int:
    """How many entries came before then: up to the agent's own last one."""
    low, high = 1, log.head(AGENT).seq + 1
    while low < high:
        middle = (low + high) // 2
        if _walls.decode(log.entry(log.index(AGENT, middle))).wall < moment:
            low = middle + 1
        else:
            high = middle
    return log.index(AGENT, low - 1) + 1 if low > 1 else 0


def personal(log: Log, payloads: Payloads, before: int, most: int = _AT_ONCE) -> tuple[tuple[str, int], ...]:
    """The entries (seat, seq) older than that which have personal data beside them; so many at `most`, the oldest of a seat."""
    end = came_before(log, before)
    found: list[tuple[str, int]] = []
    for seat in payloads.seats():
        for seq in payloads.seqs(seat):
            if len(found) >= most or log.index(seat, seq) >= end:
                break
            found.append((seat, seq))
    return tuple(found)


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
