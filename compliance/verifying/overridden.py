"""What people put before the rules, counted by kind and by the role that did it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from compliance.entries.base import Entry
from compliance.entries.override import Approval, CodeUsed, EnforcementOff, EnforcementOn, GrantGiven, GrantRevoked, Paused
from compliance.entries.place import GameChanged
from compliance.entry import AnyEntry

GUARDIAN = "guardian"  # who else would: the agent's and the daemon's tables of roles let nobody
STAFF = "staff"
OVERRIDING: frozenset[type[Entry]] = frozenset(
    {GrantGiven, GrantRevoked, Approval, GameChanged, Paused, CodeUsed, EnforcementOff, EnforcementOn}
)
"""The entries that tell of it."""


@dataclass(frozen=True, slots=True)
class Override:
    """So many `times`, for `ms` in all (0: no length), the first and the last one at these moments (Unix ms).

    `kind` is for programs: `grant`, `taken-back`, `allowed`, `label`, `pause`, `off`, `code`.
    """

    kind: str
    by: str
    times: int
    ms: int
    first: int
    last: int

    def with_(self, other: Override) -> Override:
        """Both together."""
        first, last = min(self.first, other.first), max(self.last, other.last)
        return Override(self.kind, self.by, self.times + other.times, self.ms + other.ms, first, last)


@dataclass
class Overridden:
    """`take` all entries in order, then ask for `all`."""

    _known: dict[tuple[str, str], Override] = field(default_factory=dict)
    _off: dict[tuple[str, str], EnforcementOff] = field(default_factory=dict)

    def take(self, line: AnyEntry) -> None:
        match line:
            case GrantGiven():
                self._add("grant", line.by, line.wall, line.ms)
            case GrantRevoked():
                self._add("taken-back", GUARDIAN, line.wall)
            case Approval():
                self._add("allowed", GUARDIAN, line.wall)
            case GameChanged() if line.before != line.after:
                self._add("label", GUARDIAN, line.wall)
            case Paused():
                self._add("pause", GUARDIAN, line.wall)
            case CodeUsed():
                self._add("code", GUARDIAN, line.wall, line.ms)
            case EnforcementOff():
                self._off[line.seat, line.id] = line
                self._add("off", GUARDIAN, line.wall, line.until - line.wall)
            case EnforcementOn():
                if (off := self._off.pop((line.seat, line.id), None)) is not None and line.wall < off.until:
                    self._add("off", GUARDIAN, off.wall, line.wall - off.until, times=0)
            case _:
                pass

    def all(self) -> tuple[Override, ...]:
        return tuple(self._known[key] for key in sorted(self._known))

    def _add(self, kind: str, by: str, at: int, ms: int = 0, *, times: int = 1) -> None:
        old = self._known.get((kind, by), Override(kind, by, 0, 0, at, at))
        self._known[kind, by] = old.with_(Override(kind, by, times, ms, at, at))
