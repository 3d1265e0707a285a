"""How long the tests take: the whole runs on this machine that passed, as the Makefile and .ci/run noted them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from measure import NotHere, Row

NOTED = Path(__file__).resolve().parents[2] / ".pytest_cache"
BOUNDS = {"make test-here": 5, "make test-windows": 5, ".ci/run": 20}  # minutes of two cores


def main() -> Iterator[Row]:
    noted = {command: _seconds(command) for command in BOUNDS}
    if not any(noted.values()):
        raise NotHere("no whole run of make test has passed here")
    for command, seconds in noted.items():
        if seconds:
            yield Row(f"suite minutes: {command}", [one / 60 for one in seconds], "min", BOUNDS[command], least=1)


def _seconds(command: str) -> list[int]:
    """Of its last runs."""
    file = NOTED / f"seconds-{command.removeprefix('make ').replace('/', '-')}"
    return [int(line) for line in file.read_text("ascii").split()[-10:]] if file.exists() else []
