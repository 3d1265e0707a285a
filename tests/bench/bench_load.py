"""What a child can do to everybody else: a storm of starts that are refused, a flood of questions to the daemon."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from measure import Row, p99, quick
from world import CHILD, PLAYER, World, until, world

from daemon.api.messages import StatusGet
from host.homes import server_home
from host.rpc_client import ask

STORM_S, FLOOD_S = (2, 2) if quick else (20, 10)
_STORM = """
import os, sys
while True:
    pid = os.fork()
    if not pid:
        try: os.execv(sys.argv[1], [sys.argv[1]])
        except OSError: os._exit(0)
    os.waitpid(pid, 0)
"""
_FLOOD = """
import socket, sys
while True:
    try:
        line = socket.socket(socket.AF_UNIX)
        line.connect(sys.argv[1])
        while True:
            line.sendall(b'{"op":"status"}\\n' * 20)
            if not line.recv(1 << 20): break
    except OSError: pass
"""


def main() -> Iterator[Row]:
    with world(gate=True) as (made, daemon):
        other = made.game.with_name("other")
        other.write_bytes(Path("/bin/echo").resolve().read_bytes())
        other.chmod(0o777)  # others may write to it, so it is asked for each time
        address = server_home(str(made.home)).daemon_address
        quiet = _execs(other, FLOOD_S)
        before = cpu_s(daemon.pid)
        with busy(_FLOOD, address):
            flooded = _execs(other, FLOOD_S)
        yield Row("an exec that the gate is asked for, p99", quiet, "ms", of=p99)
        yield Row("… while another account floods the daemon", flooded, "ms", of=p99)
        yield Row("… times one without", [p99(flooded) / p99(quiet)] * 5, "", 2.0)
        yield Row("daemon in that flood: of a core", [(cpu_s(daemon.pid) - before) / FLOOD_S * 100] * 5, "%")
        made.say("limit", PLAYER, "0")
        until(lambda: _refused(made))
        for _ in range(2):  # what a first storm fills is bounded; what the next adds would be a leak
            memory, before = rss(daemon.pid), cpu_s(daemon.pid)
            with busy(_STORM, str(made.game)):
                answers = asked(address, STORM_S)
            grown, spent = rss(daemon.pid) - memory, cpu_s(daemon.pid) - before
        yield Row("status in a storm of refused starts, p99", answers, "ms", 250.0, of=p99)
        yield Row(f"daemon in {STORM_S} s of it: memory that it grew by", [grown] * 5, "MiB", 2.0)
        yield Row("… of a core", [spent / STORM_S * 100] * 5, "%")


def _refused(made: World) -> bool:
    try:
        made.play().communicate()
    except PermissionError:
        return True
    return False


def _execs(program: Path, seconds: float) -> list[float]:
    found, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        begun = time.perf_counter()
        subprocess.run([str(program)], stdout=subprocess.DEVNULL, check=True)
        found.append((time.perf_counter() - begun) * 1000)
    return found


def asked(address: str, seconds: float) -> list[float]:
    found, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        begun = time.perf_counter()
        ask(address, StatusGet())
        found.append((time.perf_counter() - begun) * 1000)
        time.sleep(0.02)
    return found


@contextmanager
def busy(code: str, what: str, times: int = 2) -> Iterator[None]:
    running = [
        subprocess.Popen([sys.executable, "-I", "-S", "-c", code, what], user=CHILD, group=CHILD, extra_groups=[])
        for _ in range(times)
    ]
    try:
        time.sleep(0.5)
        yield
    finally:
        for one in running:
            one.kill()
            one.wait()


def cpu_s(pid: int) -> float:
    return sum(int(file.read_text("ascii").split()[0]) for file in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


def rss(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024
