"""giochoi-daemon and giochoi-agent as the services that an administrator installs: from the installed package, on one home."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import winreg
from contextlib import suppress

import pytest

from cli.__main__ import main as giochoi
from daemon.platforms.windows.control import WindowsControl
from daemon.platforms.windows.trays import found
from host.servicing import ServiceCommands
from host.windows import scm
from i18n.message import msg

KEY = "SYSTEM\\CurrentControlSet\\Services\\giochoi-"
ROOMS = ("agent", "daemon")
LONG = 90


def desk(room):
    return ServiceCommands(scm, room, lambda seconds: threading.Event().wait(seconds))


def program(room, *words):
    """Exit code and the one line of `giochoi-… service …`, run from what is installed as the service is, not from this tree."""
    command = [sys.executable, "-I", "-m", room, "service", *words]
    done = subprocess.run(command, input=b"", capture_output=True, timeout=LONG, check=False)
    said, silent = (done.stderr, done.stdout) if done.returncode else (done.stdout, done.stderr)
    assert (said.count(b"\n"), silent) == (1, b""), done
    return done.returncode, said.decode()


def listed(room):
    try:
        winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, KEY + room).Close()
    except FileNotFoundError:
        return False
    return True


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The home of both; afterwards there is no trace of either in the system, and all that they keep is still there."""
    for room in ROOMS:
        if listed(room):
            pytest.fail(f"giochoi-{room} is installed on this machine: remove it first (giochoi-{room} service remove)")
    made = tmp_path_factory.mktemp("home") / "nhà"
    for room in ROOMS:
        code, line = program(room, "install", "--home", str(made))
        assert code == 0, line
    yield made
    end_tray(made)
    for room in reversed(ROOMS):
        code, line = desk(room).remove()
        assert (code, listed(room)) == (0, False), line
    assert (made / "agent" / "log.db").is_file()


@pytest.fixture
def home(installed):
    """With both stopped before and after."""
    yield installed
    for room in ROOMS:
        assert desk(room).stop()[0] == 0


def tray(home):
    """What the daemon wrote down of the one tray that runs; None: none does."""
    try:
        written = json.loads((home / "daemon" / "trays.json").read_bytes())
    except (OSError, ValueError):
        return None
    ((_, identity),) = written.items()
    return found(tuple(identity))


def end_tray(home):
    with suppress(ValueError):
        running = tray(home)
        if running is not None:
            assert WindowsControl().end(*running.identity)


def start(home):
    for room in ROOMS:
        code, line = desk(room).start()
        assert code == 0, str(line) + (home / room / "service.log").read_text("utf-8")


def enrolled(home, capsys):
    """The daemon's status as soon as it has a roster: it answered, and it reached the agent."""
    for _ in range(300):
        capsys.readouterr()
        assert giochoi(["--home", str(home), "status", "--json"]) == 0
        status = json.loads(capsys.readouterr().out)
        if "no-roster" not in json.dumps(status):
            return status
        threading.Event().wait(0.1)
    return pytest.fail(f"no roster came: {status}")


def test_they_run_answer_and_keep_what_they_know(home, capsys):
    """Both answer, and end in an orderly way; started again, after a second install, they know what they knew."""
    start(home)
    assert enrolled(home, capsys)["players"] == []
    assert giochoi(["--home", str(home), "player", "add", "An", "--born", "2014-05-01"]) == 0
    for room in ROOMS:
        assert desk(room).status()[0] == 0
        assert "ready" in (home / room / "service.log").read_text("utf-8")
        assert desk(room).stop()[0] == 0
        assert desk(room).status() == (1, msg("stopped"))  # with 0: no failure, so that nothing is started again
        code, line = desk(room).install(str(home))
        assert (code, "updated" in str(line)) == (0, True), line
    start(home)
    assert [one["name"] for one in enrolled(home, capsys)["players"]] == ["An"]


def test_a_mistake_in_the_configuration_is_said(home):
    """The start says what the daemon said; the service ended with the exit code of the contract."""
    (home / "daemon" / "config.toml").write_text("[gate\n")
    code, line = program("daemon", "start")
    assert (code, "config.toml" in line) == (1, True), line
    code, line = desk("daemon").status()
    assert (code, "code 2" in str(line)) == (1, True), line
    (home / "daemon" / "config.toml").unlink()
