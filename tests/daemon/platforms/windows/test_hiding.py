"""A game that was recognised and runs stays one, whatever its player does to its file meanwhile."""

from __future__ import annotations

import asyncio

import pytest

from host.windows.win32 import open_file
from tests.daemon.platforms.windows.stand import SHORT, Lookout, own, run


def rename(path):
    path.rename(path.with_name("bai-tap.exe"))


def lock(path):
    """Open it so that nobody else can: generic read, no sharing."""
    return open_file(str(path), 0x8000_0000, 0, share=0)


@pytest.mark.parametrize("hide", [rename, lock])
def test_a_running_game_stays_one(here, hide):
    """The next looks at all programs, which read every file anew, find it recognised as before; its end is told once."""
    path = here / "choi.exe"

    async def main() -> None:
        async with Lookout(here, (own(path),)) as lookout:
            process = run(path, *SHORT)
            found = await lookout.game()
            held = hide(path)
            for _ in range(2):
                again = next(one for one in lookout.watcher.scan() if one.identity == found.program.identity)
                assert lookout.catalogue.recognise(again) == found.match
            if held is not None:
                held.close()
            process.kill()
            await lookout.ended(found.program.pid)

    asyncio.run(main())
