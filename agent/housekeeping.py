"""What the agent does by itself, by APScheduler: proof that it is alive, the card, what a full disk kept from the log."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler

TICK_S = 300
RETRY_S = 30


def schedule(tick: Callable[[], Awaitable[None]], deliver: Callable[[], Awaitable[None]]) -> Any:
    """A scheduler, not started yet: `tick` every five minutes, `deliver` twice a minute. A late run is made up once."""
    # UTC: intervals need no zone, and asking the system for its own can fail.
    once = {"coalesce": True, "misfire_grace_time": None, "max_instances": 1}
    scheduler = AsyncIOScheduler(timezone="UTC", job_defaults=once)
    scheduler.add_job(tick, "interval", seconds=TICK_S)
    scheduler.add_job(deliver, "interval", seconds=RETRY_S)
    return scheduler
