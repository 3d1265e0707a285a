"""The package on a Debian that boots: how long an installation takes, and for how long nothing is refused meanwhile."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from measure import NotHere, Row, runs

from installers.linux.package import build
from tests.installers.linux.seat import Seat
from tests.installers.machine import archive, booted
from tests.system import until

DAEMON = "giochoi-daemon"
MEMORY = Path("/dev/shm")


def main() -> Iterator[Row]:
    if os.geteuid() != 0 or not shutil.which("systemd-nspawn") or not shutil.which("dpkg-deb"):
        raise NotHere("needs root, systemd-nspawn and dpkg-deb")
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        package = build(Path(folder), "1.2.3", quick=True)
        with booted(archive("trixie"), Path(folder)) as machine:
            seat = Seat(machine)
            begun = time.monotonic()
            seat.install(package)
            installed = time.monotonic() - begun
            until(seat.active)
            killed = [_gap(seat, "kill", "--kill-whom=main", "--signal=KILL") for _ in range(runs(10))]
            restarted = [_gap(seat, "restart") for _ in range(runs(10))]
    yield Row("package: installed on Debian 13", [installed], "s", 10.0, least=1)
    yield Row("package: from kill -9 of the daemon to ready, the most", killed, "s", 2.0, of=max)
    yield Row("package: without a gate while it is upgraded, the most", restarted, "s", 3.0, of=max)


def _gap(seat: Seat, *verb: str) -> float:
    """Seconds in which systemd had no daemon that was ready."""
    before = seat.pid(DAEMON)
    seat.run("systemctl", verb[0], *verb[1:], DAEMON)
    until(lambda: seat.pid(DAEMON) not in {0, before} and seat.active())
    left, entered = (_moment(seat, which) for which in ("ActiveExit", "ActiveEnter"))
    return (entered - left) / 1_000_000


def _moment(seat: Seat, which: str) -> int:
    """In microseconds since the boot."""
    return int(seat.run("systemctl", "show", f"--property={which}TimestampMonotonic", "--value", DAEMON))
