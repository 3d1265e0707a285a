"""Runs a daemon until it is told to stop: the seat, its line to the agent, its local API, its housekeeping."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from daemon.housekeeping import MINUTE_S, schedule
from daemon.wiring import Built
from host import rpc
from host.choose import service
from host.clock import SystemClock
from host.homes import Home
from host.servicing import Say
from host.stopping import told_to_stop
from i18n.message import msg


async def run(home: Home, say: Say) -> None:
    """Until it is told to stop; `say` is given the address once it answers. DaemonError, HomeError, ApiError: no start."""
    built = Built(home, SystemClock())
    try:
        server = await rpc.serve(home.daemon_address, built.routes, built.roles)
        stop = asyncio.Event()
        try:
            with told_to_stop(stop.set, built.seat.look_again):
                await _run(built, stop, say)
        finally:
            await server.close()
    finally:
        built.close()


async def _run(built: Built, stop: asyncio.Event, say: Say) -> None:
    built.seat.start()
    wanted = service().watchdog_interval()
    beat = None if wanted is None else lambda: service().notify("WATCHDOG=1")
    scheduler, failed = schedule(built.seat.minute, built.uplink.alive, beat=beat, beats=wanted or MINUTE_S)
    tasks: list[asyncio.Future[Any]] = [asyncio.create_task(built.seat.run()), asyncio.create_task(built.uplink.run())]
    tasks += [asyncio.create_task(stop.wait()), failed]
    say(msg("ready: {address}", address=built.home.daemon_address))
    service().notify("READY=1")
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()  # an error in any of these ends the daemon loudly; the service manager starts it again
    finally:
        service().notify("STOPPING=1")
        scheduler.shutdown(wait=False)
        for task in tasks:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)
        built.seat.stop()
