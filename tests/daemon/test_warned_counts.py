"""The end of a play says how often it was warned – or nothing, where that is not known."""

from __future__ import annotations

import pytest
from msgspec import UNSET

from tests.daemon.test_disk import FullDisk
from tests.daemon.world import MINUTE, limit, roster


def counted(world):
    """What each end says, and how many warnings of its play came before it."""
    lines = world.journal("warned", "play.ended")
    ends = [(at, one) for at, one in enumerate(lines) if hasattr(one, "ms")]
    return [(end.warned, sum(getattr(one, "left", None) is not None and one.play == end.play for one in lines[:at]))
            for at, end in ends]  # fmt: skip


@pytest.mark.parametrize("full", [False, True])
def test_warnings_are_counted(world, full):
    """A disk that took nothing for a while leaves none out and counts none twice."""
    world.start(roster(packs=(limit(20),)))
    world.platform.run(1)
    world.platform.run(2, "teeworlds", "binh")
    world.pass_time(3 * MINUTE)
    if full:
        world.daemon.store.db = disk = FullDisk(world.daemon.store.db)
    world.pass_time(9 * MINUTE)
    if full:
        disk.full = False
    world.pass_time(12 * MINUTE)
    found = counted(world)
    assert found
    assert all(before > 1 for _, before in found)
    assert all(says == (UNSET if full else before) for says, before in found)


def test_a_play_that_another_run_began_says_nothing(world):
    world.start(roster(packs=(limit(20),)))
    world.platform.run(1)
    world.pass_time(12 * MINUTE)
    world.kill()
    world.start()
    world.pass_time(12 * MINUTE)
    assert [says for says, _ in counted(world)] == [UNSET]
    world.platform.run(2, "teeworlds", "binh")
    world.beat()
    world.platform.exit(2)
    world.beat()
    assert counted(world)[1:] == [(0, 0)]
