"""A seat whose clock and platform a test holds in its hands."""

from __future__ import annotations

import pytest

from tests.daemon.world import NOON, World


@pytest.fixture
def world(home_folder, make_clock):
    made = World(home_folder, make_clock(wall=NOON))
    yield made
    if made.daemon is not None:
        made.daemon.close()
