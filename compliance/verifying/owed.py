"""What is not here any more, as the agent says itself: personal data that was deleted, what a restored backup lacks. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from compliance.entries.log import Erasure, Restored
from compliance.format.chain import AGENT
from compliance.verifying.listed import Times
from compliance.verifying.report import Finding, Gap
from i18n.message import Arg, Moment, msg, msgn

_MOST = 1_000  # no honest log goes on from so many backups
_SHORT_MS = 3_600_000
_NEAR_MS = 10 * 60_000
_HOURLY_MS = 70 * 60_000  # the last sign of life that a backup knows of may be older than it is


@dataclass
class Owed:
    """`take` each such entry, then ask `findings` and `gaps`."""

    _restored: list[tuple[Arg, Restored]] = field(default_factory=list)
    _erased: Times = field(default_factory=Times)

    def take(self, where: Arg, line: Erasure | Restored) -> None:
        if isinstance(line, Restored):
            self._restored.append((where, line))
            return
        if line.who is not None and line.before is None:
            self._erased.see(where)

    def gaps(self, gaps: Iterable[Gap], began: Mapping[str, int]) -> Iterator[Gap]:
        """The same; of one that ended when a backup was put back that is the reason, and enough of one where it was short. What
        a seat wrote for an agent that was put back meanwhile is missing for that reason. `began`: when each seat did. What was
        put back goes on as a new seat: another's gap has some other reason.
        """
        restored = [line for _, line in self._restored[:_MOST]]
        for gap in gaps:
            if gap.kind == "withheld" and any(gap.start - _HOURLY_MS <= line.wall <= gap.end for line in restored):
                yield replace(gap, kind="restored")
                continue
            known = gap.kind == "lost" and gap.end == began.get(gap.seat) and any(about(gap, line) for line in restored)
            yield replace(gap, kind="restored", explained=gap.end - gap.start <= _SHORT_MS) if known else gap

    def findings(self, zone: str) -> Iterator[Finding]:
        """What no rule forbids; moments are shown in `zone`."""
        for where, line in self._restored:
            since = msg("an unknown day") if line.made == 0 else Moment(line.made, zone)
            told = msg("the agent goes on from a backup of {when}: what was logged from then to here is missing", when=since)
            yield Finding("restored", where, told, seat=AGENT, at=line.wall)
        if self._erased.n:
            yield Finding("erasure", self._erased.first, msgn(
                "all personal data of {n} person was erased; what the log says of them holds without it",
                "all personal data of {n} persons was erased; what the log says of them holds without it", self._erased.n,
            ))  # fmt: skip


def about(gap: Gap, line: Restored) -> bool:
    """Whether the gap ended when this backup was put back."""
    return abs(gap.end - line.wall) <= _NEAR_MS and gap.start >= line.made - _HOURLY_MS
