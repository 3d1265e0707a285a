"""Whether a play was as long as the clocks say, and began and ended when they do: lies of somebody who has all keys."""

import pytest

from compliance.entries.decision import LaunchRefused
from tests.compliance.telling import played, said, told

MINUTE = 60_000


@pytest.mark.parametrize("ms", [0, 5 * MINUTE, 39 * MINUTE, 51 * MINUTE])
def test_an_end_that_says_another_length_than_the_clock(site, seat, audit, ms):
    line = seat.end(played(seat, 50), ms=ms)
    assert [f"seq {line.seq}, play.ended" in one for one in said(audit())] == [True]


def test_an_end_that_says_a_little_less_is_told(site, seat, audit):
    """A seat may have been held up for some minutes before it saw the end."""
    seat.end(played(seat, 50), ms=45 * MINUTE)
    report = audit()
    assert (said(report), told(report, "clock-play")) == ([], ["it says 300 s less than its clock"])


@pytest.mark.parametrize(("told", "holds"), [(20_000, True), (30_000, True), (31_000, False), (9_000, False)])
def test_what_came_and_went_beside_another_play_counts_within_what_is_known(site, seat, audit, told, holds):
    """Twenty seconds of thirty of one game, beside ten of another: between twenty and thirty in all."""
    other, play = seat.begin(game="a"), seat.begin(game="b")
    site.clock.run(10_000)
    seat.end(other)
    site.clock.run(20_000)
    seat.end(play, ms=20_000, how="by itself", starts=9, away=10_000)
    fields = seat.decided(site.pack(), game="c")
    seat.add(LaunchRefused, how="gate", **{**fields, "before": {"game": 0, "publisher": told, "total": told}})
    assert (not any("add up" in one for one in said(audit()))) is holds


@pytest.mark.parametrize(("how", "late", "rebooted"), [
    ("power", True, False), ("asked", False, True), ("gone", True, True), ("asked", True, False), ("gone", False, False),
])  # fmt: skip
def test_how_it_ended_and_what_the_pc_did_go_together(site, seat, audit, how, late, rebooted):
    play = played(seat, 50)
    if rebooted:
        site.clock.reboot()
        seat.start(clean=False, lost_from=play.since + 50 * MINUTE)
    line = seat.end(play, how, late=late, ms=50 * MINUTE)
    assert f"seq {line.seq}" in said(audit())[0]


def test_plays_follow_each_other(site, seat, audit):
    """One game of one player at one seat is one play at a time; what goes on after midnight was closed there."""
    seat.begin()
    again = seat.begin()
    resumed = seat.begin("other", resumed=again.seq)
    found = said(audit())
    assert [f"seq {one.seq}" in text for one, text in zip((again, resumed), found, strict=True)] == [True, True]
