"""Play is added up again, and compared with what decisions and summaries say. Here the seats' keys are in false hands."""

import pytest

from compliance.entries.decision import LaunchRefused, PlayDue
from compliance.entries.place import PlaceChanged
from compliance.entries.play import GameDay, PlayEnded, UsageDay
from i18n.message import plain
from tests.compliance.telling import played, said

MINUTE = 60_000
HOUR = 60 * MINUTE


@pytest.mark.parametrize("off", [-1, 1])
def test_sums_of_ended_plays_are_met_to_the_millisecond(site, seat, audit, off):
    seat.end(played(seat, 60))
    fields = seat.decided(site.pack())
    before = {name: ms + off for name, ms in fields["before"].items()}
    line = seat.add(LaunchRefused, how="gate", **{**fields, "before": before})
    assert any(f"seq {line.seq}" in one and "add up" in one for one in said(audit()))


@pytest.mark.parametrize(("off", "holds"), [(900, True), (-900, True), (1100, False)])
def test_a_running_play_counts_to_the_second(site, seat, audit, off, holds):
    play = played(seat, 70)
    fields = seat.decided(site.pack())
    before = {name: ms + off for name, ms in fields["before"].items()}
    seat.add(PlayDue, play=play.seq, grace=0, **{**fields, "before": before})
    assert (said(audit()) == []) is holds


def test_plays_at_once_count_once_in_the_total(site, seat, audit):
    one, two = seat.begin(game="a"), seat.begin(game="b")
    site.clock.run(30 * MINUTE)
    seat.end(one)
    line = seat.due(two, site.house(30 * MINUTE))
    assert line.before == {"game": 30 * MINUTE, "publisher": 30 * MINUTE, "total": 30 * MINUTE}
    assert said(audit()) == []


@pytest.mark.parametrize(("minutes", "holds"), [(0, False), (59, False), (60, True)])
def test_a_pc_that_slept_is_not_believed_to_have_played_less(site, seat, audit, minutes, holds):
    """How long its clock ran is known, sleep or not: no sum may be below that."""
    play = played(seat, 20)
    site.clock.sleep(3 * HOUR)
    site.clock.run(40 * MINUTE)
    seat.end(play)
    fields = seat.decided(site.pack())
    seat.add(LaunchRefused, how="gate", **{**fields, "before": dict.fromkeys(fields["before"], minutes * MINUTE)})
    assert (not any("add up" in one for one in said(audit()))) is holds


def test_a_pc_that_slept_through_midnight_is_believed(site, seat, audit):
    """The play is cut at midnight, told in the morning, and nothing was played in between."""
    midnight = site.clock.wall() + 16 * HOUR
    site.clock.run(16 * HOUR - 10 * MINUTE)
    play = played(seat, 5)
    site.clock.sleep(7 * HOUR)
    seat.end(play, "midnight")
    resumed = seat.begin("child tomorrow", since=midnight, resumed=play.seq)
    site.clock.run(HOUR)
    line = seat.due(resumed, site.pack())
    assert line.before["game"] == HOUR
    assert said(audit()) == []


@pytest.mark.parametrize(("more", "holds"), [(30, True), (31, False)])
def test_play_on_another_seat_that_was_known_counts(site, seat, audit, more, holds):
    """As the agent told it; more than was played there is a lie."""
    other = site.enrol("cafe-2")
    other.start()
    other.end(played(other, 30))
    play = played(seat, 60)
    fields = seat.decided(site.pack(), who=play.who)
    before = {name: ms + more * MINUTE for name, ms in fields["before"].items()}
    seat.add(PlayDue, play=play.seq, grace=0, **{**fields, "before": before})
    assert (said(audit()) == []) is holds


def test_a_summary_of_another_day_is_named(site, seat, audit):
    seat.end(played(seat, 10, game="a"))
    line = seat.add(UsageDay, day="2026-11-23", who="child", games={"a": GameDay(10 * MINUTE, 0, 0)})
    assert f"seq {line.seq}, usage.day" in said(audit())[0]


def test_sums_that_cannot_be_added_up_are_counted_aloud(site, seat, audit):
    """A place that moved to another zone around the decision: its day and that of the pseudonyms differ."""
    site.agent.add(PlaceChanged, place="home", zone="Europe/Paris", hours="")
    seat.end(played(seat, 61))
    seat.refuse(site.pack())
    report = audit()
    assert said(report) == []
    (found,) = (one for one in report.audit.findings if one.kind == "unchecked")
    assert ("launch.refused" in plain(found.where), "time zone" in plain(found.what)) == (True, True)


@pytest.mark.parametrize(("back", "holds"), [(13 * HOUR, True), (HOUR, False)])
def test_what_was_played_of_hours_that_came_twice_is_not_added_up(site, seat, audit, back, holds):
    """By the clock half of that day was over once more: the seat's sum may have both."""
    site.clock.run(6 * HOUR)
    seat.end(played(seat, 61))
    site.clock.step(-back)
    fields = seat.decided(site.pack())
    before = {name: ms + 5 * MINUTE for name, ms in fields["before"].items()}
    seat.add(LaunchRefused, how="gate", **{**fields, "before": before})
    report = audit()
    assert any("add up" in one for one in said(report)) is not holds
    again = [plain(one.what) for one in report.audit.findings if one.kind == "unchecked"]
    assert any("clock was another" in one for one in again) is holds


@pytest.mark.parametrize("games", [
    {"a": GameDay(10 * MINUTE - 1, 0, 0)}, {"a": GameDay(11 * MINUTE, 0, 0)}, {},
    {"a": GameDay(10 * MINUTE, 0, 0), "b": GameDay(1, 0, 0)},
], ids=["less", "more", "nothing", "a game that was not played"])  # fmt: skip
def test_a_summary_that_is_not_is_named(site, seat, audit, games):
    seat.end(played(seat, 10, game="a"))
    line = seat.add(UsageDay, day="2026-11-24", who="child", games=games)
    assert f"seq {line.seq}, usage.day" in said(audit())[0]


@pytest.mark.parametrize(("who", "ms", "says"), [("sister", 10 * MINUTE, 1), ("sister", 0, 0)])
def test_nobody_is_said_to_have_played_of_whom_no_play_tells(site, seat, audit, who, ms, says):
    """Whoever moves a child's day to somebody else's name."""
    seat.end(played(seat, 10))
    seat.add(UsageDay, day="2026-11-24", who=who, games={"luanti": GameDay(ms, 1, 0)})
    assert [one.endswith("luanti; the plays add up to 0 s") for one in said(audit())] == [True] * says


@pytest.mark.parametrize("changed", [{"play": 99}, {"who": "x"}, {"game": "x"}, {"since": 1}, {"ms": -1}])
def test_an_end_that_is_not_of_its_play_is_named(site, seat, audit, changed):
    play = played(seat)
    fields = {"play": play.seq, "who": "child", "game": "luanti", "since": play.since, "ms": HOUR}
    line = seat.add(PlayEnded, how="asked", late=False, **{**fields, **changed})
    assert f"seq {line.seq}, play.ended" in said(audit())[0]


@pytest.mark.parametrize(("told", "holds"), [(4, True), (2, True), (3, False)])
def test_a_seat_that_has_not_heard_of_the_zone_for_days_sums_up_a_day_by_one_of_both(site, seat, audit, told, holds):
    """Four hours of its own day, of which two are the next day's in the zone that the place has by now: nothing else."""
    site.agent.add(PlaceChanged, place="home", zone="Asia/Tokyo", hours="")
    site.deliver()
    site.clock.run(3 * 24 * HOUR + 12 * HOUR)  # 20:00
    seat.end(played(seat, 240))
    site.clock.run(2 * MINUTE)
    seat.add(UsageDay, day="2026-11-27", who="child", games={"luanti": GameDay(told * HOUR, 0, 0)})
    assert (said(audit()) == []) is holds


@pytest.mark.parametrize("back", [0, 3 * HOUR])
def test_a_day_that_is_over_once_more_is_summed_up_once_more(site, seat, audit, back):
    """As the clock was set back over midnight."""
    seat.end(played(seat, 30))
    site.clock.run(15 * HOUR)
    for step in (back, 0):
        seat.add(UsageDay, day="2026-11-24", who="child", games={"luanti": GameDay(30 * MINUTE, 0, 0)})
        site.clock.step(-step)
        site.clock.run(4 * HOUR)
    twice = "this day of this pseudonym was summed up already"
    assert (twice in [plain(one.what) for one in audit().audit.findings]) is (back == 0)
