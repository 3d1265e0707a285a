"""How long after its start a dialog's window is on the screen, with what the daemon said in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil
from measure import NotHere, Row

TOP = Path(__file__).resolve().parents[2]
ROUNDS = 21
BOUND = 0.6


def main() -> Iterator[Row]:
    if sys.platform != "linux":
        raise NotHere("tests/tray/dialogs/windows opens those of Windows")
    for program in ("Xvfb", "openbox", "xdotool"):
        if shutil.which(program) is None:
            raise NotHere(f"needs {program}")
    sys.path.insert(0, str(TOP))
    from tests.tray.dialogs.fake_daemon import FakeDaemon

    with tempfile.TemporaryDirectory(prefix="gc-") as folder:
        daemon = FakeDaemon(folder).start()
        reader, writer = os.pipe()
        screen = ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1400x1000x24", "-nolisten", "tcp"]
        server = subprocess.Popen(screen, pass_fds=[writer], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(writer)
        with os.fdopen(reader) as pipe:
            env = {**os.environ, "DISPLAY": f":{pipe.readline().strip()}", "NO_AT_BRIDGE": "1"}
        manager = subprocess.Popen(["openbox", "--sm-disable"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            for words in (("ask",), ("pin",), ("why", "an", "luanti")):
                runs = [_seconds(words, folder, env) for _ in range(ROUNDS + 1)][1:]
                took, cpu = zip(*runs, strict=True)
                yield Row(f"dialog {words[0]}: window after its start, p95", took, "s", BOUND, of=p95)
                yield Row(f"dialog {words[0]}: CPU until then", cpu, "s", BOUND)
        finally:
            for one in (manager, server):
                one.terminate()
                one.wait()
            daemon.stop()


def p95(samples: Sequence[float]) -> float:
    return sorted(samples)[max(0, -(-len(samples) * 95 // 100) - 1)]


def _seconds(words: tuple[str, ...], home: str, env: dict[str, str]) -> tuple[float, float]:
    """By a clock, and of a processor: other programs change the first."""
    command = [sys.executable, "-P", "-m", "tray.dialog", *words, "--home", home, "--lang", "vi"]
    begun = time.monotonic()
    dialog = subprocess.Popen(command, env={**env, "PYTHONPATH": str(TOP)})
    try:
        search = ["xdotool", "search", "--onlyvisible", "--pid", str(dialog.pid)]
        while not subprocess.run(search, env=env, check=False, capture_output=True, timeout=20).stdout:
            time.sleep(0.01)
        used = psutil.Process(dialog.pid).cpu_times()
        return time.monotonic() - begun, used.user + used.system
    finally:
        dialog.terminate()
        dialog.wait()
