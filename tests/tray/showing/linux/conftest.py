"""A desk: a screen of its own, a session bus, a window manager; and programs on it that say what they see, one line each."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import queue
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from unittest.mock import patch

import pytest
from Xlib.display import Display

from tests.system import PATIENCE, until
from tray.showing.linux.front import screen

HERE = Path(__file__).parent
TOP = HERE.parents[3]
NOTIFYD = any(Path("/usr/lib").glob("*/xfce4/notifyd/xfce4-notifyd"))
MAJOR, MINOR = sys.version_info[:2]
GI = any(Path("/usr/lib/python3/dist-packages/gi").glob(f"_gi.cpython-{MAJOR}{MINOR}*")) or importlib.util.find_spec("gi")


class Program:
    """A program on the desk: its lines are taken one by one."""

    def __init__(self, command, env):
        self._child = subprocess.Popen(
            command, env=env | {"PYTHONPATH": str(TOP)}, text=True, encoding="utf-8",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._lines = queue.Queue()
        self.pid = self._child.pid
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self._child.stdout:
            self._lines.put(line.rstrip("\n"))

    def line(self):
        return self._lines.get(timeout=PATIENCE)

    def json(self):
        return json.loads(self.line())

    def lines(self):
        """Those that came and were not taken."""
        found = []
        with contextlib.suppress(queue.Empty):
            while True:
                found.append(self._lines.get_nowait())
        return found

    def say(self, text):
        self._child.stdin.write(text + "\n")
        self._child.stdin.flush()

    def ask(self, *words):
        self.say(json.dumps(words, ensure_ascii=False))
        return self.json()

    def end(self):
        self._child.stdin.close()
        try:
            self._child.wait(5)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        self._reader.join(5)
        self._child.stdout.close()


class Desk:
    def __init__(self, env, keep):
        self.env = env
        self._keep = keep

    def start(self, *command, **env):
        program = Program(list(command), self.env | env)
        self._keep.append(program)
        return program

    def python(self, file, *words, **env):
        return self.start(*self.command(file, *words), **env)

    def command(self, file, *words):
        return sys.executable, str(HERE / file), *words

    def display(self, *words, **env):
        """The tray's part of it, and the main loop that it runs in."""
        program = self.python("display.py", "patient", *(words or ("loop",)), **{"GIOCHOI_LANG": "vi"} | env)
        assert program.json() == "ready"
        return program

    def server(self, *able):
        program = self.python("server.py", *(able or ("actions", "body", "body-markup")))
        assert program.json() == "ready"
        return program

    def game(self, *words):
        """It has the keyboard, and the window manager says that it is in front."""
        program = self.python("game.py", *words)
        assert program.line() == "FOCUS"
        with patch.dict(os.environ, DISPLAY=self.env["DISPLAY"]):
            until(lambda: screen() == ("desktop" if words else "full"))
        return program

    def run(self, *command):
        return subprocess.run(command, env=self.env, capture_output=True, text=True, check=False).stdout

    def banners(self):
        """The numbers of those that are on the screen."""
        return self.run("xdotool", "search", "--onlyvisible", "--name", "^Giờ Chơi$").split()

    def highest(self):
        """The window above all others."""
        display = Display(self.env["DISPLAY"])
        try:
            return str(display.screen().root.query_tree().children[-1].id)
        finally:
            display.close()

    def place(self, window):
        """X, Y, WIDTH, HEIGHT of it; nothing, once it is gone."""
        found = self.run("xdotool", "getwindowgeometry", "--shell", window).split()
        return {name: int(number) for name, _, number in (line.partition("=") for line in found) if number.isdigit()}

    def top(self, window):
        """How far down it is; -1 while it is nowhere."""
        return self.place(window).get("Y", -1)

    def corner(self, window):
        """Where it ends, right and below."""
        place = self.place(window)
        return place.get("X", 0) + place.get("WIDTH", 0), place.get("Y", 0) + place.get("HEIGHT", 0)


@pytest.fixture(scope="module")
def x_server(tmp_path_factory):
    """(environment of) an X server with a window manager."""
    for program in ("Xvfb", "openbox", "dbus-run-session", "xdotool"):
        if not shutil.which(program):
            pytest.skip(reason=f"no {program}: see tests/lab/packages")
    if not GI:
        pytest.skip(reason="no gi for this Python: see tests/lab/packages")
    home = tmp_path_factory.mktemp("home")
    env = {"PATH": os.environ["PATH"], "HOME": str(home), "XDG_RUNTIME_DIR": str(home), "LANG": "C.UTF-8", "NO_AT_BRIDGE": "1"}
    server, env["DISPLAY"] = until(_server)
    running = [server]
    try:
        running.insert(0, until(lambda: _manager(env)))
        yield env
    finally:
        for one in running:
            one.terminate()
            one.wait()


def _manager(env):
    """A window manager that answers; None where it does not."""
    manager = subprocess.Popen(["openbox", "--sm-disable"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    ask = ["xdotool", "get_desktop"]
    with contextlib.suppress(AssertionError):
        until(lambda: subprocess.run(ask, env=env, capture_output=True, check=False).returncode == 0, PATIENCE / 4)
        return manager
    manager.kill()
    manager.wait()
    return None


def _server():
    """An X server and its display; None where another one took the same number at the same moment."""
    reads, writes = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writes), "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
        pass_fds=[writes], stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(writes)
    with os.fdopen(reads) as told:
        number = told.readline().strip()
    if number:
        return server, f":{number}"
    server.wait()
    return None


@pytest.fixture
def desk(x_server):
    """With a session bus of its own, on which nobody shows notifications unless a test starts him."""
    yield from _desk(x_server, ["--config-file", str(HERE / "bus.conf")])


@pytest.fixture
def xfce(x_server):
    """With the system's own services: xfce4-notifyd shows notifications."""
    if not NOTIFYD:
        pytest.skip(reason="no xfce4-notifyd: see tests/lab/packages")
    yield from _desk(x_server, [])


def _desk(env, options):
    kept = []
    said = 'echo "$DBUS_SESSION_BUS_ADDRESS"; exec cat'
    bus = Program(["dbus-run-session", *options, "--", "sh", "-c", said], env)
    yield Desk(env | {"DBUS_SESSION_BUS_ADDRESS": bus.line()}, kept)
    for program in reversed(kept):
        program.end()
    bus.end()
