"""What a server does by itself and may be late, by APScheduler. Every job is a coroutine on the loop that they are started on:
a plain function would run in a thread of its own.

APScheduler waits by the PC's clock, which anybody may have set. Where that was set back, what would have to wait until it is
there again comes at once; where it was set forth, as from 1970 once the time is known, what was missed is no long list of runs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Final

from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from host.clock import wall

Job = Callable[[], Awaitable[None]]
_ONCE: Final = {"coalesce": True, "misfire_grace_time": None, "max_instances": 1}  # a late run is made up once
_UTC: Final = "UTC"  # intervals need no zone, and asking the system for its own can fail
_LOOK_S: Final = 60.0
_BACK_MS: Final = 1_000


class _Every(IntervalTrigger):  # type: ignore[misc] # a library without types
    """Counts from now. From what was due it would be asked for each run of the years between, by a loop that stands still."""

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        last = None if previous_fire_time is None else max(previous_fire_time, now)
        found: datetime | None = super().get_next_fire_time(last, now)
        return found


class Jobs:
    def __init__(self, now: Callable[[], int] = wall, look: float = _LOOK_S) -> None:
        """`now`: the PC's clock, Unix milliseconds. Every `look` seconds it is looked whether it was set back."""
        self._scheduler = AsyncIOScheduler(timezone=_UTC, job_defaults=_ONCE)
        self._now, self._every = now, look
        self._apart = 0
        self._next: asyncio.TimerHandle | None = None

    def every(self, seconds: float, job: Job) -> None:
        self._scheduler.add_job(job, _Every(seconds=seconds, timezone=_UTC))

    def at_once(self, name: str, job: Job) -> None:
        """In place of one of this name that waits."""
        self._scheduler.add_job(job, DateTrigger(timezone=_UTC), id=name, replace_existing=True)

    def start(self) -> asyncio.Future[None]:
        """A future that gets the first error of a job: it has to end the server loudly. Needs a running loop."""
        failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def report(event: JobExecutionEvent) -> None:
            if not failed.done():
                failed.set_exception(event.exception)

        self._scheduler.add_listener(report, EVENT_JOB_ERROR)
        self._scheduler.start()
        self._look()
        return failed

    def stop(self) -> None:
        if self._next is not None:
            self._next.cancel()
        self._scheduler.shutdown(wait=False)

    def _look(self) -> None:
        loop, now = asyncio.get_running_loop(), self._now()
        apart = now - round(loop.time() * 1_000)
        if self._next is not None and apart < self._apart - _BACK_MS:
            for job in self._scheduler.get_jobs():
                job.modify(next_run_time=datetime.fromtimestamp(now / 1_000, UTC))
        self._apart = apart
        self._next = loop.call_later(self._every, self._look)
