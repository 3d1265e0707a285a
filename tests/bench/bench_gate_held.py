"""What a file that cannot be read costs everybody else's starts, while its owner starts it again and again. Needs root."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from measure import RUNS, NotHere, Row

from daemon.platforms.api import Refusals
from daemon.platforms.linux.gate.execgate import ExecGate
from host.clock import SystemClock
from rules.games import Catalogue, Game
from tests.contracts.programs import Launcher, mounted

_PROGRAMS = 100  # in each of the runs, each of which the gate has not seen before
_ATTACKERS = 4
_UID, _GID = 5, 60


def main() -> Iterator[Row]:
    if os.geteuid() != 0:
        raise NotHere("needs root")
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="gc-"))
        stack.callback(folder.rmdir)
        folder.chmod(0o755)
        stack.enter_context(mounted(folder))
        launchers = [Launcher() for _ in range(_ATTACKERS + 1)]
        for one in launchers:
            stack.callback(one.close)
        held = shutil.copy("/bin/true", folder / "held")
        os.chown(held, _UID, _GID)
        runs = [[str(shutil.copy("/bin/true", folder / f"{run}-{one}")) for one in range(_PROGRAMS)] for run in range(RUNS)]
        with _gate_whose_readers_are_silent(folder), _attack(launchers[1:], str(held)):
            took = [sorted(launchers[0]("each", paths=paths)["ms"]) for paths in runs]
    yield Row("a held-up reading: exec p99 on the PC", [one[-2] for one in took], "ms", 50)
    yield Row("a held-up reading: exec max on the PC", [one[-1] for one in took], "ms", 250, of=max)


@contextmanager
def _gate_whose_readers_are_silent(folder: Path) -> Iterator[None]:
    ours, silent = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    gate = ExecGate(SystemClock(), lambda _: None, readers=ours)
    gate.open()
    gate.watch(str(folder))
    gate.arm(Refusals(Catalogue([Game(id="chess", title="", names=("chess",))]), {"games": frozenset({"chess"})}))
    try:
        yield
    finally:
        gate.close()
        ours.close()
        silent.close()


@contextmanager
def _attack(launchers: list[Launcher], held: str) -> Iterator[None]:
    over = threading.Event()

    def start(launcher: Launcher) -> None:
        while not over.is_set():
            launcher("start", args=[held], user="games", cwd="/")

    threads = [threading.Thread(target=start, args=(one,)) for one in launchers]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()
