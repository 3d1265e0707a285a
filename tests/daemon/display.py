"""A display of somebody's, as tests have it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

from daemon.api import messages as m


class Display:
    """Collects what is shown to an account."""

    def __init__(self, world, caller) -> None:
        self.got: list[m.Signal] = []
        self.task = asyncio.ensure_future(self._watch(world.daemon.routes["watch"].handler(caller, m.Watch())))

    async def _watch(self, signals) -> None:
        async for signal in signals:
            self.got.append(signal)

    def kinds(self) -> list[str]:
        return [one.kind for one in self.got]


@asynccontextmanager
async def displays(world, *callers):
    made = [Display(world, caller) for caller in callers]
    await settled()
    try:
        yield made
    finally:
        for one in made:
            one.task.cancel()
        await asyncio.gather(*(one.task for one in made), return_exceptions=True)


async def settled():
    """Displays have taken what was sent."""
    for _ in range(5):
        await asyncio.sleep(0)
