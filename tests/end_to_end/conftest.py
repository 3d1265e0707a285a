"""A whole house: real servers on a home of their own, an ordinary account for the child, a display, real games."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

import cli.__main__
import compliance.__main__
from daemon.api.messages import Sync
from host.homes import Home
from host.rpc_client import ask
from tests.system import PATIENCE, SOAK, in_here, ours, until

TREE = Path(__file__).resolve().parents[2]
MAINS = {"giochoi": cli.__main__.main, "giochoi-verify": compliance.__main__.main}


class House:
    """One home with its agent and daemon, each started and killed at will."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.servers: dict[str, subprocess.Popen[bytes]] = {}

    def configure(self, room: str, text: str) -> None:
        folder = self.home / room
        folder.mkdir(mode=0o700, exist_ok=True)
        (folder / "config.toml").write_text(text, "utf-8")

    def start(self, *rooms: str) -> None:
        for room in rooms or ("agent", "daemon"):
            errors = (self.home / f"{room}.err").open("ab")
            server = subprocess.Popen(
                [*self.command(f"giochoi-{room}"), "--home", str(self.home)],
                cwd=self.home,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=self.environment(),
                start_new_session=True,  # as whoever manages services does
            )
            errors.close()
            assert b"ready" in server.stdout.readline(), (self.home / f"{room}.err").read_text("utf-8")
            self.servers[room] = server

    def command(self, program: str) -> list[str]:
        return ours(program)

    def end(self, room: str) -> None:
        """As a service manager does; on Windows, where only services can be asked, as `kill`."""
        self._gone(server := self.servers.pop(room), server.terminate)

    def kill(self, room: str) -> None:
        self._gone(server := self.servers.pop(room), server.kill)

    @staticmethod
    def _gone(server, how) -> None:
        how()
        server.wait(PATIENCE)
        server.stdout.close()
        server.stdin.close()

    def environment(self) -> dict[str, str]:
        path = os.pathsep.join(filter(None, (str(TREE), os.environ.get("PYTHONPATH"))))
        return {**os.environ, "GIOCHOI_HOME": str(self.home), "PYTHONPATH": path}

    def close(self) -> None:
        for room, server in list(self.servers.items()):
            with suppress(subprocess.TimeoutExpired):
                self.end(room)
            if server.poll() is None:  # one that stays would refuse and end what the next tests start
                self._gone(server, server.kill)

    def __call__(self, *words: str, code: int = 0) -> str:
        """What `giochoi` prints; it must end with `code`."""
        done = self.run("giochoi", *words)
        assert done.returncode == code, (words, done.stdout, done.stderr)
        return done.stdout

    def json(self, *words: str):
        return json.loads(self(*words, "--json"))

    def run(self, program: str, *words: str) -> subprocess.CompletedProcess[str]:
        if not SOAK:
            return in_here(MAINS[program], words, self.home)
        return subprocess.run(
            [*self.command(program), *words], cwd=self.home, env=self.environment(), capture_output=True, encoding="utf-8",
            timeout=60, check=False, input="",
        )  # fmt: skip

    def player(self, id_: str):
        return next(one for one in self.json("status")["players"] if one["id"] == id_)

    def game(self, player: str, game: str):
        """How `game` stands for `player`; None if status does not name it."""
        return next((one for one in self.player(player)["games"] if one["id"] == game), None)

    def deliver(self) -> None:
        """All that the daemon has recorded by now reaches the agent."""
        ask(Home(self.home, "given").daemon_address, Sync(number=0))

    def entries(self, *kinds: str):
        """The log, oldest first, once all of it has reached the agent."""
        until(lambda: self.json("status")["agent"]["unsent"] == 0)
        bundle = self.home / f"{secrets.token_hex(4)}.zip"
        self("log", "export", str(bundle))
        lines = [line["entry"] for line in self.json("log", "show", "--last", "100000")["entries"]]
        bundle.unlink()
        return [line for line in lines if not kinds or line["kind"] in kinds]

    def verify(self):
        """The verifier's report on an exported bundle, and its exit code."""
        bundle = self.home / f"{secrets.token_hex(4)}.zip"
        until(lambda: self.json("status")["agent"]["unsent"] == 0)
        self("log", "export", str(bundle))
        done = self.run("giochoi-verify", str(bundle), "--json")
        return json.loads(done.stdout), done.returncode


@pytest.fixture
def house(home_folder):
    home_folder.chmod(0o755)
    made = House(home_folder)
    yield made
    made.close()


class Child:
    """An ordinary account that starts programs."""

    def __init__(self, name: str) -> None:
        import pwd

        self.name = name
        self.entry = pwd.getpwnam(name)
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self, *command: str, **env: str) -> subprocess.Popen[bytes]:
        """PermissionError: the start was refused."""
        process = subprocess.Popen(
            command,
            user=self.name,
            group=self.entry.pw_gid,
            extra_groups=[],
            cwd=self.entry.pw_dir,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={"HOME": self.entry.pw_dir, "PATH": "/usr/bin:/bin:/usr/games", "USER": self.name, **env},
        )
        self.running.append(process)
        return process

    def close(self) -> None:
        for process in self.running:
            if process.poll() is None:
                process.kill()
            process.wait(PATIENCE)


@pytest.fixture
def child():
    from tests.accounts import account

    with account() as entry:
        made = Child(entry.pw_name)
        yield made
        made.close()


@pytest.fixture
def display(need):
    """The name of an X display of the test's own."""
    program = need("Xvfb")
    reader, writer = os.pipe()
    command = [program, "-displayfd", str(writer), "-screen", "0", "800x600x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[writer], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        number = pipe.readline().strip()
    yield f":{number}"
    server.terminate()
    server.wait(PATIENCE)


@pytest.fixture
def manager(display, need, tmp_path):
    """Somebody manages the windows of the display; `manager()`: how many."""
    from Xlib.display import Display

    environment = {"DISPLAY": display, "HOME": "/nonexistent", "PATH": os.defpath}
    up = tmp_path / "manager-is-up"  # before that it loses windows that are opened, although it says that it manages them
    command = [need("openbox"), "--sm-disable", "--startup", f"touch {up}"]
    with subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        until(up.exists)
        screen = Display(display)
        managed = screen.get_atom("_NET_CLIENT_LIST")
        yield lambda: len(screen.screen().root.get_full_property(managed, 0).value)
        screen.close()
        running.terminate()
