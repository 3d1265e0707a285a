"""How long a scan takes to find the games among 2,000 desktop entries, and what reading them alone takes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from measure import RUNS, NotHere, Row

ENTRIES, GAMES = 2_000, 200
TOP = Path(__file__).resolve().parents[2]
LANGUAGES = 60  # translations of a name and a comment, as a desktop's own entries have them


def main() -> Iterator[Row]:
    if sys.platform != "linux":
        raise NotHere("menus of desktop entries are Linux's")
    with tempfile.TemporaryDirectory(prefix="gc-") as folder:
        files = _menu(Path(folder))
        raw = [_timed(lambda: [file.read_bytes() for file in files]) for _ in range(RUNS + 1)][1:]
        scans = [_timed(lambda: _scan(folder)) for _ in range(RUNS + 1)][1:]
    yield Row("2,000 desktop entries, read once (raw limit)", raw, "s")
    yield Row("game scan, 2,000 desktop entries, all of the program", scans, "s", 1.0)
    yield Row("the same, in bare readings", [scan / bare for scan, bare in zip(scans, raw, strict=True)], "×")


def _scan(folder: str) -> None:
    """The program from its start to its end, over this menu and all that this machine has besides."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "daemon.scan"], check=True, capture_output=True, cwd=TOP,
        env={**os.environ, "XDG_DATA_DIRS": folder, "PYTHONPATH": str(TOP)},
    )  # fmt: skip
    found = {game["id"] for game in json.loads(done.stdout)["games"]}
    missing = {f"org-bench-game{number}" for number in range(GAMES)} - found
    if missing:
        sys.exit(f"bench_scan: {len(missing)} games were not found")


def _menu(folder: Path) -> list[Path]:
    """One entry in ten is a game; every one has its own program."""
    applications, programs = folder / "applications", folder / "bin"
    applications.mkdir()
    programs.mkdir()
    files = []
    for number in range(ENTRIES):
        kind = "game" if number < GAMES else "tool"
        program = programs / f"{kind}{number}"
        program.write_bytes(b"\x7fELF")
        program.chmod(0o755)
        texts = (f"{key}[l{one}]={key} {number} in a language" for one in range(LANGUAGES) for key in ("Name", "Comment"))
        categories = "GNOME;GTK;Game;LogicGame;" if kind == "game" else "GNOME;GTK;Utility;"
        files.append(applications / f"org.bench.{kind}{number}.desktop")
        files[-1].write_text("\n".join((
            "[Desktop Entry]", "Type=Application", f"Name={kind} {number}", *texts, f"Exec={program} %U",
            f"Categories={categories}", "")))  # fmt: skip
    return files


def _timed(work) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
