"""A real agent and daemon on a home of their own in the lab, and a real game: what the benchmarks on Windows measure."""

from __future__ import annotations

import ctypes
import getpass
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ctypes import wintypes
from pathlib import Path
from typing import Any

from host.homes import Home
from host.rpc_client import ask

TREE = Path(__file__).resolve().parents[3]
PLAYER, GAME = "an", "bench"
_WINEMINE = Path(os.environ["SYSTEMROOT"], "system32", "winemine.exe")
# It knows its own game only, whoever plays what else meanwhile.
_CONFIG = {"daemon": "[gate]\nenabled = false\n", "agent": "[catalogue]\nshipped = false\n"}

_kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
_kernel32.GetProcessTimes.argtypes = (wintypes.HANDLE, *[ctypes.POINTER(ctypes.c_uint64)] * 4)


class House:
    """`game` is recognised by its content as the game GAME; `other` is the same program with another content, and no game."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.game = _copy(home / "gc-bench-game.exe")
        self.other = _copy(home / "gc-bench-other.exe")
        self._servers: list[subprocess.Popen[bytes]] = []

    def say(self, *words: str) -> Any:
        """What `giochoi` answers, decoded from its JSON. RuntimeError with what it said if it failed."""
        done = self._run("cli", "--home", str(self.home), *words, "--json")
        if done.returncode:
            raise RuntimeError(f"giochoi {' '.join(words)}: {done.stderr.decode('utf-8', 'replace').strip()}")
        return json.loads(done.stdout)

    def _run(self, *words: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run([sys.executable, "-m", *words], cwd=TREE, capture_output=True, check=False, input=b"")

    def serve(self, room: str) -> None:
        """Start a server, and wait until it is ready."""
        folder = self.home / room
        folder.mkdir(mode=0o700)
        (folder / "config.toml").write_text(_CONFIG[room], "utf-8")
        with (self.home / f"{room}.err").open("wb") as errors:
            server = subprocess.Popen([sys.executable, "-m", room, "--home", str(self.home)], cwd=TREE,
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors)
        self._servers.append(server)
        if not server.stdout.readline():
            raise RuntimeError(f"giochoi-{room}: {(self.home / f'{room}.err').read_text('utf-8').strip()}")

    def play(self) -> subprocess.Popen[bytes]:
        """Start the game; it plays until it is ended."""
        return subprocess.Popen([str(self.game)])

    def used_s(self) -> float:
        """Seconds of play that the daemon counted today."""
        return self.say("usage")["players"].get(PLAYER, {"total_s": 0.0})["total_s"]

    def plays(self) -> bool:
        """Whether the daemon believes that the game runs."""
        players = ask(Home(self.home, "given").daemon_address).players
        return any(game.running for player in players for game in player.games)

    def close(self) -> None:
        for server in reversed(self._servers):
            server.terminate()
            server.wait(15)


@contextmanager
def house() -> Iterator[House]:
    """A house whose player is the account that this runs as, and whose daemon sees programs by polling."""
    home = Path(tempfile.mkdtemp(prefix="gc-bench-"))
    made = House(home)
    try:
        made.serve("agent")
        made.serve("daemon")
        made.say("player", "add", "An", "--born", "2014-05-01", "--account", getpass.getuser())
        made.say("game", "add", GAME, "--exe", str(made.game), "--label", "VN00")
        watch = made.say("status")["daemon"]["watch"]
        if watch != "poll":
            raise RuntimeError(f"the lab has no events, yet the daemon watches by {watch}")
        yield made
    finally:
        made.close()
        shutil.rmtree(home, ignore_errors=True)


def until(condition: Callable[[], bool], patience_s: float = 20.0) -> None:
    """Wait for something to become true, RuntimeError if it does not in time."""
    end = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError("waited in vain")
        time.sleep(0.05)


def lived_s(process: subprocess.Popen[bytes]) -> float:
    """From the creation of a process of ours to its end, as Windows keeps them; it has ended."""
    created, ended, kernel, user = (ctypes.c_uint64() for _ in range(4))
    if not _kernel32.GetProcessTimes(int(process._handle), *map(ctypes.byref, (created, ended, kernel, user))):
        raise ctypes.WinError(ctypes.get_last_error())
    return (ended.value - created.value) / 1e7


def _copy(path: Path) -> Path:
    """A real game with a window that nobody else knows: Wine's Minesweeper with some bytes of its own behind it."""
    path.write_bytes(_WINEMINE.read_bytes() + secrets.token_bytes(16))
    return path
