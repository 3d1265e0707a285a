"""A program of which nobody can tell what it is, as its account may have held up the reading."""

from __future__ import annotations

from dataclasses import replace

import pytest

from daemon.platforms.api import ProgramStarted, ProgramUnread
from rules.games import Fingerprint
from tests.daemon.world import MINUTE, limit, roster


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


def test_a_play_that_was_taken_up_goes_on_until_its_program_was_read(world):
    """The first look after a restart reads less than a busy PC needs: that ends no play."""
    world.start(roster())
    program = world.platform.run(1)
    world.pass_time(MINUTE)
    world.kill()
    world.platform.programs[program.identity] = replace(program, files=(Fingerprint("/usr/bin/python3", 1),), unread=True)
    world.start()
    world.pass_time(MINUTE)
    assert world.journal("play.ended") == []
    world.platform.programs[program.identity] = program
    world.daemon.heart.observe(ProgramStarted(program))
    world.pass_time(MINUTE)
    assert (world.used(), len(world.journal("play.started"))) == (180.0, 1)
    nothing = replace(program, files=(Fingerprint("/usr/bin/python3", 1),))
    world.platform.programs[program.identity] = nothing
    world.daemon.heart.observe(ProgramStarted(nothing))
    assert len(world.journal("play.ended")) == 1
