"""A game that is started again and again: an account may begin sixty plays a minute, further ones are ended at once."""

from __future__ import annotations

import pytest

from tests.daemon.test_honest import TOLD, audited, said
from tests.daemon.world import MINUTE, limit, roster


def flicker(world, times, *, game="luanti", first=1000, account="an"):
    """So many starts of 40 ms each, ten a second."""
    for pid in range(first, first + times):
        world.platform.run(pid, game, account)
        world.clock.run(40)
        if any(one.pid == pid for one in world.platform.programs.values()):  # else it was ended at once
            world.platform.exit(pid)
        world.beat()
        world.pass_time(60)


def issues(world):
    lines = world.journal("issue.raised", "issue.cleared")
    return [(one.id, type(one).__name__) for one in lines if one.id == "too-many-starts"]


@pytest.mark.promise("Games: Starts beyond 60 a minute are ended")
def test_more_than_sixty_starts_a_minute_are_refused(world):
    world.start(roster(packs=(limit(600),)))
    flicker(world, 200)
    assert len(world.journal("play.started")) == len(world.journal("play.ended")) == 60
    assert issues(world) == [("too-many-starts", "IssueRaised")]
    world.pass_time(2 * MINUTE)
    assert len(issues(world)) == 2
    world.platform.run(9_000)
    world.beat()
    assert world.status().games
    report = audited(world.journal())
    assert said(report.failures) + said(one for one in report.findings if one.kind not in TOLD) == []


def test_starts_of_several_games_count_together(world):
    world.start(roster(packs=(limit(600),)))
    for turn in range(90):
        flicker(world, 1, game=("luanti", "teeworlds")[turn % 2], first=1000 + turn)
    assert len(world.journal("play.started")) == 60


def test_other_account_may_still_start(world):
    world.start(roster(packs=(limit(600),)))
    flicker(world, 70)
    before = len(world.journal("play.started"))
    world.platform.run(5_000, "luanti", "binh")
    world.beat()
    assert len(world.journal("play.started")) == before + 1
