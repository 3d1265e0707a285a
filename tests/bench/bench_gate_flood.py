"""What three hundred threads that do nothing but ask the gate cost the starts of everybody else. Needs root."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from measure import RUNS, Row, p99, quick
from world import CHILD, World, running, world

PROCESSES, THREADS = 15, 20
STARTS = 40 if quick else 200  # in each of the runs
OTHER = "backup"
# The arguments lie nowhere: execve(2) fails when the gate has been asked.
_FLOOD = """
import ctypes, signal, sys, threading
execv, path = ctypes.CDLL(None).execv, sys.argv[1].encode()
def ask():
    while True: execv(path, ctypes.c_void_p(8))
for _ in range(int(sys.argv[2])): threading.Thread(target=ask, daemon=True).start()
signal.pause()
"""
_STARTS = """
import json, os, sys, time
took = []
for _ in range(int(sys.argv[2])):
    time.sleep(0.005)
    before = time.perf_counter_ns()
    os.waitpid(os.posix_spawn(sys.argv[1], [sys.argv[1]], {}), 0)
    took.append((time.perf_counter_ns() - before) / 1e6)
print(json.dumps(took))
"""


def main() -> Iterator[Row]:
    with world(gate=True) as (made, _):
        theirs, asked = _owned(made, "theirs", OTHER), _owned(made, "asked", CHILD)
        quiet = [_took(theirs) for _ in range(RUNS)]
        yield Row("another account's exec: p99", [p99(one) for one in quiet], "ms")
        for name, path in (("of its own", asked), ("of a game", made.game)):
            with _flood(path):
                took = [_took(theirs) for _ in range(RUNS)]
            yield Row(f"… beside {PROCESSES * THREADS} threads that ask about a program {name}: p99",
                      [p99(one) for one in took], "ms", 50)
            yield Row("… max", [max(one) for one in took], "ms", 250, of=max)


def _owned(made: World, name: str, account: str) -> Path:
    path = made.game.with_name(name)
    shutil.copy("/bin/true", path)
    shutil.chown(path, account)
    return path


def _took(program: Path) -> list[float]:
    """Milliseconds of each start."""
    command = [sys.executable, "-I", "-S", "-c", _STARTS, str(program), str(STARTS)]
    done = subprocess.run(command, user=OTHER, group=OTHER, extra_groups=[], stdout=subprocess.PIPE, check=True, cwd="/",
                          start_new_session=True)
    found: list[float] = json.loads(done.stdout)
    return found


@contextmanager
def _flood(path: Path) -> Iterator[None]:
    command = [sys.executable, "-I", "-S", "-c", _FLOOD, str(path), str(THREADS)]
    with running(command, PROCESSES, user=CHILD, group=CHILD, extra_groups=[], cwd="/", start_new_session=True):
        time.sleep(1)
        yield
