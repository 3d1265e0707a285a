"""Whether a public game point has the law's rules for one, without which no hours bind it. Pure.

The agent puts them on as it takes the place's word, in the same step, and lets nobody take them off: so did every version.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from msgspec import UNSET

from compliance.entries.log import AgentTick
from compliance.entries.place import PlaceChanged, PolicyChanged
from compliance.verifying.alive import MINUTE_MS
from compliance.verifying.in_force.place import PLACE, Timeline
from compliance.verifying.listed import Listed
from compliance.verifying.opening import GAME_POINT
from compliance.verifying.report import Finding
from compliance.verifying.wanted import Wants
from i18n.message import Arg, msg

_LAW: Final = "vn-game-point"
_AT_ONCE_MS = 10 * MINUTE_MS


@dataclass
class LawPack:
    """`take` what the agent says of place and packs once the `timeline` has it, and what it `wants`; then ask `found`. That
    the rules were taken off is told where they are.
    """

    timeline: Timeline
    found: Listed = field(default_factory=Listed)
    _without: tuple[Arg, PlaceChanged] | None = None
    _on: bool | None = None  # whether they are, as was said last, whatever the clock said then

    def wants(self) -> Wants:
        return {AgentTick: self._ticked}

    def take(self, where: Arg, line: PlaceChanged | PolicyChanged) -> None:
        if isinstance(line, PlaceChanged):
            on = self._on or (self._on is None and not self.timeline.whole)  # what was put on may be gone with the beginning
            self._without = None if line.place != GAME_POINT or on else self._without or (where, line)
        elif line.target == PLACE:
            self._on = any(one.id == _LAW and one.own is UNSET for one in line.packs)
            self._without = None if self._on else self._without

    def _ticked(self, _: Arg, line: AgentTick) -> None:
        if self._without is None or line.wall - self._without[1].wall <= _AT_ONCE_MS:
            return
        (where, placed), self._without = self._without, None
        text = msg("from here on this is a public game point, and the law's rules for one ({pack}) were not put on", pack=_LAW)
        self.found.add(Finding("no-law", where, text, placed.seat, placed.wall))
