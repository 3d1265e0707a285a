"""Starts that are made to look like something else: held from the first moment, in a job, with false words about itself."""

from __future__ import annotations

import asyncio
import ctypes
import subprocess
from contextlib import contextmanager
from dataclasses import replace

import pytest
import win32job

from daemon.platforms.api import Observation, ProgramStarted
from daemon.platforms.windows.control import WindowsControl
from daemon.platforms.windows.watching import processes
from tests.daemon.platforms.windows.stand import SHORT, Lookout, begun, look, own, run

CONSOLE = "trochoi-console.exe"  # one with a window needs a desktop, which may be going or coming
_SUSPENDED = subprocess.CREATE_NO_WINDOW | 0x4
_MANY = 24
_kernel32, _ntdll = ctypes.WinDLL("kernel32"), ctypes.WinDLL("ntdll")


def held(path) -> subprocess.Popen[bytes]:
    """Made, and not let run."""
    return run(path, *SHORT, creationflags=_SUSPENDED)


def let_run(process: subprocess.Popen[bytes]) -> None:
    _ntdll.NtResumeProcess(ctypes.c_void_p(int(process._handle)))


def is_game(lookout: Lookout, one: Observation) -> bool:
    return isinstance(one, ProgramStarted) and lookout.catalogue.recognise(one.program) is not None


def test_one_that_is_held_from_its_first_moment(here):
    """It is the game by then, and ends like any other, though it acts upon nothing."""
    path = here / "choi.exe"
    game = own(path, CONSOLE)

    async def main() -> None:
        async with Lookout(here, (game,)) as lookout:
            process = await asyncio.to_thread(held, path)
            told = await lookout.until(lambda one: is_game(lookout, one))
            if not begun(told):
                pytest.skip("this Windows (Wine) knows when it was made only once it has run; it was recognised")
            assert WindowsControl().end(*told.program.identity)
            assert process.wait(5) == 1

    asyncio.run(main())


@contextmanager
def job():
    made = win32job.CreateJobObject(None, "")
    yield made
    made.Close()


def test_one_in_a_job(here):
    """A sandbox, or a launcher's way to hold its games together."""
    path = here / "choi.exe"
    game = own(path, CONSOLE)
    with job() as made:

        def start() -> None:
            process = held(path)
            win32job.AssignProcessToJobObject(made, int(process._handle))
            let_run(process)

        found = look(here, game, start)
        assert found.clues == ("content", "build-id")
        assert WindowsControl().end(*found.program.identity)


def test_what_it_writes_over_its_own_words_and_path(here):
    """Where a process keeps its path and command line is its own memory, and somebody wrote there before it ran."""
    path = here / "choi.exe"
    game = own(path, CONSOLE)

    def start() -> None:
        process = held(path)
        claim(process, r"C:\Windows\System32\notepad.exe")
        let_run(process)

    found = look(here, game, start)
    assert found.clues == ("content", "build-id")
    assert found.program.files[0].path == str(path)


def claim(process: subprocess.Popen[bytes], text: str) -> None:
    """Writes this as its path and command line (RTL_USER_PROCESS_PARAMETERS of 64-bit Windows)."""
    handle, done = ctypes.c_void_p(int(process._handle)), ctypes.c_size_t()
    basic = (ctypes.c_void_p * 6)()
    assert _ntdll.NtQueryInformationProcess(handle, 0, basic, ctypes.sizeof(basic), None) == 0

    def pointer(at: int) -> int:
        found = ctypes.c_void_p()
        assert _kernel32.ReadProcessMemory(handle, ctypes.c_void_p(at), ctypes.byref(found), 8, ctypes.byref(done))
        return found.value

    parameters = pointer(basic[1] + 0x20)
    for name in (0x60, 0x70):  # ImagePathName, CommandLine
        length = pointer(parameters + name) & 0xFFFF
        new = text.ljust(length // 2)[: length // 2].encode("utf-16-le")
        where = ctypes.c_void_p(pointer(parameters + name + 8))
        assert _kernel32.WriteProcessMemory(handle, where, new, len(new), ctypes.byref(done))


def test_one_whose_path_the_system_cannot_write_down(here, monkeypatch):
    """As on a drive without a letter: it has its name, in the list of all that runs."""

    def no_path(_: object) -> str:
        raise FileNotFoundError

    monkeypatch.setattr(processes, "image", no_path)
    path = here / f"choi-{here.parent.name}.exe"
    game = replace(own(path, CONSOLE), names=(path.name,))
    assert look(here, game, lambda: run(path, *SHORT)).clues == ("name",)


def test_many_at_once(here):
    """Whoever starts a crowd hides none of it."""
    path = here / "choi.exe"
    game = own(path, CONSOLE)

    async def main() -> None:
        async with Lookout(here, (game,)) as lookout:
            started = await asyncio.to_thread(lambda: {run(path, *SHORT).pid for _ in range(_MANY)})
            for pid in started:
                await lookout.until(lambda one, pid=pid: is_game(lookout, one) and begun(one) and one.program.pid == pid, 20)
            assert started <= lookout.tracker.games

    asyncio.run(main())
