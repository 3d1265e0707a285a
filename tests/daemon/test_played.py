"""What was played in an account lately, as rules can be tried on it: a guardian's question."""

from __future__ import annotations

import pytest

from daemon.api.played import PlayedGet
from daemon.reporting import played
from tests.daemon.test_api import ask
from tests.daemon.world import HOUR, MINUTE, NOON, roster

DAY = 24 * HOUR


def told(world, account="friend", **more):
    return ask(world, "played", PlayedGet(account=account, **more))


@pytest.fixture
def guest(world):
    """Yesterday twenty minutes, today five, and one goes on for two; nobody limits whoever plays in this account."""
    world.start(roster())
    for minutes, wait in ((20, DAY), (5, HOUR), (2, 0)):
        world.platform.run(minutes, account="friend")
        world.pass_time(minutes * MINUTE)
        if wait:
            world.platform.exit(minutes)
            world.pass_time(wait)
    return world


def test_each_stretch_with_what_rules_ask_about(guest):
    """Also what goes on; in order."""
    answer = told(guest)
    assert [(one.start - NOON, one.ms) for one in answer.plays] == [
        (0, 20 * MINUTE), (DAY + 20 * MINUTE, 5 * MINUTE), (DAY + HOUR + 25 * MINUTE, 2 * MINUTE),
    ]  # fmt: skip
    assert {(one.game, one.label, one.system, one.sure) for one in answer.plays} == {("luanti", 0, "VN", False)}
    assert (answer.zone, answer.whole) == ("Asia/Ho_Chi_Minh", True)


def test_of_another_account_nothing(guest):
    assert told(guest, "an").plays == told(guest, "").plays == ()


@pytest.mark.parametrize(("days", "many"), [(0, 2), (1, 3), (-5, 2), (10**9, 3)])
def test_as_many_days_as_are_asked_for(guest, days, many):
    """Beside today; more than is kept is all of it."""
    assert len(told(guest, days=days).plays) == many


def test_too_much_is_said_to_be_too_much(guest, monkeypatch):
    """The latest of it; whoever tries rules on that has to know."""
    monkeypatch.setattr(played, "MOST", 2)
    answer = told(guest)
    assert (len(answer.plays), answer.whole, answer.plays[-1].ms) == (2, False, 2 * MINUTE)
