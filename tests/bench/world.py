"""A real agent and a real daemon on a home of their own, a child's account, and a game: what the benchmarks of root measure.

The gate is told to guard only the file system that the game lies on, so that nothing else on the machine is touched.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from measure import NotHere

from daemon.api.messages import StatusGet, UsageGet
from host.homes import server_home
from host.rpc_client import ask

CHILD = "games"  # an account that every Debian has and nobody logs in to
PLAYER = "an"
GAME = "bench"


class World:
    """`game` is the executable that is recognised as the game GAME; `daemon` the running daemon's process."""

    def __init__(self, home: Path, game: Path) -> None:
        self.home = home
        self.game = game
        self._servers: list[subprocess.Popen[bytes]] = []

    def say(self, *words: str) -> Any:
        """What `giochoi` answers, decoded from its JSON. RuntimeError with what it said if it failed."""
        command = [sys.executable, "-m", "cli", "--home", str(self.home), *words, "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"giochoi {' '.join(words)}: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def serve(self, room: str) -> subprocess.Popen[bytes]:
        """Starts a server and waits until it says that it is ready."""
        with self.starting(room) as server:
            return server

    @contextmanager
    def starting(self, room: str) -> Iterator[subprocess.Popen[bytes]]:
        """Starts a server; at the end it is ready."""
        with (self.home / f"{room}.err").open("wb") as errors:
            server = subprocess.Popen([sys.executable, "-m", room, "--home", str(self.home)], stdin=subprocess.DEVNULL,
                                      stdout=subprocess.PIPE, stderr=errors)
        self._servers.append(server)
        yield server
        if not server.stdout.readline():
            raise RuntimeError(f"giochoi-{room}: {(self.home / f'{room}.err').read_text('utf-8').strip()}")

    def play(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start the game as the child; a copy of tee plays until its input is closed. PermissionError: the gate refused."""
        return subprocess.Popen([str(self.game), *arguments], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL, user=CHILD, group=CHILD, extra_groups=[])

    def used_s(self) -> float:
        """Seconds of play that the daemon counted today."""
        players = self.say("usage")["players"]
        return players.get(PLAYER, {"total_s": 0.0})["total_s"]

    def played_ms(self) -> int:
        """As `used_s`, without a new process for the question; in milliseconds."""
        found = ask(server_home(str(self.home)).daemon_address, UsageGet()).players.get(PLAYER)
        return 0 if found is None else round(found.total_s * 1000)

    def playing(self) -> bool:
        """Whether the daemon sees a game run."""
        status = ask(server_home(str(self.home)).daemon_address, StatusGet())
        return any(game.running for player in status.players for game in player.games)

    def end(self, server: subprocess.Popen[bytes]) -> None:
        self._servers.remove(server)
        server.terminate()
        server.wait(15)

    def close(self) -> None:
        for server in reversed(self._servers):
            server.terminate()
        for server in reversed(self._servers):
            server.wait(15)


@contextmanager
def world(program: str = "tee", *, gate: bool) -> Iterator[tuple[World, subprocess.Popen[bytes]]]:
    """A world whose game is a copy of `program`, and its daemon. NotHere without root, or where the gate cannot be had."""
    if os.geteuid() != 0:
        raise NotHere("needs root")
    home = Path(tempfile.mkdtemp(prefix="gc-bench-"))
    home.chmod(0o755)
    disk = home / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", str(disk)], check=True)
    made = World(home, disk / GAME)
    try:
        # The path before the copy: what starts is the file itself and not a link to one that knows several programs.
        shutil.copy(Path(shutil.which(program)).resolve(), made.game)
        folder = home / "daemon"
        folder.mkdir(mode=0o700)
        (folder / "config.toml").write_text(f'[gate]\nenabled = {str(gate).lower()}\nmounts = ["{disk}"]\n', "utf-8")
        made.serve("agent")
        daemon = made.serve("daemon")
        made.say("player", "add", "An", "--born", "2014-05-01", "--account", CHILD)
        made.say("game", "add", GAME, "--exe", str(made.game), "--label", "VN00")
        watch = made.say("status")["daemon"]["watch"]
        wanted = "gate" if gate else "events"
        if watch != wanted:
            raise NotHere(f"needs {wanted}, this machine gives {watch}")
        yield made, daemon
    finally:
        made.close()
        subprocess.run(["umount", "--lazy", str(disk)], check=False)
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def running(command: list[str], times: int, **more: Any) -> Iterator[None]:
    """So many of these processes; `more` as Popen has it."""
    processes = [subprocess.Popen(command, **more) for _ in range(times)]
    try:
        yield
    finally:
        for one in processes:
            one.kill()
        for one in processes:
            one.wait()


def until(condition: Any, patience_s: float = 10.0) -> None:
    """Wait for something to become true, RuntimeError if it does not in time."""
    end = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError("waited in vain")
        time.sleep(0.02)
