"""What the exec gate keeps from running, and what it costs everybody else. Needs root; works on a filesystem of its own."""

from __future__ import annotations

import os
import pwd
import select
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from measure import RUNS, NotHere, Row, p99

from daemon.platforms.api import Refusals, StartRefused
from daemon.platforms.linux import calls
from daemon.platforms.linux.gate.execgate import ExecGate
from host.clock import SystemClock
from rules.games import Catalogue
from tests.contracts.programs import Launcher, copy_with_own_build, mounted

_STARTS = 60  # in each of the runs: 300 in all
_COUNT = 300


def main() -> Iterator[Row]:
    if os.geteuid() != 0:
        raise NotHere("needs root")
    launcher = Launcher()
    folder = Path(tempfile.mkdtemp(prefix="gc-"))
    folder.chmod(0o755)
    try:
        with mounted(folder):
            yield from _rows(folder, launcher)
    finally:
        launcher.close()
        folder.rmdir()


def _rows(folder: Path, launcher: Launcher) -> Iterator[Row]:
    game_file = folder / "game"
    game = copy_with_own_build("/bin/dash", game_file)
    system, own = Path(shutil.copy("/bin/true", folder / "system")), Path(shutil.copy("/bin/true", folder / "own"))
    own.chmod(0o777)  # others may write to it, so it is asked for each time

    def execs(path: Path) -> list[float]:
        return [launcher("rate", args=[str(path)], count=_COUNT)["us"] for _ in range(RUNS)]

    execs(system)  # warm
    bare = execs(system)
    with _answering_anything(folder):
        raw = execs(own)
    with _gate(folder, game) as told:
        ran = [_ran(folder, launcher) for _ in range(RUNS)]
        yield Row(f"refused starts of which any code ran, of {RUNS * _STARTS}", ran, "", bound=0, of=sum)
        marked, asked = execs(system), execs(own)
        asked_us = launcher("refused", path=str(game_file), uid=pwd.getpwnam("games").pw_uid, count=_COUNT)["us"]
    assert sum(one.times for one in told) == RUNS * _STARTS + _COUNT
    yield Row("a refused start, from the call to its answer", asked_us, "µs", bound=150)
    yield Row("… p99", asked_us, "µs", bound=400, of=p99)
    yield Row("an exec without a gate", bare, "µs")
    yield Row("an exec, gate that allows anything (raw limit)", raw, "µs")
    yield Row("an exec of a system's program with the gate", marked, "µs")
    yield Row("… times one without", [with_ / without for with_, without in zip(marked, bare, strict=True)], "", bound=1.03)
    yield Row("an exec that the gate is asked for each time", asked, "µs")
    yield Row("… times the raw limit", [ours / limit for ours, limit in zip(asked, raw, strict=True)], "", bound=2)


def _ran(folder: Path, launcher: Launcher) -> int:
    """How many of the refused starts got as far as to leave a trace."""
    folder.chmod(0o777)
    for number in range(_STARTS):
        launcher("start", args=[str(folder / "game"), "-c", f"echo > {folder}/ran{number}"], user="games")
    return len(list(folder.glob("ran*")))


@contextmanager
def _gate(folder: Path, game: object) -> Iterator[list[StartRefused]]:
    told: list[StartRefused] = []
    gate = ExecGate(SystemClock(), told.append)
    gate.open()
    gate.watch(str(folder))
    gate.arm(Refusals(Catalogue([game]), {"games": frozenset({game.id})}))
    try:
        yield told
    finally:
        told += gate.close()


@contextmanager
def _answering_anything(folder: Path) -> Iterator[None]:
    """The least that a gate in Python can do: read, allow, close."""
    handle, over = calls.fanotify_open(), os.eventfd(0)

    def run() -> None:
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        poll.register(over, select.POLLIN)
        while over not in [one for one, _ in poll.poll()]:
            for asked in calls.fanotify_read(handle):
                calls.fanotify_answer(handle, asked.handle, allow=True)
                os.close(asked.handle)

    thread = threading.Thread(target=run)
    thread.start()
    calls.fanotify_watch(handle, str(folder))
    try:
        yield
    finally:
        os.eventfd_write(over, 1)
        thread.join()
        os.close(handle)
        os.close(over)
