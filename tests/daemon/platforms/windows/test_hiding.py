"""A game that was recognised and runs stays one, whatever its player does to its file meanwhile."""

from __future__ import annotations

import asyncio
import ctypes
import subprocess
import threading

import pytest

from daemon.platforms.api import ProgramStarted
from daemon.platforms.windows import installed
from daemon.platforms.windows.watching import tracker
from host.windows.win32 import open_file
from tests.daemon.platforms.windows.stand import SHORT, Lookout, is_unread, own, run

_SUSPENDED = subprocess.CREATE_NO_WINDOW | 0x4
_ntdll = ctypes.WinDLL("ntdll")


def rename(path):
    path.rename(path.with_name("bai-tap.exe"))


def lock(path):
    """Open it so that nobody else can: generic read, no sharing."""
    return open_file(str(path), 0x8000_0000, 0, share=0)


@pytest.mark.promise("Windows (under Wine): A running game stays recognised")
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


@pytest.fixture
def locked(here):
    """`locked(path)` starts it, and keeps everybody from its file before it runs its first instruction."""
    kept = []

    def start(path):
        process = run(path, *SHORT, creationflags=_SUSPENDED)
        kept.append(lock(path))
        _ntdll.NtResumeProcess(ctypes.c_void_p(int(process._handle)))
        return process

    start.over = lambda: [one.close() for one in kept]
    yield start
    start.over()


async def hidden(here, start, patience=10):
    """What was told of a hidden program in time: that it is unread, or which game it is."""
    async with Lookout(here, (own(here / "bai-tap.exe", "trochoi-console.exe"),)) as lookout:
        process = start(here / "bai-tap.exe")  # at once: nobody looks before it is locked

        def tells(one):
            if is_unread(one):
                return one.program.pid == process.pid
            return isinstance(one, ProgramStarted) and lookout.catalogue.recognise(one.program) is not None

        return await lookout.until(tells, patience)


def test_what_is_locked_from_its_start_on_is_told_as_unread(here, locked, monkeypatch):
    """It may be any game."""
    monkeypatch.setattr(tracker, "_AGAIN_S", (0.02,) * 5)
    found = asyncio.run(hidden(here, locked))
    assert is_unread(found)
    assert (found.program.unread, found.program.files[0].size) == (True, 0)


def test_what_can_be_read_after_a_while_is_what_it_is(here, locked):
    """A virus scanner may have its file for longer than a second."""

    def start(path):
        process = locked(path)
        threading.Timer(1.8, locked.over).start()
        return process

    found = asyncio.run(hidden(here, start))
    assert isinstance(found, ProgramStarted)


def test_what_only_an_administrator_can_have_put_there_is_no_copy_of_a_game(here, locked, monkeypatch):
    """Games from Microsoft's store keep their programs from everybody: not known as a game, it goes on."""
    monkeypatch.setattr(tracker, "_AGAIN_S", (0.02,) * 5)
    monkeypatch.setattr(installed, "installed", lambda path: path.endswith("bai-tap.exe"))
    with pytest.raises(TimeoutError):
        asyncio.run(hidden(here, locked, 2))
