"""What status says of the daemon itself and of its line to the agent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from daemon.api import messages as m
from daemon.api.status import OffPart
from daemon.deciding.overrides import Overrides
from daemon.health import Health
from daemon.platforms.api import Watcher
from daemon.recording.recorder import Recorder
from daemon.roster import Trust
from host import VERSION
from rules.calendar import rfc3339


@dataclass(frozen=True, slots=True, eq=False)
class DaemonStatus:
    """`since` is when the daemon was started, by its trusted wall clock; `zone` everywhere the place's."""

    watcher: Watcher
    since: int
    health: Health
    trust: Trust
    recorder: Recorder
    reachable: Callable[[], bool]
    kept: Callable[[], str]
    overrides: Overrides

    def daemon(self, zone: str) -> m.DaemonPart:
        roster, off = self.trust.roster, self.overrides.off
        return m.DaemonPart(
            version=VERSION,
            since=rfc3339(self.since, zone),
            watch=self.watcher.kind,
            issues=tuple(
                m.Issue(id=one.id, since=rfc3339(one.since, zone), text=one.text) for one in self.health.open()
            ),
            roster=-1 if roster is None else roster.number,
            off=None if off is None else OffPart(until=rfc3339(off.until, zone), who=off.who, reason=off.reason),
        )

    def agent(self, zone: str) -> m.AgentPart:
        head, seen = self.trust.checkpoint, self.trust.checkpoint_wall
        return m.AgentPart(
            reachable=self.reachable(),
            unsent=self.recorder.journal.unsent() + self.recorder.waiting,
            keys=self.kept() or None,
            checkpoint=None if head is None else m.CheckpointPart(size=head.size, time=rfc3339(seen, zone)),
        )
