"""What runs in a demo: a real agent and a real daemon in a temporary home, and the game. All of it ends with the demo."""

from __future__ import annotations

import os
import queue
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from cli.output import Output
from daemon.api.messages import Signal, Watch
from host.clock import SystemClock
from host.homes import Home
from host.rpc_client import ask, items
from host.transport import Unreachable
from host.wire import ApiError, Request
from i18n.message import Arg, Length, MessageError, msg, said_by
from rules.games import Game

_READY_S = 60.0  # cold, on the Windows of the lab
_STOP_S = 8.0
_EXIT_S = 15.0
# Ctrl-C at our terminal is for us: what we started, we end.
_APART: dict[str, Any] = {"start_new_session": True, "creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
# For our programs: the rooms that this process runs.
_PATHS = (str(Path(__file__).resolve().parents[2]), os.environ.get("PYTHONPATH"))
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, _PATHS))}
_CONFIG = {
    # A demo must never mark the file systems of the machine it runs on, so its daemon has no gate, also as root.
    "daemon": "[gate]\nenabled = false\n",
    # … and it must know its own game only: whoever plays another one meanwhile is not its business.
    "agent": "[catalogue]\nshipped = false\n",
}


class StepFailed(MessageError):
    """What should have been observed was not. One line."""


class Demo:
    """A demo that goes on in `root`: `game` is played, by `command`, for `seconds`; by `player`, once there is one."""

    def __init__(self, root: Path, game: Game, command: tuple[str, ...], seconds: int, out: Output) -> None:
        home = Home(root, "given")
        self.root, self.bundle = root, root / "log.bundle"
        self.agent, self.daemon = home.agent_address, home.daemon_address
        self.game, self.command, self.seconds = game, command, seconds
        self.clock = SystemClock()
        self.player = ""
        self.language = out.words.language
        self._out = out
        self._began = 0
        self._signals: queue.SimpleQueue[Signal | None] = queue.SimpleQueue()
        self._programs: dict[str, psutil.Popen] = {}

    def say(self, text: Arg, indent: int = 0, more: int = 0) -> None:
        """A line for whoever watches."""
        if not self._out.json:
            self._out.say(text, indent, more)

    def pause(self, seconds: float) -> None:
        threading.Event().wait(seconds)

    def serve(self, room: str, address: str, request: Request[Any]) -> int:
        """Start the server `python -m ROOM`, wait until it answers; the milliseconds that took. Unreachable, ApiError."""
        (self.root / room).mkdir(mode=0o700)
        (self.root / room / "config.toml").write_text(_CONFIG[room])
        began = self.clock.mono()
        self._start(room, (sys.executable, "-P", "-m", room, "--home", str(self.root)), ENVIRONMENT)
        while True:
            try:
                ask(address, request)
                return self.clock.mono() - began
            except (Unreachable, ApiError):
                if self._programs[room].poll() is not None or self.clock.mono() - began > _READY_S * 1000:
                    raise
                self.pause(0.05)

    def listen(self) -> None:
        """From now on `signals` has the daemon's."""

        def follow() -> None:
            with suppress(ApiError, Unreachable):
                for signal in items(self.daemon, Watch()):
                    self._signals.put(signal)
            self._signals.put(None)

        threading.Thread(target=follow, name="signals", daemon=True).start()

    def signals(self, seconds: float) -> Iterator[Signal]:
        """Those that nobody took yet, and those to come in this time, until there can be no more."""
        until = self.clock.mono() + seconds * 1000
        while self.clock.mono() < until:
            with suppress(queue.Empty):
                if (signal := self._signals.get(timeout=0.2)) is None:  # Windows lets nobody interrupt a longer wait
                    return
                yield signal

    def play(self, *, stubborn: bool = False) -> None:
        """Start the game. StepFailed if it cannot be started."""
        self._began = self.clock.mono()
        self._start("game", self.command, {**os.environ, "GIOCHOI_STANDIN_STUBBORN": "1" if stubborn else ""})

    def played(self) -> int:
        """Milliseconds since the game was last started."""
        return self.clock.mono() - self._began

    def exited(self) -> None:
        """Wait until the game's process is gone. StepFailed."""
        try:
            self._programs["game"].wait(_EXIT_S)
        except psutil.TimeoutExpired:
            raise StepFailed(msg("the game still runs after {length}", length=Length(round(_EXIT_S * 1000)))) from None

    def said(self, name: str) -> str:
        """The last line that a program wrote."""
        with suppress(OSError, IndexError):
            return (self.root / f"{name}.out").read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1]
        return "–"

    def stop(self) -> None:
        """Ask the game to close, as its player does, and see to it that it ends."""
        game, taskkill = self._programs["game"], shutil.which("taskkill")
        if taskkill and game.poll() is None:  # Windows, which knows no SIGTERM: as a click on the cross of its windows
            asked = subprocess.run([taskkill, "/PID", str(game.pid), "/T"], input=b"", capture_output=True, check=False)
            with suppress(psutil.TimeoutExpired):
                game.wait(0 if asked.returncode else _STOP_S)
        _end(game)

    def close(self) -> None:
        """End whatever still runs: the game first, then the daemon, then the agent."""
        for program in reversed(self._programs.values()):
            _end(program)

    def _start(self, name: str, command: tuple[str, ...], environment: dict[str, str]) -> None:
        """What it says goes to a file; its stdin is a pipe where nothing comes, as not all start without any."""
        with (self.root / f"{name}.out").open("wb") as out:
            try:
                self._programs[name] = psutil.Popen(
                    command, cwd=self.root, stdin=subprocess.PIPE, stdout=out, stderr=out, env=environment, **_APART
                )
            except OSError as error:
                raise StepFailed(msg("{path} cannot be started: {why}", path=command[0], why=said_by(error))) from None


def _end(program: psutil.Popen) -> None:
    """Ask a program of ours, and all that it started, to end; then make them."""
    tree: list[psutil.Process] = []
    with suppress(psutil.Error):
        tree = [program, *program.children(recursive=True)]
    for one in tree:
        with suppress(psutil.Error):
            one.terminate()
    for one in psutil.wait_procs(tree, _STOP_S)[1]:
        with suppress(psutil.Error):
            one.kill()
            one.wait()
