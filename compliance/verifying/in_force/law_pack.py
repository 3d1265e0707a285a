"""Whether a public place has the law's rules for its kind, without which no hours bind it. Pure.

The agent puts them on as it takes the place's word, in the same step, and lets nobody take them off: so did every version.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from msgspec import UNSET

from compliance.entries.log import AgentTick
from compliance.entries.place import PlaceChanged, PolicyChanged
from compliance.entries.play import PlayStarted
from compliance.verifying.alive import MINUTE_MS
from compliance.verifying.in_force.place import PLACE, Timeline
from compliance.verifying.listed import Listed
from compliance.verifying.opening import GAME_POINT
from compliance.verifying.report import Finding
from compliance.verifying.wanted import Wants, each
from i18n.message import Arg, msg

_LAWS: Final = {GAME_POINT: "vn-game-point", "agent-without-games": "vn-agent-without-games"}  # by kind of place
_AT_ONCE_MS = 10 * MINUTE_MS


@dataclass
class LawPack:
    """`take` what the agent says of place and packs once the `timeline` has it, and what it `wants`; then ask `found`. That
    the rules were taken off is told where they are.
    """

    timeline: Timeline
    found: Listed = field(default_factory=Listed)
    _without: tuple[Arg, PlaceChanged] | None = None
    _on: frozenset[str] | None = None  # which of them are, as was said last, whatever the clock said then

    def wants(self) -> Wants:
        return each(self._later, AgentTick, PlayStarted)

    def take(self, where: Arg, line: PlaceChanged | PolicyChanged) -> None:
        if isinstance(line, PlaceChanged):
            law = _LAWS.get(line.place)
            # What was put on may be gone with the log's beginning.
            on = not self.timeline.whole if self._on is None else law in self._on
            again = self._without is not None and self._without[1].place == line.place
            self._without = None if law is None or on else self._without if again else (where, line)
        elif line.target == PLACE:
            self._on = frozenset(one.id for one in line.packs if one.own is UNSET)
            if self._without is not None and _LAWS[self._without[1].place] in self._on:
                self._without = None

    def _later(self, _: Arg, line: AgentTick | PlayStarted) -> None:
        if self._without is None or line.wall - self._without[1].wall <= _AT_ONCE_MS:
            return
        (where, placed), self._without = self._without, None
        pack = _LAWS[placed.place]
        text = msg("from here on this is a public game point, and the law's rules for one ({pack}) were not put on", pack=pack)
        if placed.place != GAME_POINT:
            text = msg("from here on this is an Internet agent without games, and the law's rules for one ({pack}) were not "
                       "put on", pack=pack)  # fmt: skip
        self.found.add(Finding("no-law", where, text, placed.seat, placed.wall))
