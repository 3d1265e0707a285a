"""giochoi-daemon and giochoi-agent as the services that an administrator installs: from the installed package, on one home."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import winreg

import pytest

KEY = "SYSTEM\\CurrentControlSet\\Services\\giochoi-"
ROOMS = ("agent", "daemon")
LONG = 90


def program(module, *words):
    """Exit code, stdout and stderr of one of ours, run as a service runs it: from what is installed, not from this tree."""
    done = subprocess.run(
        [sys.executable, "-I", "-m", module, *words], input=b"", capture_output=True, timeout=LONG, check=False
    )  # fmt: skip
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def service(room, verb, *words):
    code, out, err = program(room, "service", verb, *words)
    assert (out + err).count("\n") == 1, out + err
    assert (out == "") == (code != 0)
    return code, out + err


def listed(room):
    try:
        winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, KEY + room).Close()
    except FileNotFoundError:
        return False
    return True


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The home of both; afterwards there is no trace of either in the system."""
    for room in ROOMS:
        if listed(room):
            pytest.fail(f"giochoi-{room} is installed on this machine: remove it first (giochoi-{room} service remove)")
    made = tmp_path_factory.mktemp("home") / "nhà"
    for room in ROOMS:
        code, line = service(room, "install", "--home", str(made))
        assert code == 0, line
    yield made
    for room in reversed(ROOMS):
        code, line = service(room, "remove")
        assert (code, listed(room)) == (0, False), line
    assert (made / "agent").is_dir()


@pytest.fixture
def home(installed):
    """With both stopped before and after."""
    yield installed
    for room in ROOMS:
        assert service(room, "stop")[0] == 0


def start(home):
    for room in ROOMS:
        code, line = service(room, "start")
        assert code == 0, line + (home / room / "service.log").read_text("utf-8")


def giochoi(home, *words):
    code, out, err = program("cli", "--home", str(home), *words)
    assert code == 0, out + err
    return out


def enrolled(home):
    """The daemon's status as soon as it has a roster: it answered, and it reached the agent."""
    for _ in range(100):
        status = json.loads(giochoi(home, "status", "--json"))
        if "no-roster" not in json.dumps(status):
            return status
        threading.Event().wait(0.2)
    return pytest.fail(f"no roster came: {status}")


def test_they_start_answer_and_leave(home):
    """Both run and answer, and say so; stopped, they have ended in an orderly way."""
    start(home)
    assert enrolled(home)
    for room in ROOMS:
        assert service(room, "status")[0] == 0
        assert "ready" in (home / room / "service.log").read_text("utf-8")
        assert service(room, "stop")[0] == 0
        code, line = service(room, "status")
        assert (code, "code" in line) == (1, False), line  # with 0: no failure, so that nothing is restarted


def test_what_they_keep_outlives_them(home):
    """A player that was added is known after both were started again, and after they were installed anew."""
    start(home)
    giochoi(home, "player", "add", "An", "--born", "2014-05-01")
    for room in ROOMS:
        assert service(room, "stop")[0] == 0
        assert service(room, "install", "--home", str(home))[0] == 0
    start(home)
    assert "An" in giochoi(home, "player", "list")
    assert [one["name"] for one in enrolled(home)["players"] if one["id"] != "guest"] == ["An"]


def test_a_mistake_in_the_configuration_is_said(home):
    """The start says what the daemon said; the service ended with the exit code of the contract."""
    (home / "daemon" / "config.toml").write_text("[gate\n")
    code, line = service("daemon", "start")
    assert (code, "config.toml" in line) == (1, True), line
    code, line = service("daemon", "status")
    assert (code, "code 2" in line) == (1, True), line
    (home / "daemon" / "config.toml").unlink()
