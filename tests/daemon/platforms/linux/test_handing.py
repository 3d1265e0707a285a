"""Whatever somebody tries a thousand times a second: the loop hears how often, and is asked to do no more than it can."""

from __future__ import annotations

import pytest

from daemon.platforms.api import StartRefused
from daemon.platforms.linux.gate.telling import AGAIN_MS, Refused


@pytest.fixture
def told():
    return []


@pytest.fixture
def refused(clock, told):
    return Refused(clock, told.append)


def start(clock, path="/usr/games/chess", *, account="an", game="chess", pid=1):
    return StartRefused(account, game, path, pid, clock.mono())


def test_a_storm_is_told_once_a_second_and_all_of_it_counts(clock, told, refused):
    """Under whatever paths and pids; the first at once."""
    for number in range(5_000):
        refused.note(start(clock, f"/tmp/{number}", pid=number))
        if number == 0:
            assert [one.times for one in told] == [1]
        clock.run(1)
        refused.look_back()
    assert len(told) <= 5_000 // AGAIN_MS + 1
    assert sum(one.times for one in told) + sum(one.times for one in refused.untold()) == 5_000


def test_one_s_storm_hides_nobody_s_try(clock, told, refused):
    """Another account, another game: told at once."""
    for account, game in (("an", "chess"), ("an", "chess"), ("binh", "chess"), ("an", "go")):
        refused.note(start(clock, account=account, game=game))
    assert [(one.account, one.game, one.times) for one in told] == [("an", "chess", 1), ("binh", "chess", 1), ("an", "go", 1)]
