"""Warnings on the screen: over a full-screen window, how long from the signal until it is drawn, and what the game notices."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from measure import NotHere, Row, runs

TREE = Path(__file__).resolve().parents[2]
PROGRAMS = TREE / "tests" / "tray" / "showing" / "linux"
COUNT = 100


def main() -> Iterator[Row]:
    missing = [one for one in ("Xvfb", "openbox", "dbus-run-session", "xdotool") if not shutil.which(one)]
    if missing:
        raise NotHere(f"no {', '.join(missing)}")
    inside = [sys.executable, __file__, str(runs(COUNT))]
    bus = ["dbus-run-session", "--config-file", str(PROGRAMS / "bus.conf"), "--"]  # nobody shows notifications there
    done = subprocess.run([*bus, *inside], env=os.environ | {"PYTHONPATH": str(TREE)},
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)  # fmt: skip
    if done.returncode:
        raise NotHere("no screen, or no GTK for this Python: see tests/lab/packages")
    found = json.loads(done.stdout)
    yield Row("banner: signal to drawn over a full-screen window, p95", found["ms"], "ms", 250.0, of=_p95)
    yield Row("banner: the first one after the start", [found["first"]], "ms", 300.0, least=1)
    yield Row("banner: those that the display said were seen", found["seen"], "of all", 1.0, "more", of=statistics.mean)
    yield Row("banner: focus lost by the game", [float(found["lost"])], "times", 0.0, least=1)
    yield Row("banner: keys typed meanwhile that reached the game", [found["keys"]], "of all", 1.0, "more", least=1)


def _p95(samples: list[float]) -> float:
    return sorted(samples)[int(len(samples) * 0.95)]


def _measure(count: int) -> dict[str, object]:
    """On a desk of our own, in a session that ends with us."""
    reads, writes = os.pipe()
    screen = subprocess.Popen(["Xvfb", "-displayfd", str(writes), "-screen", "0", "1280x800x24"], pass_fds=[writes])
    os.close(writes)
    with os.fdopen(reads) as number:
        os.environ["DISPLAY"] = f":{number.readline().strip()}"
    manager = subprocess.Popen(["openbox", "--sm-disable"], stdout=subprocess.DEVNULL)
    while subprocess.run(["xdotool", "get_desktop"], capture_output=True, check=False).returncode:
        time.sleep(0.1)
    try:
        return _shown(count)
    finally:
        manager.terminate()
        screen.terminate()


def _shown(count: int) -> dict[str, object]:
    game, display = _start("game.py"), _start("display.py", "loop", GIOCHOI_LANG="vi")
    with game, display:
        game.stdout.readline(), display.stdout.readline()
        _ask(display, "know", {"guardian": False, "player": "an", "tray": True})
        time.sleep(1)  # as in a session: the first warning comes long after the start
        took, seen = [], []
        for number in range(1, count + 2):
            game_is = {"player": "an", "game": "g", "title": f"Luanti {number}"}
            begun = time.perf_counter()
            how = _ask(display, "signal", {"number": number, "kind": "warning", **game_is, "left": 300_000})["how"]
            took.append((time.perf_counter() - begun) * 1000)
            seen.append(float(how == "banner"))
            subprocess.run(["xdotool", "key", "a"], check=True)
        for one in (display, game):
            one.stdin.close()
        said = game.stdout.read().split("\n")
    lost = sum(line.startswith("LOST") for line in said)
    return {"first": took[0], "ms": took[1:], "seen": seen, "lost": lost, "keys": said.count("KEY a") / len(seen)}


def _ask(display: subprocess.Popen[str], *words: object) -> dict[str, str]:
    display.stdin.write(json.dumps(words) + "\n")
    display.stdin.flush()
    return json.loads(display.stdout.readline())


def _start(file: str, *words: str, **env: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, str(PROGRAMS / file), *words], env=os.environ | env, text=True,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # fmt: skip


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_measure(int(sys.argv[1]))))
