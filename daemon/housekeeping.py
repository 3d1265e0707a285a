"""What a daemon does by the minute, by APScheduler: rows of plays, presence, days that are over, signs of life. No limit waits.

Every job is a coroutine: APScheduler runs a plain function in a thread, and the seat's parts belong to one thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler

MINUTE_S = 60.0
_ONCE = {"coalesce": True, "misfire_grace_time": None, "max_instances": 1}


def schedule(
    minute: Callable[[], None],
    alive: Callable[[], Awaitable[None]],
    *,
    every: float = MINUTE_S,
    beat: Callable[[], None] | None = None,
    beats: float = MINUTE_S,
) -> tuple[Any, asyncio.Future[None]]:
    """A scheduler that runs, and a future that gets the first error of a job: it has to end the daemon loudly.

    `minute` and `alive` come every `every` seconds, `beat` (for the service's watchdog) every `beats`. Needs a running loop.
    """

    async def look() -> None:
        minute()

    async def sign() -> None:
        if beat is not None:
            beat()

    failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def report(event: JobExecutionEvent) -> None:
        if not failed.done():
            failed.set_exception(event.exception)

    scheduler = AsyncIOScheduler(timezone="UTC", job_defaults=_ONCE)  # intervals need no zone
    scheduler.add_listener(report, EVENT_JOB_ERROR)
    scheduler.add_job(look, "interval", seconds=every)
    scheduler.add_job(alive, "interval", seconds=every)
    if beat is not None:
        scheduler.add_job(sign, "interval", seconds=beats)
    scheduler.start()
    return scheduler, failed
