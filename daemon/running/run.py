"""Runs a seat until it is told to stop: its heart, its line to the agent, its housekeeping."""

from __future__ import annotations

import asyncio
import errno
import faulthandler
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from daemon.platforms.api import Watcher
from daemon.running.heart import Heart
from daemon.running.housekeeping import Housekeeping
from daemon.running.seat import Seat
from daemon.uplink import Uplink
from host import rpc
from host.choose import service
from host.clock import Clock
from host.homes import HomeError
from host.rpc import Route, Server
from host.stopping import told_to_stop
from host.transport import Caller


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
        sign = beat if wanted is None else partial(_sign, seat.loop.platform.watcher, beat)
        tasks: list[asyncio.Future[Any]] = [
            asyncio.create_task(housekeeping.run()),
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


_RETRY_S = 5.0
_OF_THE_DISK = frozenset((errno.EROFS, errno.ENOSPC, errno.EDQUOT))


@dataclass(slots=True, eq=False)
class Door:
    """`open`, then `close`. `told` is called with why it cannot be open yet."""

    address: str
    routes: Mapping[str, Route]
    roles: Callable[[Caller], frozenset[str]]
    told: Callable[[HomeError], object]
    _server: Server | None = field(default=None, init=False)
    _trying: asyncio.Task[None] | None = field(default=None, init=False)

    async def open(self) -> None:
        """HomeError: somebody else has the address, or it may not be ours."""
        try:
            self._server = await rpc.serve(self.address, self.routes, self.roles)
        except HomeError as error:
            if getattr(error.__cause__, "errno", None) not in _OF_THE_DISK:
                raise
            self.told(error)
            self._trying = asyncio.create_task(self._try())

    async def _try(self) -> None:
        while self._server is None:
            await asyncio.sleep(_RETRY_S)
            try:
                self._server = await rpc.serve(self.address, self.routes, self.roles)
            except HomeError:
                continue

    async def close(self) -> None:
        if self._trying is not None:
            self._trying.cancel()
        if self._server is not None:
            await self._server.close()


_LIMIT_MS = 60_000
_LOOK_S = 20.0  # each wakes a PC that does nothing
_PATIENT_LOOKS = 2  # a process that was stopped gets that time before it is judged
_STUCK = 70  # EX_SOFTWARE

_log = logging.getLogger(__name__)


def end() -> None:
    _log.critical("the loop has not come round for %d s: ending, to be started anew", _LIMIT_MS // 1000)
    if sys.stderr is not None:
        faulthandler.dump_traceback()
    os._exit(_STUCK)


@contextmanager
def lifeline(
    clock: Clock, look_s: float = _LOOK_S, limit_ms: int = _LIMIT_MS, end: Callable[[], None] = end
) -> Iterator[Callable[[], None]]:
    """What it gives is to be called each time that the loop comes round, at least twice in `limit_ms`. By the clock that stands
    still while the PC sleeps.
    """
    over, beaten = threading.Event(), clock.mono()

    def beat() -> None:
        nonlocal beaten
        beaten = clock.mono()

    def watch() -> None:
        stale = 0
        while not over.wait(look_s):
            stale = stale + 1 if clock.mono() - beaten > limit_ms else 0
            if stale >= _PATIENT_LOOKS:
                end()
                return

    thread = threading.Thread(target=watch, name="lifeline", daemon=True)
    thread.start()
    try:
        yield beat
    finally:
        over.set()
        thread.join()
