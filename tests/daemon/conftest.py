"""A seat whose clock and platform a test holds in its hands."""

from __future__ import annotations

import pytest

from tests.daemon.stand_in import Agent
from tests.daemon.world import NOON, World


@pytest.fixture
def world(home_folder, make_clock):
    made = World(home_folder, make_clock(wall=NOON))
    yield made
    if made.daemon is not None:
        made.daemon.close()


@pytest.fixture
def quick_line(monkeypatch):
    """How long the seat's line to its agent waits is not what is tested here."""
    monkeypatch.setattr("daemon.uplink.SETTLE_S", 0.01)
    monkeypatch.setattr("daemon.uplink.RETRY_S", (0.01, 0.02))


@pytest.fixture
def agent(world, tmp_path):
    """One that answers what a test wants."""
    made = Agent(world, tmp_path)
    yield made
    made.close()
