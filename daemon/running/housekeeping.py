"""What may be late: each night the day's summary and what is too old, each minute a sign of life for the agent.

It is no limit, no row of a play and no watchdog. Whether a day is over is asked each minute of the clock that is believed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date

from compliance.journal import Journal
from daemon.deciding.plays import Plays
from daemon.grants import Grants
from daemon.recording import day_summary
from daemon.recording.recorder import Recorder
from daemon.requests import Requests
from daemon.sessions import KEEP_MS, InForce, People
from daemon.store import Store
from daemon.trusted import Reading
from rules.calendar import DAY_MS, day_name

MINUTE_S, MINUTE_MS = 60.0, 60_000
_KEPT_MS = day_summary.KEPT_DAYS * DAY_MS
_LISTED_MS = 8 * DAY_MS
_FORGOTTEN = "forgotten-before"  # wall


@dataclass(eq=False)
class Housekeeping:
    """Every so many seconds it does the work of a night, if that is `due`, for all days that are over and were not summed up
    yet, and gives the agent a sign of life (`alive`).
    """

    in_force: InForce
    store: Store
    plays: Plays
    grants: Grants
    requests: Requests
    recorder: Recorder
    read: Callable[[], Reading]
    alive: Callable[[], Awaitable[None]]
    every: float = MINUTE_S
    _done: date | None = field(default=None, init=False)
    _zone: str | None = field(default=None, init=False)
    _left: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    def in_zone(self, zone: str) -> None:
        """The place's days are those of this zone. What earlier nights left undone is done at once."""
        if zone != self._zone:
            self._zone = zone
            self._left.set()

    async def run(self) -> None:
        """Until cancelled. An error has to end the daemon loudly."""
        while True:
            try:
                async with asyncio.timeout(self.every):
                    await self._left.wait()
            except TimeoutError:
                if self.due():
                    self.work()
                await self.alive()
            else:
                self._left.clear()
                self.work()

    def due(self) -> bool:
        people = self.in_force.people
        return people is not None and self._today(people, self.read()) != self._done

    def work(self) -> None:
        people, now = self.in_force.people, self.read()
        if people is not None:
            self.recorder.do(lambda journal: self._write(journal, people, now))
            self._done = self._today(people, now)
        self.plays.forget_before(now.wall - KEEP_MS)
        self.grants.forget(now.wall)
        self.requests.forget(now.wall)

    @staticmethod
    def _today(people: People, now: Reading) -> date:
        """A day is over a minute after midnight: by then plays are cut."""
        return day_name(people.zone, now.wall - MINUTE_MS)

    def _write(self, journal: Journal, people: People, now: Reading) -> None:
        for day in day_summary.days_due(self.store, people.zone, now):
            day_summary.write_day(journal, self.store, self.grants, people, day, now)
        day_summary.mark_reported(self.store, people.zone, now)
        before = self._too_old(now.wall - _KEPT_MS)
        self.store.prune(before, day_name(people.zone, before).isoformat())
        self.store.prune_listed(day_name(people.zone, max(before, now.wall - _LISTED_MS)).isoformat())

    def _too_old(self, before: int) -> int:
        """What began before that is forgotten: no more than a month in a night, as the clock may be ahead by years for one."""
        known = self.store.get(_FORGOTTEN)
        before = before if known is None else min(before, int(known) + KEEP_MS)
        self.store.put(_FORGOTTEN, str(before).encode())
        return before
