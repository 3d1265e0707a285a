"""What tests of real starts stand on: programs of their own, the watcher that looks at them, and ways to start something."""

from __future__ import annotations

import asyncio
import ctypes
import hashlib
import io
import secrets
import subprocess
import time
import uuid
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import suppress
from ctypes import wintypes
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

import win32process

from daemon.platforms.api import Observation, ProgramEnded, ProgramStarted, Refusals
from daemon.platforms.windows.control import WindowsControl
from daemon.platforms.windows.watcher import WindowsWatcher
from daemon.platforms.windows.watching import processes
from daemon.platforms.windows.watching.images import Images
from daemon.platforms.windows.watching.programs import Programs
from daemon.platforms.windows.watching.reader import Reader
from daemon.platforms.windows.watching.snapshot import Process, Snapshots
from daemon.platforms.windows.watching.tracker import WindowsTracker
from daemon.platforms.windows.watching.trees import Trees
from host.clock import SystemClock
from host.images import build_id
from rules.games import Catalogue, Game, Program
from rules.matching.clues import Match
from rules.programs import is_engine
from tests.windows_programs import program

PATIENCE = 5.0
PROLONGED = "\\\\?\\"
SHORT = ("/seconds", "20")  # whatever a test leaves behind ends by itself soon

_shell32 = ctypes.WinDLL("shell32")
_ole32 = ctypes.OleDLL("ole32")
_started: list[subprocess.Popen[bytes]] = []


# --- programs ---------------------------------------------------------------------------------------------------------------


def own(target: Path | str, source: str = "trochoi.exe") -> Game:
    """A copy at `target` whose content nothing else on this machine has, as the game "game" that is known by all of it."""
    content = bytearray(program(source).read_bytes())
    at = content.find(b"RSDS")
    if at >= 0:
        content[at + 4 : at + 20] = secrets.token_bytes(16)
    else:
        content += secrets.token_bytes(16)
    write(target, bytes(content))
    return known(bytes(content))


def write(target: Path | str, content: bytes) -> None:
    """Also at paths that pathlib would change."""
    with open(target, "wb") as file:  # noqa: PTH123 - see above
        file.write(content)


def read(source: Path | str) -> bytes:
    with open(source, "rb") as file:  # noqa: PTH123 - as above
        return file.read()


def known(content: bytes) -> Game:
    """A game that is known by all that its content tells, and by no name."""
    build = build_id(io.BytesIO(content), is_engine)
    digest = hashlib.sha256(content).hexdigest()
    return Game(id="game", title="game", label=0, sizes=(len(content),), sha256=(digest,), build_ids=(build,) if build else ())


# --- watching ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """A program that was told of; `match` None: it is no game."""

    program: Program
    match: Match | None

    @property
    def clues(self) -> tuple[str, ...]:
        return self.match.clues if self.match else ()


def begun(told: ProgramStarted) -> bool:
    """Wine lists a process a moment before it knows when it was made: until then it is from the far future."""
    return told.program.started <= time.time_ns() // 1_000


def is_unread(told: Observation) -> bool:
    """Whether it says of a program that it cannot be read."""
    return isinstance(told, ProgramStarted) and told.program.unread


class AtOnce(Reader):
    """In place of threads, where time is a test's."""

    def ask(self, account, do):
        done = Future()
        done.set_result(do())
        return done


@dataclass
class Lookout:
    """The real watcher, in a hurry, and what it told. `here`: the folder whose programs are this test's."""

    here: Path
    games: tuple[Game, ...]
    clock: SystemClock = field(default_factory=SystemClock)
    seen: list[Observation] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.catalogue = Catalogue(self.games)
        programs = Programs(Images(), Trees(self.clock, sources=dict))
        tracker = WindowsTracker(programs, self.clock, Reader())
        self.watcher = WindowsWatcher(tracker, self.clock, f"GioChoi-Tests-{uuid.uuid4()}")
        self.tracker = tracker

    async def __aenter__(self) -> Self:
        self.watcher.start(self.seen.append)
        self.watcher.refuse(Refusals(self.catalogue, {"nobody": frozenset(self.catalogue.games)}))
        self.watcher.scan()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.watcher.stop()

    async def until(self, wanted: Callable[[Observation], bool], patience: float = PATIENCE) -> Observation:
        """The first observation that `wanted` likes, also one that is here already. TimeoutError."""
        async with asyncio.timeout(patience):
            while True:
                for one in tuple(self.seen):
                    if wanted(one):
                        return one
                await asyncio.sleep(0.01)

    async def game(self, patience: float = PATIENCE) -> Found:
        """The first game that was started."""
        told = await self.until(
            lambda one: (
                isinstance(one, ProgramStarted)
                and begun(one)
                and not self._late(one.program)
                and self._match(one) is not None
                and self._ours(one.program)
            ),
            patience,
        )
        return self._found(told)

    async def started(self, name: str) -> Found:
        """The first program of this file name that was started, once its words can be read."""
        told = await self.until(
            lambda one: (
                isinstance(one, ProgramStarted)
                and one.program.files[0].path.lower().endswith(name.lower())
                and one.program.args != ()
            )
        )
        return self._found(told)

    def _found(self, told: ProgramStarted) -> Found:
        """Unread from the first moment on, though that is told only once it is given up."""
        seen = self.tracker._known.get(told.program.pid)
        unread = seen is not None and seen.process.identity == told.program.identity and seen.program.unread
        return Found(replace(told.program, unread=unread), self._match(told))

    async def ended(self, pid: int) -> ProgramEnded:
        return await self.until(lambda one: isinstance(one, ProgramEnded) and one.pid == pid)

    @staticmethod
    def _late(program: Program) -> bool:
        """Whether nothing is known of it yet but its name, as a busy PC takes a moment to read it."""
        return not program.args and "\\" not in program.files[0].path

    def _ours(self, program: Program) -> bool:
        """Others play here, too. What has no path may be anybody's."""
        place = str(self.here.parent).casefold()
        return any(place in one.path.casefold() or "\\" not in one.path.removeprefix(PROLONGED) for one in program.files)

    def _match(self, told: ProgramStarted) -> Match | None:
        return self.catalogue.recognise(told.program)


def look(
    here: Path, games: Iterable[Game] | Game, start: Callable[[], object], name: str | None = None, patience: float = PATIENCE
) -> Found:
    """What the watcher tells of the game that `start` starts, in a thread; or of the program of this `name`."""

    async def main() -> Found:
        async with Lookout(here, (games,) if isinstance(games, Game) else tuple(games)) as lookout:
            await asyncio.to_thread(start)
            return await (lookout.game(patience) if name is None else lookout.started(name))

    return asyncio.run(main())


# --- starting ---------------------------------------------------------------------------------------------------------------


def run(*words: Path | str, wait: bool = False, **how: object) -> subprocess.Popen[bytes]:
    """Start it, with nothing to read and nobody to listen; `wait`: until it says that it is ready."""
    out = subprocess.PIPE if wait else subprocess.DEVNULL
    process = subprocess.Popen([str(word) for word in words], stdin=subprocess.DEVNULL, stdout=out, **how)
    _started.append(process)
    if wait:
        with process.stdout:
            process.stdout.readline()
    return process


def command(line: str, **how: object) -> subprocess.Popen[bytes]:
    """`cmd /c LINE`, as it stands: cmd has its own way with quotes."""
    return run_line(f'cmd.exe /c "{line}"', **how)


def run_line(line: str, **how: object) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, **how)
    _started.append(process)
    return process


def open_as_a_click(path: Path | str, words: str = "") -> int:
    """ShellExecute, as the desktop starts what was clicked on. Over 32: it went."""
    execute = _shell32.ShellExecuteW
    execute.restype = ctypes.c_void_p
    return int(execute(None, "open", str(path), words or None, None, 1) or 0)


def shortcut(link: Path, target: Path, words: str = "") -> None:
    """A .lnk file, made by the shell itself (IShellLinkW, IPersistFile)."""
    _ole32.CoInitializeEx(None, 2)
    shell, file = ctypes.c_void_p(), ctypes.c_void_p()
    class_, of_links, of_files = (
        uuid.UUID(f"{one}-0000-0000-c000-000000000046").bytes_le for one in ("00021401", "000214f9", "0000010b")
    )
    try:
        _ole32.CoCreateInstance(class_, None, 1, of_links, ctypes.byref(shell))
        _method(shell, 20, wintypes.LPCWSTR)(shell, str(target))  # SetPath
        _method(shell, 11, wintypes.LPCWSTR)(shell, words)  # SetArguments
        _method(shell, 0, ctypes.c_char_p, ctypes.c_void_p)(shell, of_files, ctypes.byref(file))  # QueryInterface
        _method(file, 6, wintypes.LPCWSTR, wintypes.BOOL)(file, str(link), True)  # Save
        _method(file, 2)(file)  # Release
        _method(shell, 2)(shell)
    finally:
        _ole32.CoUninitialize()


def _method(thing: ctypes.c_void_p, number: int, *types: object) -> Callable[..., int]:
    """The method of this number of a COM object. OSError where it fails; Release gives a count, which is no failure."""
    table = ctypes.cast(thing, ctypes.POINTER(ctypes.POINTER(ctypes.c_void_p))).contents
    return ctypes.WINFUNCTYPE(ctypes.c_ulong if number == 2 else ctypes.HRESULT, ctypes.c_void_p, *types)(table[number])


def end_all(here: Path) -> None:
    """Whatever still runs from this folder, and what a test started itself."""
    while _started:
        with _started.pop() as process:
            process.kill()
    control = WindowsControl()
    for process in Snapshots().take().values():
        with suppress(OSError):
            handle = processes.opened_as(*process.identity)
            if handle is None:
                continue
            with handle:
                inside = processes.image(handle).removeprefix(PROLONGED).casefold().startswith(str(here).casefold() + "\\")
            if inside:
                control.end(*process.identity)


def gone(pid: int, created: int, patience: float = PATIENCE) -> bool:
    """Whether this process ends in time."""
    until = time.monotonic() + patience
    while (here := Snapshots().take().get(pid)) is not None and here.started == created:
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


def on_desktop(desktop: str, *words: Path | str) -> Process:
    """A program whose windows are on this desktop ("STATION\\DESKTOP")."""
    startup = win32process.STARTUPINFO()
    startup.lpDesktop = desktop
    line = subprocess.list2cmdline([str(word) for word in words])
    *held, pid, _ = win32process.CreateProcess(None, line, None, None, False, 0, None, None, startup)
    assert held  # for as long as it is looked for
    return Snapshots().take()[pid]
