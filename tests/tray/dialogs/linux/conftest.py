"""A screen, a window manager and a bus of the test's own, and a dialog on them, used as people do: by keys."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.system import PATIENCE, until

TOP = Path(__file__).resolve().parents[4]
_GI = "import sys; sys.path.append('/usr/lib/python3/dist-packages'); import gi; gi.require_version"
_SPOKEN = Path(__file__).parent / "spoken.py"
SYSTEM_PYTHON = "/usr/bin/python3"


class Desk:
    """`environment` leads to its screen and bus."""

    def __init__(self, environment):
        self.environment = environment

    def xdotool(self, *words):
        done = subprocess.run(["xdotool", *words], env=self.environment, capture_output=True, text=True, timeout=PATIENCE,
                              check=False)  # it finds nothing as long as there is nothing
        return done.stdout.strip()

    def spoken(self, *programs, what=()):
        """Of each program what its window tells a screen reader, None where there is none yet."""
        pids = ",".join(str(program.pid) for program in programs)
        done = subprocess.run([SYSTEM_PYTHON, str(_SPOKEN), pids, *what], env=self.environment, capture_output=True, text=True,
                              timeout=PATIENCE, check=True)  # fmt: skip
        return json.loads(done.stdout)


class Shown:
    """A dialog that is open, once keys go there."""

    def __init__(self, desk, program):
        self.desk, self.program = desk, program
        self.window = until(self._active)

    def _active(self):
        """Its window, once keys go there."""
        assert self.program.poll() is None, self.program.communicate()
        found = self.desk.xdotool("search", "--onlyvisible", "--pid", str(self.program.pid)).split()
        return found and found[-1] == self.desk.xdotool("getwindowfocus") and found[-1]

    def keys(self, *names):
        self.desk.xdotool("key", "--delay", "30", *names)

    def type(self, text):
        self.desk.xdotool("type", "--delay", "30", text)

    def spoken(self):
        return self.desk.spoken(self.program)[0] or []

    def does(self, *what):
        self.desk.spoken(self.program, what=what)

    def texts(self):
        return texts(self.spoken())

    def says(self, text):
        """Waits until it stands there."""
        until(lambda: any(text in one for one in self.texts()))

    def closed(self):
        """Its exit code, and what it printed."""
        out, err = self.program.communicate(timeout=PATIENCE)
        assert "Traceback" not in err
        return self.program.returncode, out


def texts(spoken):
    return [one["name"] or one["text"] for one in spoken or () if one["showing"]]


@pytest.fixture(scope="session")
def desk(tmp_path_factory):
    """Skipped where what it needs is not installed."""
    import shutil

    for program in ("Xvfb", "openbox", "xdotool", "dbus-run-session"):
        if shutil.which(program) is None:
            pytest.skip(f"needs {program} (make test installs it when run as root)")
    for python, library in ((sys.executable, "('Gtk', '3.0')"), (SYSTEM_PYTHON, "('Atspi', '2.0')")):
        if subprocess.run([python, "-c", _GI + library], capture_output=True, check=False).returncode:
            pytest.skip(f"needs python3-gi with {library} for {python} (make test installs it when run as root)")
    if not Path("/usr/libexec/at-spi2-registryd").exists():
        pytest.skip("needs at-spi2-core (make test installs it when run as root)")
    folder = tmp_path_factory.mktemp("desk")
    ready, up = folder / "ready", folder / "up"
    # A session of its own, all of which ends with the test: what the bus starts, too.
    script = (
        'Xvfb -displayfd 3 -screen 0 1400x1000x24 -nolisten tcp 3>"$1/display" & '
        'until [ -s "$1/display" ]; do sleep 0.05; done; export DISPLAY=:$(cat "$1/display"); '
        'openbox --sm-disable --startup "touch $1/up" & '
        'echo "$DISPLAY $DBUS_SESSION_BUS_ADDRESS" >"$1/made"; mv "$1/made" "$1/ready"; wait'
    )
    environment = {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    folder.chmod(0o700)
    command = ["dbus-run-session", "--", "sh", "-c", script, "sh", str(folder)]
    with subprocess.Popen(command, env=environment, start_new_session=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        try:
            until(lambda: ready.exists() and up.exists())
            display, address = ready.read_text("utf-8").split()
            yield Desk({**environment, "DISPLAY": display, "DBUS_SESSION_BUS_ADDRESS": address})
        finally:
            with suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)


@pytest.fixture
def start(desk, daemon):
    """`start("ask", "--game", "luanti")`: its process."""
    running = []

    def started(name, *words, lang="en", feed=None, **env):
        command = [sys.executable, "-m", "tray.dialog", name, *words, "--home", str(daemon.home.root), "--lang", lang]
        program = subprocess.Popen(command, cwd=TOP, env={**desk.environment, **env}, text=True, stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # fmt: skip
        running.append(program)
        if feed is not None:
            program.stdin.write(feed)
            program.stdin.flush()
        return program

    yield started
    for program in running:
        program.kill()
        program.communicate()


@pytest.fixture
def show(desk, start):
    """The same, once keys go there."""
    return lambda *words, **more: Shown(desk, start(*words, **more))
