"""How many attempts to play one core decides and accounts a second, over a year of a city (tests/rules/rules_city.py)."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from measure import RUNS, Row

CITY = Path(__file__).parents[1] / "rules" / "rules_city.py"
PLAYERS, DAYS, ATTEMPTS = 10, 365, 6
BOUND = 10_000 * DAYS * ATTEMPTS / 2 / (20 * 60)  # ten thousand players' year in twenty minutes of two cores


def main() -> Iterator[Row]:
    yield Row("attempts to play in a city's year, on one core", [_lived() for _ in range(RUNS)], "/s", BOUND, "more")


def _lived() -> float:
    command = [sys.executable, str(CITY), "0", str(PLAYERS), str(DAYS)]
    done = subprocess.run(command, check=True, capture_output=True, encoding="utf-8")
    return PLAYERS * DAYS * ATTEMPTS / json.loads(done.stdout.splitlines()[-1])["seconds"]
