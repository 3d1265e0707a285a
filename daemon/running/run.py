"""Runs a seat until it is told to stop: its heart, its line to the agent, its housekeeping."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from daemon.platforms.api import Watcher
from daemon.running.heart import Heart
from daemon.running.housekeeping import Housekeeping
from daemon.running.seat import Seat
from daemon.uplink import Uplink
from host.choose import service
from host.stopping import told_to_stop


async def until_stopped(
    start: Callable[[], None],
    seat: Seat,
    heart: Heart,
    uplink: Uplink,
    housekeeping: Housekeeping,
    ready: Callable[[], object],
    beat: Callable[[], object],
) -> None:
    """`start` starts the seat; `ready` is called once it runs, `beat` at each of its heart's beats."""
    stop = asyncio.Event()
    with told_to_stop(stop.set, seat.look_again):
        start()
        wanted = service().watchdog_interval()
        sign = beat if wanted is None else partial(_sign, seat.watcher, beat)
        tasks: list[asyncio.Future[Any]] = [
            housekeeping.start(),
            asyncio.create_task(heart.run(sign, wanted)),
            asyncio.create_task(uplink.run()),
            asyncio.create_task(stop.wait()),
        ]
        ready()
        service().notify("READY=1")
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()  # an error in any of these ends the daemon loudly; the service manager starts it again
        finally:
            service().notify("STOPPING=1")
            housekeeping.stop()
            for task in tasks:
                task.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.gather(*tasks, return_exceptions=True)
            seat.stop()


def _sign(watcher: Watcher, beat: Callable[[], object]) -> None:
    """Of the loop, which calls this, and of the gate: where either hangs, the service manager starts us anew."""
    beat()
    if watcher.sound():
        service().notify("WATCHDOG=1")
