"""A program of which nobody can tell what it is, as its account may have held up the reading."""

from __future__ import annotations

import pytest

from daemon.platforms.api import ProgramUnread
from rules.games import Fingerprint
from tests.daemon.world import limit, roster


@pytest.mark.parametrize(
    ("account", "packs", "ended"), [("an", (limit(1),), True), ("an", (), False), ("root", (limit(1),), False)]
)
def test_it_is_ended_for_who_is_limited_and_for_nobody_else(world, account, packs, ended):
    world.start(roster(packs=packs))
    program = world.platform.launch(Fingerprint("/home/an/disk/x", 1), account=account)
    world.daemon.heart.observe(ProgramUnread(program))
    assert (program.pid in world.platform.ended) is ended


def test_nobody_is_limited_before_a_list_came(world):
    world.start()
    program = world.platform.launch(Fingerprint("/home/an/disk/x", 1))
    world.daemon.heart.observe(ProgramUnread(program))
    assert world.platform.ended == []
