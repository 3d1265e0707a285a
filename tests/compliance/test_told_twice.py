"""What one entry repeats of others: how often a play was warned, when the last tick was, what a day refused and gave."""

from __future__ import annotations

import pytest
from msgspec import UNSET

from compliance.entries.log import AgentTick
from compliance.entries.play import PlayEnded
from tests.compliance.test_beside import told, warned

MINUTE = 60_000


@pytest.mark.parametrize(("says", "strange"), [(2, False), (UNSET, False), (1, True), (3, True)])
def test_an_end_says_how_often_was_warned(site, seat, audit, says, strange):
    """Those before it, of its own play."""
    other, play = seat.begin(game="teeworlds"), seat.begin()
    for one in play, other, play:
        warned(seat, one)
    seat.add(PlayEnded, play=play.seq, who=play.who, game=play.game, since=play.since, ms=0, how="by itself", late=False,
             warned=says)  # fmt: skip
    warned(seat, play)
    assert bool([one for one in told(audit(), "warned") if one.startswith("it says that its player was warned")]) is strange


@pytest.mark.parametrize("lie", [None, "drop", "moment"])
def test_a_tick_says_when_the_one_before_was(site, seat, audit, lie):
    """A new run of the agent says nothing of the one before."""
    after = UNSET
    for number in range(6):
        site.clock.run(5 * MINUTE)
        after = UNSET if number == 3 else after
        if number == 1 and lie == "drop":
            after = site.clock.wall()
            continue
        site.agent.add(AgentTick, seats={}, silent=("home-pc",), after=after if lie != "moment" or number != 2 else 1)
        after = site.clock.wall()
    assert len(told(audit(), "heard")) == (lie is not None)
