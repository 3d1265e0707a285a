"""What one entry repeats of others: how often a play was warned, when the last tick was, what a day refused and gave."""

from __future__ import annotations

import pytest
from msgspec import UNSET

from compliance.entries.decision import GrantLine
from compliance.entries.log import AgentTick
from compliance.entries.override import GrantRevoked
from compliance.entries.play import GameDay, PlayEnded, UsageDay
from rules.calendar import day_bounds
from tests.compliance.conftest import ZONE
from tests.compliance.test_beside import told, warned

MINUTE = 60_000
DAY = 24 * 60 * MINUTE


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


def summary(seat, day, refusals=0, grants=0, game="luanti"):
    seat.add(UsageDay, day=day, who="child", games={game: GameDay(0, refusals, grants)})


@pytest.mark.parametrize(("game", "day", "strange"), [
    ("luanti", "2026-11-25", False), ("luanti", "2026-11-26", False),  # a loop goes on over midnight
    ("luanti", "2026-11-27", True), ("gta", "2026-11-25", True),
])  # fmt: skip
def test_refused_starts_that_are_counted_have_an_entry(site, seat, audit, game, day, strange):
    """Where the chain was there all day."""
    summary(seat, "2026-11-24", refusals=3)
    site.clock.run(day_bounds(ZONE, site.clock.wall())[1] + DAY - MINUTE - site.clock.wall())
    for number in range(2):
        seat.refuse(site.house(0), who=f"guest-{number}")
    site.clock.run(2 * DAY)
    summary(seat, day, refusals=3, game=game)
    assert bool([one for one in told(audit(), "usage-day") if one.startswith("it counts refused")]) is strange


@pytest.mark.parametrize(("says", "strange"), [(1, False), (2, False), (0, True), (3, True)])
def test_extra_time_that_is_counted_was_given(site, seat, audit, says, strange):
    """One of two was taken back, before it was summed up or after. Of two seats one may not know of the other's."""
    site.clock.run(DAY)
    for id_ in "g1", "g2":
        seat.give(GrantLine("guardian", MINUTE, None, site.clock.wall()), id=id_)
    seat.give(GrantLine("guardian", MINUTE, "luanti", site.clock.wall()), id="g3")
    seat.add(GrantRevoked, id="g2")
    summary(seat, "2026-11-25", grants=says, game="*")
    assert bool([one for one in told(audit(), "usage-day") if one.startswith("it counts extra")]) is strange
    other = site.enrol("other-pc")
    other.start()
    other.stop()
    assert not [one for one in told(audit(), "usage-day") if one.startswith("it counts extra")]


def test_summaries_without_extra_time_hide_none_of_it(site, seat, audit):
    """As many games as are compared in all, of each of which there was none."""
    site.clock.run(DAY)
    games = {f"{number}": GameDay(0, 0, 0) for number in range(1_500)}
    for number in range(140):
        seat.add(UsageDay, day="2026-11-25", who=f"child-{number}", games=games)
    summary(seat, "2026-11-25", grants=3)
    assert [one for one in told(audit(), "usage-day") if one.startswith("it counts extra")]


