"""What status says of the daemon itself and of its line to the agent."""

from __future__ import annotations

from typing import Protocol

from daemon.api import messages as m
from daemon.health import Health
from daemon.platforms.api import Watcher
from daemon.recording.recorder import Recorder
from daemon.roster import Trust
from host import VERSION
from rules.calendar import rfc3339


class Line(Protocol):
    """Whether the agent answers: daemon.uplink."""

    reachable: bool


class DaemonStatus:
    """`since` is when the daemon was started, by its trusted wall clock; `zone` everywhere the place's."""

    def __init__(self, watcher: Watcher, since: int, health: Health, trust: Trust, recorder: Recorder, line: Line) -> None:
        self._watcher = watcher
        self._since = since
        self._health = health
        self._trust = trust
        self._recorder = recorder
        self._line = line

    def daemon(self, zone: str) -> m.DaemonPart:
        roster = self._trust.roster
        return m.DaemonPart(
            version=VERSION,
            since=rfc3339(self._since, zone),
            watch=self._watcher.kind,
            issues=tuple(
                m.Issue(id=one.id, since=rfc3339(one.since, zone), text=one.text) for one in self._health.open()
            ),
            roster=-1 if roster is None else roster.number,
        )

    def agent(self, zone: str) -> m.AgentPart:
        head, seen = self._trust.checkpoint, self._trust.checkpoint_wall
        return m.AgentPart(
            reachable=self._line.reachable,
            unsent=self._recorder.journal.unsent() + self._recorder.waiting,
            checkpoint=None if head is None else m.CheckpointPart(size=head.size, time=rfc3339(seen, zone)),
        )
