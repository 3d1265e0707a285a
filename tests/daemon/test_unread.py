"""A program that could not be read in time, and that was a game's before."""

from __future__ import annotations

from dataclasses import replace

from daemon.platforms.api import ProgramStarted
from rules.games import Fingerprint
from tests.daemon.world import MINUTE, roster


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
