"""What the demo runs in: a temporary home with a real agent and a real daemon, the game it starts, the signals that come.

Everything that is started here ends here, whatever happens.
"""

from __future__ import annotations

import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.errors import CommandError
from daemon.api import client as daemon
from daemon.api.messages import Signal, Status
from host.clock import SystemClock
from host.homes import Home
from host.rpc import ApiError, Unreachable
from rules.games import Game

if TYPE_CHECKING:
    import psutil

_READY_S = 20.0
_STOP_S = 8.0
# Ctrl-C at our terminal is for us: what we started, we end.
_APART: dict[str, Any] = {"start_new_session": True, "creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
_ROOMS = Path(__file__).resolve().parent.parent

# A demo must never mark the file systems of the machine it runs on, so its daemon has no gate, also as root.
_DAEMON_CONFIG = "[gate]\nenabled = false\n"
# … and it must know its own game only: whoever plays another one meanwhile is not its business.
_AGENT_CONFIG = "[catalogue]\nshipped = false\n"


class StepFailed(Exception):
    """What should have been observed was not. One line."""


class World:
    """The demo's home, programs and clock. `game` is what is played, by `command`."""

    def __init__(self, home: Home, game: Game, command: tuple[str, ...], seconds: int) -> None:
        self.home = home
        self.game = game
        self.command = command
        self.seconds = seconds
        self.clock = SystemClock()
        self.signals = Signals(self.home.daemon_address)
        self.playing: subprocess.Popen[bytes] | None = None
        self.began = 0
        self.player = ""
        self._servers: list[subprocess.Popen[bytes]] = []

    def serve(self, room: str, answers: Callable[[], object]) -> int:
        """Start the server `python -m ROOM` and wait until it answers; returns the milliseconds that took. StepFailed."""
        began = self.clock.mono()
        with (self.home.root / f"{room}.out").open("wb") as out:
            server = subprocess.Popen(
                [sys.executable, "-P", "-m", room, "--home", str(self.home.root)],
                stdin=subprocess.PIPE,  # where nothing comes: whoever has none at all does not start everywhere
                stdout=out,
                stderr=out,
                env=environment(),
                **_APART,
            )
        self._servers.append(server)
        while True:
            try:
                answers()
            except (Unreachable, ApiError) as error:
                if server.poll() is not None:
                    raise StepFailed(f"giochoi-{room} đã dừng / has ended: {self.said(room)}") from None
                if self.clock.mono() - began > _READY_S * 1000:
                    raise StepFailed(f"giochoi-{room} không trả lời / does not answer: {error}; {self.said(room)}") from None
                self.pause(0.05)
            else:
                return self.clock.mono() - began

    def said(self, room: str) -> str:
        """The last line that a server wrote."""
        return self._last_line(room)

    def _last_line(self, name: str) -> str:
        with suppress(OSError):
            lines = (self.home.root / f"{name}.out").read_text(encoding="utf-8", errors="replace").strip().splitlines()
            if lines:
                return lines[-1]
        return "–"

    def play(self, *, stubborn: bool = False) -> None:
        """Start the game; `began` is the moment (mono ms). CommandError (1) if it cannot be started."""
        environment = {**os.environ, "GIOCHOI_STANDIN_STUBBORN": "1" if stubborn else ""}
        with (self.home.root / "game.out").open("wb") as out:
            self.began = self.clock.mono()
            try:
                self.playing = subprocess.Popen(
                    self.command,
                    cwd=self.home.root,
                    stdin=subprocess.PIPE,
                    stdout=out,
                    stderr=out,
                    env=environment,
                    **_APART,
                )
            except OSError as error:
                raise CommandError(
                    f"{self.command[0]}: không chạy được / cannot be started: {error.strerror}", code=1
                ) from None

    def exited(self, timeout_s: float) -> None:
        """Wait until the game's process is gone. StepFailed."""
        try:
            if self.playing is not None:
                self.playing.wait(timeout_s)
        except subprocess.TimeoutExpired:
            raise StepFailed(f"trò chơi vẫn chạy sau / the game still runs after {timeout_s:.0f} s") from None

    def stop(self) -> None:
        """Ask the game to close, as its player does, and see to it."""
        if self.playing is not None:
            _close_windows(self.playing)
            end(self.playing, _descendants(self.playing.pid))

    def exit_code(self) -> int | None:
        """The game's exit code, None while it runs."""
        return None if self.playing is None else self.playing.poll()

    def last_words(self) -> str:
        """The last line that the game wrote."""
        return self._last_line("game")

    def status(self) -> Status:
        return daemon.status(self.home.daemon_address)

    def pause(self, seconds: float) -> None:
        threading.Event().wait(seconds)

    def close(self) -> None:
        """End whatever still runs: the game first, then the daemon, then the agent."""
        self.stop()
        for server in reversed(self._servers):
            end(server)


class Signals:
    """The daemon's signals as they come. Every one is confirmed, as a display does once it has shown it."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._queue: queue.SimpleQueue[Signal | Exception] = queue.SimpleQueue()

    def listen(self) -> None:
        """Begin; what was signalled before is not told."""
        threading.Thread(target=self._follow, name="signals", daemon=True).start()

    def _follow(self) -> None:
        try:
            for signal in daemon.watch(self._address):
                self._queue.put(signal)
        except (ApiError, Unreachable) as error:
            self._queue.put(error)

    def next(self, timeout_s: float) -> Signal | None:
        """The next signal, or None if none comes in time. StepFailed if none can come any more."""
        try:
            got = self._queue.get(timeout=timeout_s)
        except queue.Empty:
            return None
        if isinstance(got, Exception):
            raise StepFailed(f"giochoi-daemon không còn báo tin / signals no more: {got}")
        return got

    def confirm(self, signal: Signal) -> None:
        """Tell the daemon that the signal was shown. It may have ended meanwhile, which the next step will notice."""
        with suppress(ApiError, Unreachable):
            daemon.shown(self._address, signal.number)


@contextmanager
def temporary() -> Iterator[Home]:
    """A new home of the demo's own, gone afterwards."""
    home = Home(Path(tempfile.mkdtemp(prefix="giochoi-demo-")), "given")
    try:
        for folder, config in ((home.daemon, _DAEMON_CONFIG), (home.agent, _AGENT_CONFIG)):
            folder.mkdir(mode=0o700)
            (folder / "config.toml").write_text(config)
        yield home
    finally:
        shutil.rmtree(home.root, ignore_errors=True)


def end(process: subprocess.Popen[bytes], below: Sequence[psutil.Process] = ()) -> None:
    """Ask a process of ours, and those `below` it, to end, then make them."""
    import psutil  # noqa: PLC0415 - as in cli.demo

    if process.poll() is None:
        process.terminate()
    for child in below:
        with suppress(psutil.Error):
            child.terminate()
    try:
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for child in psutil.wait_procs(below, _STOP_S)[1]:
        with suppress(psutil.Error):
            child.kill()


def _close_windows(process: subprocess.Popen[bytes]) -> None:
    """Where programs are closed by their windows: as a click on the cross would. What has none stays for `end`."""
    taskkill = shutil.which("taskkill")
    if taskkill is None or process.poll() is not None:
        return
    asked = subprocess.run([taskkill, "/PID", str(process.pid), "/T"], input=b"", capture_output=True, check=False)
    if asked.returncode == 0:
        with suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_S)


def _descendants(pid: int) -> list[psutil.Process]:
    """What a game's own starter started; nothing if it is gone."""
    import psutil  # noqa: PLC0415 - as in cli.demo

    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.Error:
        return []


def environment() -> dict[str, str]:
    """For our servers: the rooms that this process runs, and no home but the demo's."""
    path = os.pathsep.join(filter(None, (str(_ROOMS), os.environ.get("PYTHONPATH"))))
    return {name: value for name, value in os.environ.items() if name != "GIOCHOI_HOME"} | {"PYTHONPATH": path}
