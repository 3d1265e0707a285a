"""`giochoi` as a user runs it, most of the time in the tests' own process: what a command does is the same there.

tests/cli/test_process.py and the demo's tests start a process for each command, and `make soak` does so for all.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from cli.__main__ import main
from tests.system import SOAK, in_here, ours

TOP = Path(__file__).resolve().parents[2]
PATH = os.pathsep.join(filter(None, (str(TOP), os.environ.get("PYTHONPATH"))))


class Giochoi:
    """Runs `giochoi` in `home` and keeps to the contract: never a traceback, with --json one document or nothing.

    In English, unless the test says otherwise: the machine's own language has no say.
    """

    def __init__(self, home: Path) -> None:
        self.home = home

    def __call__(self, *words: str, stdin: str | bytes = b"", **env: str) -> subprocess.CompletedProcess[str]:
        given = stdin if isinstance(stdin, bytes) else stdin.encode()
        env = {"GIOCHOI_LANG": "en", **env}
        if SOAK or words[:1] == ("demo",):
            return self.process(*words, stdin=given, **env)
        return in_here(main, words, self.home, given, **env)

    def process(self, *words: str, stdin: bytes = b"", **env: str) -> subprocess.CompletedProcess[str]:
        """The same in a process of its own."""
        done = subprocess.run(
            [*ours("giochoi"), *words], cwd=TOP, capture_output=True, timeout=60, check=False, input=stdin,
            env={**os.environ, "GIOCHOI_LANG": "en", "GIOCHOI_HOME": str(self.home), "PYTHONPATH": PATH, **env},
        )  # fmt: skip
        out, err = done.stdout.decode(), done.stderr.decode()
        assert "Traceback" not in out + err, err
        return subprocess.CompletedProcess(words, done.returncode, out, err)

    def fails(self, code: int, *words: str, **env: str) -> str:
        """The one line that it ends with: nothing else is said, and the exit code is `code`."""
        return _one_line(code, self(*words, **env))


def _one_line(code: int, done: subprocess.CompletedProcess[str]) -> str:
    assert (done.returncode, done.stdout) == (code, ""), done
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


@pytest.fixture
def giochoi(home_folder) -> Giochoi:
    return Giochoi(home_folder)


@pytest.fixture(scope="session")
def giochoi_in() -> type[Giochoi]:
    """`giochoi_in(home)`, for a home that several tests share."""
    return Giochoi


@pytest.fixture
def fails(home_folder, monkeypatch, capsys):
    """`giochoi.fails` inside the test's own process, for the many mistakes there are."""

    def run(code: int, *words: str) -> str:
        monkeypatch.setenv("GIOCHOI_HOME", str(home_folder))
        monkeypatch.setenv("GIOCHOI_LANG", "en")
        try:
            returned = main(list(words))
        except SystemExit as left:
            returned = left.code
        return _one_line(code, subprocess.CompletedProcess(words, returned, *capsys.readouterr()))

    return run


class Servers:
    """A real agent and a real daemon on one home, each started on demand and ended with the test."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, room: str) -> None:
        """Start `giochoi-ROOM` and wait until it says that it is ready."""
        server = subprocess.Popen(
            [sys.executable, "-m", room, "--home", str(self.home)], cwd=TOP, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONPATH": PATH, "PYTHONUNBUFFERED": "1", "GIOCHOI_LANG": "en"},
        )  # fmt: skip
        self.running[room] = server
        first = server.stdout.readline().decode()
        assert "ready" in first, first

    def stop(self, room: str) -> None:
        server = self.running.pop(room)
        server.terminate()
        server.communicate(timeout=20)


@pytest.fixture(scope="module")
def servers():
    """One home for all tests of a file: starting servers takes longer than asking them."""
    with tempfile.TemporaryDirectory(prefix="gc-") as folder:
        made = Servers(Path(folder))
        yield made
        for room in tuple(made.running):
            made.stop(room)


@pytest.fixture(scope="module")
def agent(servers, giochoi_in):
    """`giochoi` of a home where only the agent runs, and An is a player."""
    servers.start("agent")
    giochoi = giochoi_in(servers.home)
    giochoi("player", "add", "An", "--born", "2014-05-01")
    return giochoi
