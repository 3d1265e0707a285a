"""Whether a play was as long as the clocks say, and began and ended when they do: lies of somebody who has all keys."""

import pytest
from msgspec import UNSET

from compliance.entries.play import PlayStarted
from compliance.entries.seat import IssueRaised
from tests.compliance.telling import played, said, told

MINUTE = 60_000
HOUR = 60 * MINUTE


@pytest.mark.parametrize("ms", [0, 5 * MINUTE, 39 * MINUTE, 51 * MINUTE])
def test_an_end_that_says_another_length_than_the_clock(site, seat, audit, ms):
    line = seat.end(played(seat, 50), ms=ms)
    assert [f"seq {line.seq}, play.ended" in one for one in said(audit())] == [True]


def test_an_end_that_says_a_little_less_is_told(site, seat, audit):
    """A seat may have been held up for some minutes before it saw the end."""
    seat.end(played(seat, 50), ms=45 * MINUTE)
    report = audit()
    assert (said(report), told(report, "clock-play")) == ([], ["it says 300 s less than its clock"])


@pytest.mark.parametrize(("plays", "short", "found"), [(9, 57_000, []), (11, 57_000, [627]), (200, 4_000, [])])
def test_a_little_less_adds_up_over_a_day(seat, audit, plays, short, found):
    """A busy PC sees ends late, by seconds; more than that is forgiven for ten minutes in all."""
    for _ in range(plays):
        play = played(seat, 2)
        seat.end(play, "by itself", ms=2 * MINUTE - short)
    text = "up to here plays of this day say {} s less than their clock"
    assert told(audit(), "clock-play") == [text.format(one) for one in found]


@pytest.mark.parametrize(("starts", "away", "ms", "holds"), [
    (20, 40_000, 20_000, True), (20, 0, 60_000, True), (20, 0, 20_000, True), (20, 60_000, 60_000, False),
    (1, 40_000, 20_000, False), (20, -40_000, 100_000, False), (UNSET, 40_000, 20_000, False), (20, UNSET, 60_000, False),
])  # fmt: skip
def test_a_play_that_came_and_went(site, seat, audit, starts, away, ms, holds):
    """How often it began, what was played and how long it was away: together as long as the clock says."""
    play = played(seat, 1)
    seat.end(play, ms=ms, how="by itself", starts=starts, away=away)
    assert (said(audit()) == []) is holds


@pytest.mark.parametrize(("minutes", "how"), [(120, "by itself"), (30, "asked"), (4, "by itself"), (120, "gone")])
def test_nobody_hides_hours_in_a_play_that_came_and_went(site, seat, audit, minutes, how):
    """An end is held back for a minute."""
    play = played(seat, minutes)
    line = seat.end(play, ms=MINUTE // 2, how=how, late=how == "gone", starts=9, away=minutes * MINUTE - MINUTE // 2)
    assert [f"seq {line.seq}, play.ended" in one for one in said(audit())] == [True]


def test_a_late_end_cannot_say_less_than_the_pc_ran(site, seat, audit):
    """Whether nobody saw its end, or the power went."""
    gone = played(seat, 50, game="a")
    lost = site.clock.wall()
    seat.start(clean=False, lost_from=lost)
    line = seat.end(gone, "gone", late=True, ms=5 * MINUTE)
    other = played(seat, 60, game="b")
    seat.add(IssueRaised, id="x")
    site.clock.reboot()
    seat.start(clean=False, lost_from=lost + HOUR)
    last = seat.end(other, "power", late=True, ms=5 * MINUTE)
    assert [f"seq {one.seq}" in text for one, text in zip((line, last), said(audit()), strict=True)] == [True, True]


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


@pytest.mark.parametrize("short", [0, 30])
def test_midnight_explains_only_what_came_after_it(site, seat, audit, short):
    """The seat was off over midnight, and cut the play when it started again."""
    midnight = site.clock.wall() + 16 * HOUR
    site.clock.run(16 * HOUR - HOUR)
    play = played(seat, 60)
    site.clock.run(2 * HOUR)
    line = seat.end(play, "midnight", ms=(60 - short) * MINUTE)
    seat.begin("child tomorrow", since=midnight, resumed=play.seq)
    assert [f"seq {line.seq}" in one for one in said(audit())] == ([True] if short else [])


@pytest.mark.parametrize(("hours", "found"), [(1, 1), (17, 0)])
def test_midnight_comes_at_midnight(site, seat, audit, hours, found):
    play = seat.begin()
    site.clock.run(hours * HOUR)
    seat.end(play, "midnight")
    seat.begin(resumed=play.seq)
    text = "it was closed at midnight, and none had come since it began"
    assert told(audit(), "clock-play") == [text] * found


@pytest.mark.parametrize(("minutes", "how", "found"), [
    (88, "midnight", True), (88, "by itself", True), (88, "list changed", True), (38, "by itself", False), (25, "asked", False),
])  # fmt: skip
def test_a_play_does_not_go_on_into_the_next_day(site, seat, audit, minutes, how, found):
    """From half past eleven on: at midnight its player has another pseudonym, and so another day. A seat may hang a while."""
    site.clock.run(15 * HOUR + 30 * MINUTE)
    line = seat.end(played(seat, minutes), how)
    said_so = f"seq {line.seq}, play.ended): it went on for {(minutes - 30) * MINUTE // 1000} s after the day on which it began"
    assert [said_so in one for one in said(audit())] == [True] * found


@pytest.mark.parametrize("first", [True, False])
def test_but_where_its_clock_was_set_back_or_nobody_watched(site, seat, audit, first):
    """By its own clock it ended at midnight; or the daemon was off then, and what it took up ended at its first look."""
    clock = site.clock
    clock.run(15 * HOUR + 30 * MINUTE)
    play = played(seat, 10)
    if first:
        clock.step(-40 * MINUTE)
        clock.run(HOUR)
        seat.end(play, "midnight")
    else:
        seat.stop()
        clock.run(HOUR)
        seat.start()
        seat.end(play, "list changed")
    assert said(audit()) == []


@pytest.mark.parametrize(("minutes", "told_", "said_"), [
    (30, {}, "it says that it began 1800 s after it was written"),
    (-30, {}, "it says that it began 1800 s before it was written"),
    (4, {}, None), (-9, {}, None), (-30, {"match": ()}, None),
])
def test_a_play_begins_when_it_says(site, seat, audit, minutes, told_, said_):
    """One that is written once more began long before."""
    site.clock.run(HOUR)
    at = site.clock.wall()
    seat.add(PlayStarted, **{
        "who": "child", "age": 12, "game": "luanti", "label": 0, "publisher": None, "match": ("content",), "pid": 1,
        "started": 1, "since": at + minutes * MINUTE, "resumed": None, **told_,
    })  # fmt: skip
    assert told(audit(), "clock-play") == ([] if said_ is None else [said_])


@pytest.mark.parametrize(("off", "ran", "reboots", "said_"), [
    (45, 0, False, []), (45, 0, True, []), (45, 30, False, ["it says that it began 2400 s before it was written"]),
    (20, 0, False, ["it says that it began 2400 s before it was written"]),
    (20, 0, True, ["it says that it began 2400 s before it was written"]),
])  # fmt: skip
def test_what_a_daemon_finds_when_it_starts_may_have_begun_while_it_was_off(site, seat, audit, off, ran, reboots, said_):
    """No longer before, and also where that was after the PC was switched on."""
    site.clock.run(HOUR)
    seat.stop()
    if reboots:
        site.clock.reboot(HOUR)
    site.clock.run(off * MINUTE)
    seat.start()
    site.clock.run(ran * MINUTE)
    seat.begin(since=site.clock.wall() - 40 * MINUTE)
    assert told(audit(), "clock-play") == said_


def test_plays_follow_each_other(site, seat, audit):
    """One game of one player at one seat is one play at a time; what goes on after midnight was closed there."""
    seat.begin()
    again = seat.begin()
    resumed = seat.begin("other", resumed=again.seq)
    found = said(audit())
    assert [f"seq {one.seq}" in text for one, text in zip((again, resumed), found, strict=True)] == [True, True]
