"""A game that was recognised and runs stays one, whatever its player does to its file meanwhile."""

from __future__ import annotations

import asyncio
import ctypes
from ctypes import wintypes

import pytest

from host.windows.win32 import Handle, checked, function, kernel32
from tests.daemon.platforms.windows.stand import SHORT, Lookout, own, run

_open = function(
    kernel32, "CreateFileW", wintypes.HANDLE,
    wintypes.LPCWSTR, wintypes.DWORD, wintypes.DWORD, ctypes.c_void_p, wintypes.DWORD, wintypes.DWORD, wintypes.HANDLE,
)  # fmt: skip


def rename(path):
    path.rename(path.with_name("bai-tap.exe"))


def lock(path):
    """Open it so that nobody else can: generic read, no sharing."""
    return Handle(checked(_open(str(path), 0x8000_0000, 0, None, 3, 0, None)))


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
