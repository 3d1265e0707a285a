"""Whether the daemon answers, and stays as small, while others wear out the PC: a hundred sessions that start programs all the
time, and a fork bomb that meets the limit of its account's tasks (as pids.max of a cgroup is one).
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bench_load import asked, cpu_s, rss
from measure import Row, p99, quick
from world import CHILD, world

from host.homes import server_home

SECONDS = 3 if quick else 60
SESSIONS, TASKS, FIRST_UID = (20 if quick else 100), 200, 47_000
_SESSION = """
import os, time
while True:
    os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)
    time.sleep(0.4)
"""
_BOMB = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_NPROC, (int(sys.argv[1]),) * 2)
while True:
    try: os.fork()
    except OSError: pass
"""


def main() -> Iterator[Row]:
    with world(gate=True) as (made, daemon):
        address, game = server_home(str(made.home)).daemon_address, made.play()
        for name, some in ((f"{SESSIONS} busy sessions", _sessions), (f"a fork bomb of {TASKS} tasks", _bomb)):
            for _ in range(2):  # what comes first fills what is bounded; what the next adds would be a leak
                memory, before = rss(daemon.pid), cpu_s(daemon.pid)
                with some():
                    answers = asked(address, SECONDS)
                grown, spent = rss(daemon.pid) - memory, cpu_s(daemon.pid) - before
            yield Row(f"status beside {name}, p99", answers, "ms", 250.0, of=p99)
            yield Row(f"daemon in {SECONDS} s of it: memory that it grew by", [grown] * 5, "MiB", 2.0)
            yield Row("… of a core", [spent / SECONDS * 100] * 5, "%")
        game.communicate()


@contextmanager
def _sessions() -> Iterator[None]:
    with _each(_SESSION, [FIRST_UID + number for number in range(SESSIONS)]):
        yield


@contextmanager
def _bomb() -> Iterator[None]:
    with _each(_BOMB, [CHILD]):
        yield


@contextmanager
def _each(code: str, users: list[int | str]) -> Iterator[None]:
    """This code for each of the users, each with all that it forks."""
    running = [
        subprocess.Popen([sys.executable, "-I", "-S", "-c", code, str(TASKS)], user=user, group=CHILD, extra_groups=[],
                         start_new_session=True)
        for user in users
    ]
    try:
        time.sleep(0.5)
        yield
    finally:
        for one in running:
            os.killpg(one.pid, signal.SIGKILL)
            one.wait()
