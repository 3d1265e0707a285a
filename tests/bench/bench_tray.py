"""What the tray costs, how soon it is there, and whether clicks arrive: in a panel of its own, with a daemon that says what is
wanted; what a click costs until it is in force, with a real one.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from shutil import which
from typing import Any

import psutil
from measure import NotHere, Row, runs

TOP = Path(__file__).resolve().parents[2]
TICK = 1 / os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 0.01
QUARTER_MS = 900_000
TAP_MS, UPDATE_MS, PSS_MIB, ICON_S, BACK_S = 100, 5, 40, 1, 3


def main() -> Iterator[Row]:
    if sys.platform != "linux":
        raise NotHere("it is about a panel of Linux")
    sys.path.insert(0, str(TOP))
    from tests.desk import NEEDS, Desk
    from tests.scripted_daemon import ScriptedDaemon

    for program in (*NEEDS, "xfce4-panel"):
        if which(program) is None:
            raise NotHere(f"needs {program}")
    with tempfile.TemporaryDirectory(prefix="gc-") as folder:
        daemon, desk = ScriptedDaemon(Path(folder)), Desk()
        try:
            desk.open_panel()
            yield from _in_a_panel(desk, daemon, folder)
        finally:
            desk.close()
            daemon.close()
    yield from _in_force()


def _in_a_panel(desk: Any, daemon: Any, home: str) -> Iterator[Row]:
    from tests.scripted_daemon import game, player, status

    daemon.status = status(player("an", game(left_s=5_990.0), left_s=None))
    starts = []
    for _ in range(runs(11)):
        took, tray = _started(desk, daemon, home)
        starts.append(took)
        _ended(desk, tray)
    _, tray = _started(desk, daemon, home)
    yield Row("tray: icon after its start", starts, "s", ICON_S)
    backs = []
    for _ in range(5):
        desk.kill_panel()
        desk.open_panel()
        backs.append(_until(lambda: desk.told("IconName") != ""))
    yield Row("tray: icon back after the panel's restart", backs, "s", BACK_S)
    used, count = _cpu(tray), runs(60)
    for minute in range(count):
        daemon.status = status(player("an", game(left_s=5_970.0 - 60 * minute), left_s=None))
        looked = daemon.looked
        daemon.tell("started")
        _until(lambda looked=looked: daemon.looked > looked)
    _until(lambda: desk.told("IconName") == f"giochoi-playing-{99 - count + 1}")
    yield Row("tray: CPU of an update that is seen", [(_cpu(tray) - used) * 1000 / count], "ms", UPDATE_MS, least=1)
    displays = len(daemon.asked)
    daemon.tell("warning", player="an", game="luanti", title="Luanti", left=60_000)
    _until(lambda: len(daemon.asked) > displays)
    yield Row("tray: PSS, once a warning was shown", [_pss(tray)], "MiB", PSS_MIB, least=1)
    yield from _clicks(desk, daemon)
    _ended(desk, tray)
    daemon.status = status(player("an", left_s=2_520.0))
    _, tray = _started(desk, daemon, home)
    _until(lambda: _stands_still(tray))
    used = _cpu(tray)
    time.sleep(runs(60))
    yield Row("tray: ticks of CPU in 60 s while nobody plays", [(_cpu(tray) - used) / TICK], "", 0, least=1)
    _ended(desk, tray)


def _clicks(desk: Any, daemon: Any) -> Iterator[Row]:
    """A row of the menu, again and again, as the texts change below the pointer."""
    from daemon.api.asking import Me
    from tests.scripted_daemon import game, player, status

    daemon.me = Me(account="me", guardian=True, player=None)
    daemon.status = status(player("an", game(left_s=5_990.0), left_s=None))
    daemon.tell("started")
    _until(lambda: "An: 15 min more" in desk.rows())
    took, count = [], runs(200)
    for number in range(count):
        row = desk.rows().index("An: 15 min more") + 1
        desk.open_menu()
        daemon.status = status(player("an", game(left_s=5_930.0 - 20 * number), left_s=None))
        daemon.tell("started")
        desk.tool("key", *["Down"] * row)
        before, begun = len(daemon.asked), time.monotonic()
        desk.tool("key", "Return")
        if _until(lambda before=before: len(daemon.asked) > before, 5) < 5:
            took.append((time.monotonic() - begun) * 1000)
        _until(lambda: desk.menu() is None)
    yield Row("tray: clicks that arrive, of a hundred", [100 * len(took) / count], "", 100, "more", least=1)
    yield Row("tray: a key pressed on a row until the daemon is asked, p95", took, "ms", TAP_MS, of=p95)


def _in_force() -> Iterator[Row]:
    """A grant by way of the tray's own thread, until the real daemon has it in force and on its disk."""
    from daemon.api.messages import GrantAdd
    from host.clock import SystemClock
    from host.homes import client_home
    from tray.link import Link

    with tempfile.TemporaryDirectory(prefix="gc-") as folder:
        env = {**os.environ, "PYTHONPATH": str(TOP), "GIOCHOI_HOME": folder}
        for room, config in (("daemon", "[gate]\nenabled = false\n"), ("agent", "[catalogue]\nshipped = false\n")):
            (Path(folder) / room).mkdir(mode=0o700)
            (Path(folder) / room / "config.toml").write_text(config, "utf-8")
        command = [[sys.executable, "-P", "-m", room] for room in ("agent", "daemon")]
        servers = [subprocess.Popen(words, env=env, stdout=subprocess.PIPE) for words in command]
        clock, said = SystemClock(), []
        link = Link(
            lambda: client_home(folder).daemon_address, clock.mono, clock.elapsed, lambda _: None,
            lambda signal: said.append(time.monotonic()) if not signal.number else None,
        )  # fmt: skip
        try:
            for server in servers:
                server.stdout.readline()
            words = [sys.executable, "-m", "cli", "player", "add", "An", "--born", "2014-05-01"]
            subprocess.run(words, env=env, check=True, capture_output=True)
            link.start()
            link.send(GrantAdd(player="an", ms=QUARTER_MS))
            _until(lambda: bool(said))
            took = []
            for _ in range(runs(100)):
                said.clear()
                begun = time.monotonic()
                link.send(GrantAdd(player="an", ms=QUARTER_MS))
                _until(lambda: bool(said))
                took.append((said[0] - begun) * 1000)
        finally:
            link.stop()
            for server in servers:
                server.terminate()
                server.communicate()
    yield Row("tray: a click on 15 minutes until they are in force, p95", took, "ms", TAP_MS, of=p95)


def p95(samples: Sequence[float]) -> float:
    return sorted(samples)[max(0, -(-len(samples) * 95 // 100) - 1)]


def _started(desk: Any, daemon: Any, home: str) -> tuple[float, Any]:
    """Seconds until a panel has the icon, and the program."""
    env = {**desk.env, "PYTHONPATH": str(TOP)}
    begun = time.monotonic()
    tray = desk.start(sys.executable, "-P", "-m", "tray", "--home", home, "--lang", "en", env=env)
    _until(lambda: desk.told("IconName") != "")
    took = time.monotonic() - begun
    _until(lambda: daemon.displays > 0)
    return took, tray


def _ended(desk: Any, tray: Any) -> None:
    tray.terminate()
    tray.wait()
    _until(lambda: not desk.icons())


def _until(condition: Callable[[], bool], seconds: float = 30) -> float:
    """How long it took."""
    begun = time.monotonic()
    while not condition() and time.monotonic() - begun < seconds:
        time.sleep(0.01)
    return time.monotonic() - begun


def _cpu(tray: Any) -> float:
    found = psutil.Process(tray.pid).cpu_times()
    return float(found.user + found.system)


def _stands_still(tray: Any) -> bool:
    """Its start is over, also on a busy machine."""
    before = _cpu(tray)
    time.sleep(5)
    return _cpu(tray) == before


def _pss(tray: Any) -> float:
    return float(psutil.Process(tray.pid).memory_full_info().pss) / 2**20
