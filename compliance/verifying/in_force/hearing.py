"""Which seats must have what the agent said: an hour later, heard by it in between, with nothing wrong between them. Pure."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from compliance.entries.log import AgentTick, Restored
from compliance.entries.seat import IssueCleared, IssueRaised, SeatEnrolled, SeatStart
from compliance.entry import AnyEntry
from compliance.format.chain import AGENT
from compliance.verifying.wanted import Wants, each
from i18n.message import Arg

LATE_MS: Final = 3_600_000
CLOCKS_MS: Final = 600_000  # two PCs' clocks may be apart so far, and news be under way
_HEARD: Final = 16  # ticks: more than an hour
_APART: Final = frozenset({
    "agent-away", "agent-refuses", "clock-jump", "journal-unwritable", "log-replaced", "no-roster", "seat-retired",
    "store-broken", "update",
})  # fmt: skip


@dataclass
class Hearing:
    """Take what it `wants`, and `agents` each entry of the agent that a check goes by; then ask of any moment."""

    _wall: int = 0  # the agent's clock
    _heard: dict[str, deque[int]] = field(default_factory=dict)
    _apart: dict[str, set[str]] = field(default_factory=dict)
    _restored: bool = False
    _anew: dict[str, int] = field(default_factory=dict)  # until when seats may know what the agent does not, or the reverse

    def wants(self) -> Wants:
        return {
            AgentTick: self._ticked, Restored: self._put_back,
            **each(self._parted, IssueRaised, IssueCleared, SeatEnrolled, SeatStart),
        }  # fmt: skip

    def agents(self, line: AnyEntry) -> None:
        if line.wall < self._wall - CLOCKS_MS:  # set back: when it heard whom before is no moment after what it says now
            self._heard.clear()
        self._wall = line.wall

    def _ticked(self, _: Arg, line: AgentTick) -> None:
        self.agents(line)
        for seat, heard in line.seats.items():
            times = self._heard.setdefault(seat, deque(maxlen=_HEARD))
            if not times or times[-1] != heard:
                times.append(heard)

    def _put_back(self, _: Arg, line: Restored) -> None:
        self.agents(line)
        self._restored = True

    def _parted(self, _: Arg, line: IssueRaised | IssueCleared | SeatEnrolled | SeatStart) -> None:
        if line.seat == AGENT:
            self.agents(line)
        match line:
            case IssueRaised() if line.id in _APART:
                self._apart.setdefault(line.seat, set()).add(line.id)
            case IssueCleared() if line.id in _APART:
                self._apart.get(line.seat, set()).discard(line.id)
            case SeatEnrolled() if self._restored:
                self._anew[line.id] = line.wall + CLOCKS_MS
            case SeatStart() if self._apart.pop(line.seat, None):  # what is wrong still, the new run says itself
                self._anew[line.seat] = max(line.wall + CLOCKS_MS, self._anew.get(line.seat, 0))
            case _:
                pass

    def is_apart(self, seat: str, at: int) -> bool:
        """Whether its agent's word may be unknown to it: it says so, did before it was started, or knows more than an agent
        that was put back.
        """
        return bool(self._apart.get(seat)) or at <= self._anew.get(seat, -1)

    def had_news(self, seat: str, since: int, at: int) -> bool:
        """Whether the seat must have had at `at` what was changed at `since`."""
        late = at - since > LATE_MS
        return late and any(since + CLOCKS_MS < heard < at - CLOCKS_MS for heard in self._heard.get(seat, ()))
