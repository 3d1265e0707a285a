"""Events in the kernel's name: every program may write them, and who plays would like a game to count as over."""

from __future__ import annotations

import asyncio

import pytest

from daemon.platforms.api import ProgramEnded
from daemon.platforms.windows.etw.events import ProcessEvent
from daemon.platforms.windows.watching.snapshot import Snapshots, microseconds
from tests.daemon.platforms.windows.stand import SHORT, Lookout, own, run

CONSOLE = "trochoi-console.exe"  # one with a window needs a desktop, which may be going or coming
LATER = 10_000_000  # one second, as a FILETIME


@pytest.mark.parametrize("kind", ["stop", "start"])
def test_a_game_that_runs_is_not_over_by_an_event(here, kind):
    """Neither by its end, nor by the start of another process with its pid. Its true end is told once."""
    path = here / "choi.exe"

    async def main() -> None:
        async with Lookout(here, (own(path, CONSOLE),)) as lookout:
            process = run(path, *SHORT)
            pid, started = (await lookout.game()).program.identity
            created = started * 10 + 116_444_736_000_000_000
            assert microseconds(created) == started
            of = created if kind == "stop" else created + LATER
            lookout.watcher._event(ProcessEvent(kind, pid, of, of, 4, 1, r"\Device\HarddiskVolume1\khac.exe"))
            assert not [one for one in lookout.seen if isinstance(one, ProgramEnded) and one.pid == pid]
            assert pid in lookout.tracker.games
            process.kill()
            await lookout.ended(pid)
            assert len([one for one in lookout.seen if isinstance(one, ProgramEnded) and one.pid == pid]) == 1

    asyncio.run(main())


def test_what_an_event_says_of_a_program_is_asked_of_the_system(here):
    """One that comes first would say in which session it is, and in that of services nobody asks what hides itself."""
    path = here / "choi.exe"
    game = own(path, CONSOLE)

    async def main() -> None:
        async with Lookout(here, (game,)) as lookout:
            lookout.watcher._timer.cancel()
            process = run(path, *SHORT)
            true = Snapshots().take()[process.pid]
            created = true.started * 10 + 116_444_736_000_000_000
            lookout.watcher._event(ProcessEvent("start", true.pid, created, created, 4, 77, r"\Device\Null\q.exe"))
            assert lookout.tracker._known[true.pid].process == true
            found = await lookout.game()
            assert (found.program.pid, found.program.parent) == (true.pid, true.parent)

    asyncio.run(main())
