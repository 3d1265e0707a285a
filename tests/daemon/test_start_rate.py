"""A game that is started again and again: an account may begin sixty plays a minute, further ones are ended at once."""

from __future__ import annotations

import msgspec

from compliance.entries.play import PlayEnded
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


def told_of(lines):
    report = audited(lines)
    return said(report.failures), {one.kind for one in report.findings} & {"clock-play", "came-and-went"}


def as_several(line, starts, away):
    """A play, told as if it had come and gone."""
    return msgspec.structs.replace(line, ms=line.ms - away, starts=starts, away=away) if type(line) is PlayEnded else line


def test_one_play_that_is_told_as_several_is_asked_about(world):
    """Two of three minutes are said to have been between them."""
    world.start(roster())
    world.pass_time(MINUTE)
    for pid in range(1, 8):
        world.platform.run(pid)
        world.pass_time(3 * MINUTE)
        world.platform.exit(pid)
        world.pass_time(2 * MINUTE)
    honest = world.journal()
    assert told_of(honest) == ([], set())
    assert told_of([as_several(one, 6, 2 * MINUTE) for one in honest]) == ([], {"clock-play", "came-and-went"})
