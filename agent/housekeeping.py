"""What the agent does by itself, by APScheduler: proof that it is alive, the card, what a full disk kept from the log, newer
versions, the witnesses' cosignatures.

Every job is a coroutine: APScheduler runs a plain function in a thread, and the agent's parts belong to one thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler

_Job = Callable[[], Awaitable[None]]

TICK_S = 300
WITNESS_S = 300
RETRY_S = 30
UPDATES_S = 600


def schedule(
    tick: _Job, deliver: _Job, update: _Job, witness: _Job, *, every: float = TICK_S
) -> tuple[Any, asyncio.Future[None]]:
    """A scheduler that runs, and a future that gets the first error of a job. A late run is made up once.

    `tick` comes every `every` seconds, `witness` every five minutes, `deliver` twice a minute, `update` every ten minutes.
    Needs a running loop.
    """
    failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def report(event: JobExecutionEvent) -> None:
        if not failed.done():
            failed.set_exception(event.exception)

    # UTC: intervals need no zone, and asking the system for its own can fail.
    once = {"coalesce": True, "misfire_grace_time": None, "max_instances": 1}
    scheduler = AsyncIOScheduler(timezone="UTC", job_defaults=once)
    scheduler.add_listener(report, EVENT_JOB_ERROR)
    scheduler.add_job(tick, "interval", seconds=every)
    scheduler.add_job(deliver, "interval", seconds=RETRY_S)
    scheduler.add_job(update, "interval", seconds=UPDATES_S)
    scheduler.add_job(witness, "interval", seconds=WITNESS_S)
    scheduler.start()
    return scheduler, failed
