"""What was played in an account lately, as rules can be tried on it: a guardian's question."""

from __future__ import annotations

import pytest

from daemon.api.messages import PlayedGet
from daemon.reporting import views
from tests.daemon.test_api import ask
from tests.daemon.world import HOUR, MINUTE, NOON, roster

DAY = 24 * HOUR


def told(world, account="friend"):
    return ask(world, "played", PlayedGet(account=account))


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


def test_a_week_and_no_more(guest):
    """Seven days before today: what is older is forgotten there."""
    guest.platform.exit(2)
    guest.clock.run(6 * DAY)
    guest.beat()
    assert len(told(guest).plays) == 3
    guest.clock.run(DAY)
    guest.beat()
    assert [one.start - NOON for one in told(guest).plays] == [DAY + 20 * MINUTE, DAY + HOUR + 25 * MINUTE]


def test_too_much_is_said_to_be_too_much(guest, monkeypatch):
    """The latest of it; whoever tries rules on that has to know."""
    monkeypatch.setattr(views, "MOST", 2)
    answer = told(guest)
    assert (len(answer.plays), answer.whole, answer.plays[-1].ms) == (2, False, 2 * MINUTE)
