"""What a seat writes down each minute: the row of each running play, refused starts, the minute in which it was alive."""

from __future__ import annotations

from collections.abc import Callable

from compliance.journal import Journal
from daemon.deciding.plays import Plays
from daemon.recording.attempts import Attempts
from daemon.recording.pc_zone import PcZone
from daemon.recording.presence import Presence
from daemon.recording.recorder import Recorder
from daemon.reporting.announce import Announcer
from daemon.sessions import InForce
from daemon.store import Store
from daemon.trusted import Reading
from rules.calendar import day_name


class MinuteWork:
    """`end` writes what is left of it when the seat stops."""

    def __init__(
        self,
        in_force: InForce,
        store: Store,
        plays: Plays,
        attempts: Attempts,
        recorder: Recorder,
        announcer: Announcer,
        zone: PcZone,
    ) -> None:
        self._in_force = in_force
        self._store = store
        self._plays = plays
        self._attempts = attempts
        self._recorder = recorder
        self._announcer = announcer
        self._zone = zone
        self._presence = Presence()

    def write(self, now: Reading) -> None:
        self._recorder.rows(self._plays.running.values(), now)
        self._count_attempts(now)
        self._zone.look()
        if (alive := self._presence.mark(now)) is not None:
            self._recorder.alive(alive, now)
        if not self._recorder.waiting:
            self._store.keep_reserve()

    def end(self, now: Reading) -> Callable[[Journal], None]:
        """Writes the rest, but for the minutes in which the seat was alive: those with what is returned, in a transaction."""
        self._announcer.settle()
        self._count_attempts(now)
        self._recorder.rows(self._plays.running.values(), now)
        alive = self._presence.take()
        return lambda journal: alive.write(journal, now)

    def _count_attempts(self, now: Reading) -> None:
        """Refused starts that got no line of their own: they count in the day's summary all the same."""
        people, untold = self._in_force.people, self._attempts.take()
        if people is None or not untold:
            return
        day = day_name(people.zone, now.wall).isoformat()

        def action(_: Journal) -> None:
            for (player, game), count in untold.items():
                self._store.count_refusals(day, player, game, count)

        self._recorder.do(action)
