"""A PIN held against its hash, by this system's own way: a process that ends."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from cli.given.proving import hashed
from daemon.platforms.pins import SpawnedPins, UncheckedError

HASH = hashed("4711 ặ")


def test_the_right_one_matches_and_no_other():
    pins = SpawnedPins()
    assert asyncio.run(pins.matches(HASH, "4711 ặ"))
    assert not asyncio.run(pins.matches(HASH, "4712 ặ"))


def test_what_is_no_hash_is_no_answer():
    with pytest.raises(UncheckedError):
        asyncio.run(SpawnedPins().matches("4711", "4711"))


@pytest.mark.promise("PINs and codes: A PIN is no argument of a process")
def test_the_pin_goes_in_by_a_pipe(monkeypatch):
    """Arguments and environment of a process are every account's to read."""
    seen = []
    run = subprocess.run

    def look(command, **more):
        seen.append((command, more.get("env")))
        assert b"4711" in more["input"]
        return run(command, **more)

    monkeypatch.setattr(subprocess, "run", look)
    asyncio.run(SpawnedPins().matches(HASH, "4711"))
    assert seen == [((sys.executable, "-P", "-m", "daemon.platforms.pin_check"), None)]
