"""Runs a daemon until it is told to stop: the seat, its line to the agent, its local API, its housekeeping."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from host import rpc
from host.choose import service
from host.stopping import told_to_stop

if TYPE_CHECKING:
    from daemon.wiring import Daemon


async def run(daemon: Daemon, ready: Callable[[str], object]) -> None:
    """Until it is told to stop; `ready` is told the address once it answers. HomeError: the address is in use."""
    server = await rpc.serve(daemon.home.daemon_address, daemon.routes, daemon.roles)
    stop = asyncio.Event()
    try:
        with told_to_stop(stop.set, daemon.seat.look_again):
            daemon.start()
            await _until(stop, daemon, ready)
    finally:
        await server.close()


async def _until(stop: asyncio.Event, daemon: Daemon, ready: Callable[[str], object]) -> None:
    wanted = service().watchdog_interval()
    sign = None if wanted is None else lambda: service().notify("WATCHDOG=1")
    tasks: list[asyncio.Future[Any]] = [
        daemon.housekeeping.start(),
        asyncio.create_task(daemon.heart.run(sign, wanted)),
        asyncio.create_task(daemon.uplink.run()),
        asyncio.create_task(stop.wait()),
    ]
    ready(daemon.home.daemon_address)
    service().notify("READY=1")
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()  # an error in any of these ends the daemon loudly; the service manager starts it again
    finally:
        service().notify("STOPPING=1")
        daemon.housekeeping.stop()
        for task in tasks:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)
        daemon.seat.stop()
