"""What a seat writes down each minute: the row of each running play, refused starts, unknown programs, that it was alive."""

from __future__ import annotations

from dataclasses import dataclass, field

from compliance.journal import Journal
from daemon.deciding.plays import Plays
from daemon.recording.attempts import Attempts
from daemon.recording.listed_programs import ListedPrograms
from daemon.recording.logged_on import LoggedOn
from daemon.recording.pc_zone import PcZone
from daemon.recording.presence import Presence
from daemon.recording.recorder import Recorder
from daemon.reporting.announce import Announcer
from daemon.sessions import InForce
from daemon.store import Store
from daemon.trusted import Reading
from rules.calendar import day_name


@dataclass(frozen=True, slots=True, eq=False)
class MinuteWork:
    """`end` writes what is left of it when the seat stops."""

    in_force: InForce
    store: Store
    plays: Plays
    attempts: Attempts
    recorder: Recorder
    announcer: Announcer
    zone: PcZone
    logged_on: LoggedOn
    listed: ListedPrograms
    presence: Presence = field(default_factory=Presence)

    def write(self, now: Reading) -> None:
        self.recorder.rows(self.plays.running.values(), now)
        self._count_attempts(now)
        self.list_programs(now)
        self.zone.look()
        self.logged_on.look(now)
        self.recorder.alive(self.presence.mark(now), now)
        if not self.recorder.waiting:
            self.store.keep_reserve()

    def end(self, now: Reading) -> None:
        self.announcer.settle()
        self._count_attempts(now)
        self.list_programs(now)
        self.recorder.rows(self.plays.running.values(), now)
        self.recorder.alive(self.presence.take(), now)

    def list_programs(self, now: Reading) -> None:
        """What ran up to now is in the store when this returns, if the disk takes it."""
        if rows := self.listed.take(now):
            self.recorder.do(lambda _: self.store.add_listed(rows))

    def _count_attempts(self, now: Reading) -> None:
        """Refused starts that got no line of their own: they count in the day's summary all the same."""
        people, untold = self.in_force.people, self.attempts.take()
        if people is None or not untold:
            return
        day = day_name(people.zone, now.wall).isoformat()

        def action(_: Journal) -> None:
            for (player, game), count in untold.items():
                self.store.count_refusals(day, player, game, count)

        self.recorder.do(action)
