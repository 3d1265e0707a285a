"""A machine with our package on it: a child's account, a game that only it has, and what the log says."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

from tests import native
from tests.installers.machine import Machine
from tests.system import until

CHILD, UID = "an", 47113  # no account out here has this number: what runs in there is seen from here
GAME = Path("/opt/turtles/turtles")
UNITS = ("giochoi-agent.service", "giochoi-daemon.service")
# Which lines of a unit say how it is started and kept, not what it may do.
NOT_OF_THE_CAGE = ("#", "Exec", "Type", "Restart", "Watchdog", "Timeout", "Runtime", "State", "Wanted")
REFUSED = 126  # what a shell ends with that may not execute it


ELSEWHERE = "/srv/elsewhere"  # the home of another PC of the place, which is the same machine: there is no network


def elsewhere(machine: Machine, *words: str) -> Any:
    return machine.json("--home", ELSEWHERE, *words)


def counter(machine: Machine) -> str:
    """Starts the agent of the other PC; what a PC joins it with."""
    machine.run("systemd-run", "--quiet", "--unit=counter", "/usr/sbin/giochoi-agent", "--home", ELSEWHERE)
    until(lambda: machine.try_run("giochoi", "--home", ELSEWHERE, "place", "show").returncode == 0)
    elsewhere(machine, "place", "serve", "127.0.0.1:7400")
    return elsewhere(machine, "seat", "invite")["string"]


class Seat:
    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.run, self.json = machine.run, machine.json
        self.run("useradd", "--uid", str(UID), "--create-home", "--shell", "/bin/bash", CHILD)
        self.run("mkdir", str(GAME.parent))
        native.write(machine.path(str(GAME)), native.program().content)

    def install(self, package: Path, **environment: str) -> str:
        """As a parent does, without a network. What apt says."""
        place = Path("/root", package.name)
        shutil.copyfile(package, self.machine.path(str(place)))
        words = (f"{name}={value}" for name, value in environment.items())
        said = self.run("env", *words, "apt-get", "install", "--yes", "--no-install-recommends", "-qq", str(place))
        self.machine.path(str(place)).unlink()
        return said

    def answer(self, *answers: str) -> str:
        """What `giochoi setup` shows on a terminal where these lines are typed."""
        mine, its = os.openpty()
        os.write(mine, "".join(f"{one}\n" for one in answers).encode())
        with self.machine.start("giochoi", "setup", stdin=its, stdout=its, stderr=its) as asking:
            os.close(its)
            shown = b""
            try:
                while more := os.read(mine, 4096):
                    shown += more
            except OSError:  # EIO: nobody writes any more
                pass
            os.close(mine)
        text = shown.decode("utf-8", "replace")
        assert asking.returncode in {0, 1}, text  # doctor may have found something
        return text

    def play(self, game: Path = GAME) -> Play:
        return Play(self, game)

    def copied(self, folder: str) -> Path:
        """The game there, under another name, and the child's."""
        copy = Path(folder, f"sums-{secrets.token_hex(3)}")
        self.run("cp", str(GAME), str(copy))
        self.run("chown", f"{CHILD}:", str(copy))
        return copy

    def status(self) -> Any:
        """Once the agent has all there is."""
        return until(lambda: (found := self.json("status"))["agent"]["reachable"] and not found["agent"]["unsent"] and found)

    def game(self) -> Any:
        (player,) = self.status()["players"]
        return next((one for one in player["games"] if one["id"] == GAME.name), None)

    def entries(self, *kinds: str) -> list[Any]:
        """The log, oldest first."""
        self.status()
        found = [line["entry"] for line in self.json("log", "show", "--last", "100000")["entries"]]
        return [one for one in found if not kinds or one["kind"] in kinds]

    def verified(self) -> None:
        """An inspector finds the whole log sound."""
        self.run("giochoi", "log", "export", "/root/log.zip")
        self.run("giochoi-verify", "/root/log.zip")
        self.run("rm", "/root/log.zip")

    def as_daemon(self, code: str) -> str:
        """What this Python says where it may do what the daemon's unit lets it, and no more."""
        lines = self.machine.read("/usr/lib/systemd/system/giochoi-daemon.service").partition("[Service]")[2].splitlines()
        own = [line for line in lines if "=" in line and not line.startswith(NOT_OF_THE_CAGE)]
        words = ("/usr/lib/giochoi/bin/python3", "-I", "-c", code)
        return self.run("systemd-run", "--quiet", "--wait", "--pipe", *(f"--property={line}" for line in own), *words)

    def log_on(self, *more: str) -> None:
        """The child has a session until the unit of this name is stopped."""
        unit = ("--unit=session", f"--uid={CHILD}", "--property=PAMName=login", "--setenv=XDG_SESSION_CLASS=user", *more)
        self.run("systemd-run", "--quiet", *unit, "sleep", "100")
        until(lambda: self.session_of(CHILD))

    def session_of(self, account: str) -> bool:
        """Whether one is listed; that of its own service manager, which newer releases list, too, is not meant."""
        lines = self.run("loginctl", "--no-pager", "list-sessions").splitlines()
        return any(account in (words := line.split()) and "manager" not in words for line in lines)

    def pid(self, unit: str) -> int:
        return int(self.run("systemctl", "show", "--property=MainPID", "--value", unit))

    def active(self) -> bool:
        """Both servers, and nothing that failed."""
        states = self.machine.try_run("systemctl", "is-active", *UNITS).stdout.split()
        return states == ["active"] * len(UNITS) and not self.run("systemctl", "--failed", "--plain", "--no-legend")

    def loud(self) -> str:
        """What our units, or systemd about them, said that should not be."""
        asked = ("journalctl", "--boot", "--quiet", "--no-pager")
        warnings = self.machine.try_run(*asked, "--grep=giochoi", "--priority=warning")
        return warnings.stdout + self.machine.try_run(*asked, "--grep=Traceback").stdout


class Play:
    """The child starts a game."""

    def __init__(self, seat: Seat, game: Path) -> None:
        self._seat = seat
        self._mark = f"/tmp/ran-{secrets.token_hex(4)}"
        self.begun = time.monotonic()
        words = ("runuser", "-u", CHILD, "--", "sh", "-c", 'exec "$0" "$1"', str(game), self._mark)
        self._process = seat.machine.start(*words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def ran(self) -> bool:
        """Whether its first instruction did."""
        return self._seat.machine.path(self._mark).exists()

    def over(self, seconds: float = 60) -> int:
        """What it ended with, by itself or by somebody else."""
        try:
            return self._process.wait(seconds)
        finally:
            self._process.stdin.close()

    def leave(self) -> int:
        """The child has enough."""
        self._process.stdin.close()
        return self._process.wait(60)
