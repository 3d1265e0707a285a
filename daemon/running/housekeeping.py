"""What may be late, by APScheduler: each night the day's summary and what is too old, each minute a sign of life for the agent.

APScheduler waits by the PC's clock, which anybody may have set. So it runs no limit, no row of a play and no watchdog, and
whether a day is over is asked each minute of the clock that is believed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date

from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

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
_ONCE = {"coalesce": True, "misfire_grace_time": None, "max_instances": 1}


@dataclass(slots=True, eq=False)
class NightWork:
    """The work of a night, for all days that are over and were not summed up yet. `due`: there may be some."""

    in_force: InForce
    store: Store
    plays: Plays
    grants: Grants
    requests: Requests
    recorder: Recorder
    read: Callable[[], Reading]
    _done: date | None = field(default=None, init=False)

    def due(self) -> bool:
        people = self.in_force.people
        return people is not None and self._today(people, self.read()) != self._done

    def work(self) -> None:
        people, now = self.in_force.people, self.read()
        self.recorder.settle()
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
        before = now.wall - _KEPT_MS
        self.store.prune(before, day_name(people.zone, before).isoformat())


class Housekeeping:
    """Needs a running loop from `start` on. Every job is a coroutine: a plain function would run in a thread of its own."""

    def __init__(
        self, night: Callable[[], None], due: Callable[[], bool], alive: Callable[[], Awaitable[None]], every: float = MINUTE_S
    ) -> None:
        """`alive` comes every so many seconds, and `night` then, if it is `due`."""
        self._night, self._due = night, due
        self._zone: str | None = None
        self._scheduler = AsyncIOScheduler(timezone="UTC", job_defaults=_ONCE)
        self._scheduler.add_job(alive, IntervalTrigger(seconds=every, timezone="UTC"))
        self._scheduler.add_job(self._look, IntervalTrigger(seconds=every, timezone="UTC"))

    def in_zone(self, zone: str) -> None:
        """The place's days are those of this zone. What earlier nights left undone is done at once."""
        if zone == self._zone:
            return
        self._zone = zone
        self._scheduler.add_job(self._work, DateTrigger(timezone=zone), id="left", replace_existing=True)

    async def _look(self) -> None:
        if self._due():
            self._night()

    async def _work(self) -> None:
        self._night()

    def start(self) -> asyncio.Future[None]:
        """A future that gets the first error of a job: it has to end the daemon loudly."""
        failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def report(event: JobExecutionEvent) -> None:
            if not failed.done():
                failed.set_exception(event.exception)

        self._scheduler.add_listener(report, EVENT_JOB_ERROR)
        self._scheduler.start()
        return failed

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)
