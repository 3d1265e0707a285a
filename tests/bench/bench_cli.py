"""What a command costs to start: `giochoi status` with an answer to show, in starts of Python with three modules alone."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from measure import NotHere, Row

ROUNDS = 11
BOUND = 1.8  # times bare Python
TOP = Path(__file__).resolve().parents[2]
BARE = ("-c", "import argparse, msgspec, asyncio")
STATUS = ("-m", "cli", "status", "--lang", "vi")


def main() -> Iterator[Row]:
    if sys.platform != "linux":
        raise NotHere("the time of a child is told by Linux")
    with tempfile.TemporaryDirectory(prefix="gc-") as folder:
        home = Path(folder)
        env = {**os.environ, "PYTHONPATH": str(TOP), "GIOCHOI_HOME": folder, "PYTHONPYCACHEPREFIX": f"{folder}/compiled"}
        env.pop("PYTHONDONTWRITEBYTECODE", None)  # whoever installs has it compiled
        for room, config in (("daemon", "[gate]\nenabled = false\n"), ("agent", "[catalogue]\nshipped = false\n")):
            (home / room).mkdir(mode=0o700)
            (home / room / "config.toml").write_text(config, "utf-8")
        started = ((sys.executable, "-P", "-m", room) for room in ("agent", "daemon"))
        servers = [subprocess.Popen(command, env=env, stdout=subprocess.PIPE) for command in started]
        try:
            for server in servers:
                server.stdout.readline()
            _player(env)
            pairs = [(_cpu_ms(STATUS, env), _cpu_ms(BARE, env)) for _ in range(ROUNDS + 1)][1:]
        finally:
            for server in servers:
                server.terminate()
                server.communicate()
    statuses, bares = zip(*pairs, strict=True)
    bare = statistics.median(bares)
    yield Row("Python with argparse, msgspec and asyncio: CPU", bares, "ms")
    yield Row("giochoi status: CPU", statuses, "ms")
    yield Row("the same, in such Pythons", [status / bare for status in statuses], "×", BOUND)


def _player(env: dict[str, str]) -> None:
    """Somebody with a limit, so that there are lengths and moments to show; it is in force once the daemon has its roster."""
    for words in (("player", "add", "An", "--born", "2014-05-01"), ("policy", "use", "An", "vn-147"), ("limit", "An", "30")):
        subprocess.run([sys.executable, "-m", "cli", *words], env=env, check=True, capture_output=True)
    until = time.monotonic() + 30
    while b"An" not in subprocess.run([sys.executable, *STATUS], env=env, check=True, capture_output=True).stdout:
        if time.monotonic() > until:
            sys.exit("bench_cli: the daemon does not know the player")


def _cpu_ms(words: tuple[str, ...], env: dict[str, str]) -> float:
    """What the program used of a processor, for itself and by the system."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-P", *words], env=env, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000
