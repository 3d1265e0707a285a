"""What the entries say: play added up again, gaps, coverage. Here the seats' keys are in false hands."""

import pytest

from compliance import entry
from compliance.page.model import page
from compliance.verifying.listed import Times
from compliance.verifying.sums.totals import Own
from compliance.verifying.sums.unchecked import not_added_up
from i18n.message import plain

ZONE = "Asia/Ho_Chi_Minh"
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def said(report):
    return [f"{one.where}: {one.what}" for one in report.failures]


def played(seat, minutes=60, **play):
    play = seat.begin(**play)
    seat.site.clock.run(minutes * MINUTE)
    return play


# --- sums -----------------------------------------------------------------------------------------------------------------


def test_play_that_was_shortened_contradicts_its_clock_and_the_next_decision(site, seat, audit):
    """An end that says less than was played: the clock that play is counted on knows more, and so does the later decision."""
    first = played(seat, 40, game="a")
    line = seat.end(first, ms=10 * MINUTE)
    first.ended = None
    last = seat.due(played(seat, 20, game="a"), site.house(HOUR, "a"))
    clock, decision, *_ = said(audit())
    assert (f"seq {line.seq}" in clock, f"seq {last.seq}" in decision) == (True, True)
    assert line.ms == 10 * MINUTE


@pytest.mark.parametrize("off", [-1, 1, MINUTE])
def test_sums_of_ended_plays_are_met_to_the_millisecond(site, seat, audit, off):
    seat.end(played(seat, 60))
    fields = seat.decided(site.pack())
    before = {name: ms + off for name, ms in fields["before"].items()}
    line = seat.add(entry.LaunchRefused, how="gate", **{**fields, "before": before})
    assert any(f"seq {line.seq}" in one and "add up" in one for one in said(audit()))


@pytest.mark.parametrize(("off", "holds"), [(0, True), (900, True), (-900, True), (1100, False), (MINUTE, False)])
def test_a_running_play_counts_to_the_second(site, seat, audit, off, holds):
    play = played(seat, 70)
    fields = seat.decided(site.pack())
    before = {name: ms + off for name, ms in fields["before"].items()}
    seat.add(entry.PlayDue, play=play.seq, grace=0, **{**fields, "before": before})
    assert (said(audit()) == []) is holds


def test_plays_at_once_count_once_in_the_total(site, seat, audit):
    one, two = seat.begin(game="a"), seat.begin(game="b")
    site.clock.run(30 * MINUTE)
    seat.end(one)
    line = seat.due(two, site.house(30 * MINUTE))
    assert line.before == {"game": 30 * MINUTE, "publisher": 30 * MINUTE, "total": 30 * MINUTE}
    assert said(audit()) == []


def test_a_pc_that_slept_is_believed_within_bounds(site, seat, audit):
    """The wall clock went on, play did not."""
    play = played(seat, 20)
    site.clock.sleep(3 * HOUR)
    site.clock.run(40 * MINUTE)
    seat.due(play, site.pack())
    seat.end(play)
    seat.refuse(site.pack())
    assert said(audit()) == []


@pytest.mark.parametrize(("minutes", "holds"), [(0, False), (59, False), (60, True)])
def test_a_pc_that_slept_is_not_believed_to_have_played_less(site, seat, audit, minutes, holds):
    """How long its clock ran is known, sleep or not: no sum may be below that."""
    play = played(seat, 20)
    site.clock.sleep(3 * HOUR)
    site.clock.run(40 * MINUTE)
    seat.end(play)
    fields = seat.decided(site.pack())
    seat.add(entry.LaunchRefused, how="gate", **{**fields, "before": dict.fromkeys(fields["before"], minutes * MINUTE)})
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


def test_a_play_cut_at_midnight_counts_on_both_days(site, seat, audit):
    midnight = site.clock.wall() + 16 * HOUR
    site.clock.run(16 * HOUR - 10 * MINUTE)
    play = played(seat, 10)
    seat.end(play, "midnight")
    resumed = seat.begin("child tomorrow", since=midnight, resumed=play.seq)
    site.clock.run(HOUR)
    seat.due(resumed, site.pack())
    for who, day in (("child", "2026-11-24"), ("child tomorrow", "2026-11-25")):
        if who == "child tomorrow":
            seat.end(resumed)
        games = {"luanti": entry.GameDay(10 * MINUTE if who == "child" else HOUR, 0, 0)}
        seat.add(entry.UsageDay, day=day, who=who, games=games)
    report = audit()
    assert said(report) == []
    assert report.audit.days == 2


def test_the_log_of_another_player_does_not_count(site, seat, audit):
    seat.end(played(seat, 59, who="sister"))
    seat.due(played(seat, 60), site.pack())
    assert said(audit()) == []


def test_play_on_another_seat_may_be_known_or_not(site, seat, audit):
    """Its end may have reached this seat in time, or not."""
    other = site.enrol("cafe-2")
    other.start()
    other.end(played(other, 30))
    play = played(seat, 60)
    line = seat.due(play, site.pack())
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
    seat.add(entry.PlayDue, play=play.seq, grace=0, **{**fields, "before": before})
    assert (said(audit()) == []) is holds


def test_after_a_crash_a_play_goes_on_and_counts_in_full(site, seat, audit):
    """The same boot: the daemon was killed, the game ran on."""
    play = played(seat, 30)
    lost = site.clock.wall()
    site.clock.run(10 * MINUTE)
    seat.start(clean=False, lost_from=lost)
    site.clock.run(20 * MINUTE)
    seat.due(play, site.pack())
    report = audit()
    assert said(report) == []
    (gap,) = report.audit.gaps
    assert (gap.seat, gap.start, gap.end, gap.explained) == ("home-pc", lost, lost + 10 * MINUTE, False)


def test_after_a_power_cut_the_end_is_late(site, seat, audit):
    play = played(seat, 30)
    site.clock.reboot()
    seat.start(clean=False, lost_from=play.since + 30 * MINUTE)
    seat.end(play, "power", late=True, ms=30 * MINUTE)
    seat.due(played(seat, 31), site.pack())
    report = audit()
    assert said(report) == []
    assert [one for one in kinds(report) if one != "not-decidable"] == ["late-play", "policy-changed"]


def test_a_summary_is_what_was_played(site, seat, audit):
    for game in ("a", "b", "a"):
        seat.end(played(seat, 10, game=game))
    games = {"a": entry.GameDay(20 * MINUTE, 0, 0), "b": entry.GameDay(10 * MINUTE, 0, 0), "*": entry.GameDay(0, 0, 2)}
    seat.add(entry.UsageDay, day="2026-11-24", who="child", games=games)
    assert said(audit()) == []


@pytest.mark.parametrize(("seat_says", "agent_says", "wrong"), [(10, 30, []), (30, 30, [0]), (10, 20, [1])])
def test_the_agents_summary_is_of_all_seats(site, seat, audit, seat_says, agent_says, wrong):
    """A seat's own is of what was played there."""
    other = site.enrol("cafe-2")
    other.start()
    other.end(played(other, 20, game="a"))
    seat.end(played(seat, 10, game="a"))
    games = [{"a": entry.GameDay(minutes * MINUTE, 0, 0)} for minutes in (seat_says, agent_says)]
    seat.add(entry.UsageDay, day="2026-11-24", who="child", games=games[0])
    site.deliver()
    site.agent.add(entry.UsageDay, day="2026-11-24", who="child", games=games[1])
    failures = said(audit())
    named = [any(name in one for one in failures) for name in ("seat home-pc", "the agent")]
    assert [number for number, found in enumerate(named) if found] == wrong


def test_a_summary_of_another_day_is_named(site, seat, audit):
    seat.end(played(seat, 10, game="a"))
    line = seat.add(entry.UsageDay, day="2026-11-23", who="child", games={"a": entry.GameDay(10 * MINUTE, 0, 0)})
    assert f"seq {line.seq}, usage.day" in said(audit())[0]


def test_sums_that_cannot_be_added_up_are_counted_aloud(site, seat, audit):
    """A place that moved to another zone around the decision: its day and that of the pseudonyms differ."""
    site.agent.add(entry.PlaceChanged, place="home", zone="Europe/Paris", hours="")
    seat.end(played(seat, 61))
    seat.refuse(site.pack())
    report = audit()
    assert said(report) == []
    (found,) = (one for one in report.audit.findings if one.kind == "unchecked")
    assert ("launch.refused" in plain(found.where), "time zone" in plain(found.what)) == (True, True)


@pytest.mark.parametrize("number", [1, 3])
def test_what_cannot_be_added_up_names_where_and_why(number):
    """Never a dash: the first entry, and the cause; each cause apart."""
    zone, restart = not_added_up(dict.fromkeys((True, False), Times("entry 0", number)))
    assert (zone.where, restart.where) == ("entry 0", "entry 0")
    assert "time zone is another one, or was changed" in plain(zone.what)
    assert "started anew during a play" in plain(restart.what)
    assert plain(zone.what).startswith("3 sums" if number == 3 else "its sum")
    assert list(not_added_up(dict.fromkeys((True, False), Times()))) == []


def test_of_very_many_plays_at_once_none_is_looked_at():
    """A decision does not go through all of them."""

    class Many(dict):
        def values(self):
            raise AssertionError

    assert not Own(("g", 0), running=Many.fromkeys(range(100))).told("boot-1")


def test_a_zone_that_was_left_long_ago_hides_nothing(site, seat, audit):
    """An operator cannot switch the adding up off by naming another zone once."""
    site.agent.add(entry.PlaceChanged, place="home", zone="Europe/Paris", hours="")
    site.clock.run(MINUTE)
    site.agent.add(entry.PlaceChanged, place="home", zone="Asia/Ho_Chi_Minh", hours="")
    site.clock.run(25 * HOUR)
    seat.end(played(seat, 61))
    fields = seat.decided(site.pack())
    before = {name: ms + 1 for name, ms in fields["before"].items()}
    seat.add(entry.LaunchRefused, how="gate", **{**fields, "before": before})
    assert len(said(audit())) == 3


@pytest.mark.parametrize("games", [
    {"a": entry.GameDay(10 * MINUTE - 1, 0, 0)}, {"a": entry.GameDay(11 * MINUTE, 0, 0)}, {},
    {"a": entry.GameDay(10 * MINUTE, 0, 0), "b": entry.GameDay(1, 0, 0)},
], ids=["less", "more", "nothing", "a game that was not played"])  # fmt: skip
def test_a_summary_that_is_not_is_named(site, seat, audit, games):
    seat.end(played(seat, 10, game="a"))
    line = seat.add(entry.UsageDay, day="2026-11-24", who="child", games=games)
    assert f"seq {line.seq}, usage.day" in said(audit())[0]


@pytest.mark.parametrize("changed", [{"play": 99}, {"who": "x"}, {"game": "x"}, {"since": 1}, {"ms": -1}])
def test_an_end_that_is_not_of_its_play_is_named(site, seat, audit, changed):
    play = played(seat)
    fields = {"play": play.seq, "who": "child", "game": "luanti", "since": play.since, "ms": HOUR}
    line = seat.add(entry.PlayEnded, how="asked", late=False, **{**fields, **changed})
    assert f"seq {line.seq}, play.ended" in said(audit())[0]


def test_a_play_ends_once(site, seat, audit):
    play = played(seat)
    seat.end(play)
    line = seat.end(play)
    assert f"seq {line.seq}" in said(audit())[0]


# --- gaps, coverage, findings ---------------------------------------------------------------------------------------------


def kinds(report):
    return [one.kind for one in report.audit.findings]


def test_a_stop_explains_the_pause_after_it(site, seat, audit):
    seat.stop()
    stopped = site.clock.wall()
    site.clock.sleep(HOUR)
    seat.start()
    (gap,) = audit().audit.gaps
    assert (gap.start, gap.end, gap.explained, gap.kind) == (stopped, stopped + HOUR, True, "stopped")


def test_a_start_that_claims_an_order_that_was_not_is_a_failure(site, seat, audit):
    site.clock.run(HOUR)
    line = seat.start(clean=True)
    assert f"seq {line.seq}, seat.start" in said(audit())[0]


def test_coverage_is_the_share_of_minutes_alive(site, seat, audit):
    """An hour alive, half an hour not, then an orderly stop: pauses do not count."""
    site.clock.run(90 * MINUTE)
    seat.add(entry.Presence, since=site.clock.wall() - 90 * MINUTE, bits="f" * 15)
    seat.stop()
    site.clock.run(5 * HOUR)
    report = audit()
    coverage = {one.seat: one.coverage for one in report.audit.seats}
    assert coverage == {"agent": None, "home-pc": pytest.approx(2 / 3)}


def test_trouble_that_is_told_again_is_told_twice(site, seat, audit):
    """Another run of the daemon says so while it goes on; a report counts both."""
    seat.add(entry.IssueRaised, id="events-silent")
    seat.stop()
    site.clock.sleep(MINUTE)
    seat.start()
    seat.add(entry.IssueRaised, id="events-silent")
    assert kinds(audit()).count("issue") == 2


@pytest.mark.parametrize("how", ["killed", "stopped while the PC ran on"])
def test_what_nobody_explains_counts_as_not_watched(site, seat, audit, how):
    """Half an hour of an hour and a half; on the page as well."""
    site.clock.run(30 * MINUTE)
    if how != "killed":
        seat.alive(site.clock.wall() - 30 * MINUTE)
        seat.stop()
    lost = site.clock.wall() if how == "killed" else None
    site.clock.run(30 * MINUTE)
    seat.start(clean=lost is None, lost_from=lost)
    site.clock.run(30 * MINUTE)
    seat.alive(site.clock.wall() - 30 * MINUTE)
    report = audit()
    assert {one.seat: one.coverage for one in report.audit.seats}["home-pc"] == pytest.approx(2 / 3, abs=0.02)
    (seen,) = page(report).coverage.seats
    assert (seen.whole.mark, seen.whole.missing) == ("part", pytest.approx(30, abs=1))


def test_coverage_is_never_more_than_all(site, seat, audit):
    """Two daemons on one seat, or a lie: more minutes alive than there were."""
    site.clock.run(60 * MINUTE)
    for _ in range(2):
        seat.add(entry.Presence, since=site.clock.wall() - 60 * MINUTE, bits="f" * 15)
    seat.stop()
    assert [one.coverage for one in audit().audit.seats] == [None, 1.0]


def test_minutes_that_went_by_before_a_sign_of_life_count(site, seat, audit):
    """Alive in the fourth minute only: four have gone by."""
    site.clock.run(4 * MINUTE)
    seat.add(entry.Presence, since=site.clock.wall() - 4 * MINUTE, bits=f"{0b1000:015x}")
    assert [one.coverage for one in audit().audit.seats] == [None, 0.25]


def test_no_minute_is_too_short_for_a_share(site, seat, audit):
    seat.add(entry.Presence, since=site.clock.wall(), bits="0" * 15)
    assert [one.coverage for one in audit().audit.seats] == [None, None]


def test_a_first_start_after_a_run_that_nobody_saw_end_is_a_gap(site, audit):
    """The chain is new, the seat is not: it says when it was last alive."""
    seat, lost = site.enrol(), site.clock.wall() - HOUR
    seat.start(clean=False, lost_from=lost)
    (gap,) = audit().audit.gaps
    assert (gap.start, gap.end, gap.explained) == (lost, lost + HOUR, False)


def test_a_first_start_is_no_gap(seat, audit):
    assert audit().audit.gaps == ()


def test_a_play_that_ended_in_another_boot_is_no_overrun(site, seat, audit):
    """The clock that play is counted on begins anew with each boot."""
    play = played(seat)
    seat.due(play, site.pack())
    site.clock.reboot()
    seat.start(clean=False, lost_from=site.clock.wall())
    site.clock.run(24 * HOUR)
    seat.end(play, "power", late=True, ms=HOUR)
    assert "overrun" not in kinds(audit())


@pytest.mark.parametrize(("locked", "told"), [(None, []), (1_795_482_060_000, ["guessing"])])
def test_guessing_is_told_once_it_locks(site, seat, audit, locked, told):
    """Somebody mistypes; five are no mistyping. A code that was used needs no telling."""
    seat.add(entry.PinFailed, who="child", how="pin", tries=5, locked=locked)
    seat.add(entry.CodeUsed, who="child", ms=15 * MINUTE)
    report = audit()
    assert (said(report), kinds(report)) == ([], told)


def test_what_an_inspector_should_know_is_told(site, seat, audit):
    seat.add(entry.ClockJump, expected=site.clock.wall(), to=site.clock.wall() + HOUR)
    raised = seat.add(entry.IssueRaised, id="gate-off")
    seat.add(entry.IssueCleared, id="gate-off")
    seat.add(entry.IssueRaised, id="agent-away")
    play = played(seat)
    seat.due(play, site.pack())
    site.clock.run(5 * MINUTE)
    seat.end(play)
    site.agent.add(entry.AgentTick, seats={}, silent=("home-pc",))
    site.agent.add(entry.PolicyChanged, target="place", packs=(entry.PackLine("x", "f" * 64, {}),), house=True)
    report = audit()
    assert said(report) == []
    assert sorted(kinds(report)) == [
        "clock-jump", "issue", "issue", "late", "not-decidable", "overrun", "own-pack", "pack", "policy-changed",
        "policy-changed", "silent",
    ]  # fmt: skip
    assert any(f"seq {raised.seq}" in plain(one.where) and "over at" in plain(one.what) for one in report.audit.findings)


@pytest.mark.parametrize(("ms", "told"), [(HOUR, "jumped ahead by 3600 s"), (-1_500, "jumped back by 1.5 s")])
def test_which_way_a_clock_jumped_is_told(site, seat, audit, ms, told):
    seat.add(entry.ClockJump, expected=site.clock.wall(), to=site.clock.wall() + ms)
    (finding,) = audit().audit.findings
    assert told in plain(finding.what)


@pytest.mark.parametrize(("after", "told"), [(5, False), (11, False), (12, True)])
def test_time_to_save_is_no_overrun(site, seat, audit, after, told):
    """Ten minutes were given; a minute more is how long the ending of a program may take."""
    play = played(seat)
    seat.due(play, site.pack(), grace=10 * MINUTE)
    site.clock.run(after * MINUTE)
    seat.end(play)
    assert ("overrun" in kinds(audit())) is told


def test_a_play_that_was_let_go_on_is_due_again(site, seat, audit):
    """As by a grant: the last time counts, and that there were two is told."""
    play = played(seat)
    seat.due(play, site.pack())
    site.clock.run(10 * MINUTE)
    seat.due(play, site.pack())
    seat.end(play)
    found = kinds(audit())
    assert ("due-again" in found, "overrun" in found) == (True, False)


def test_midnight_is_no_new_time_to_save(site, seat, audit):
    """The play that goes on after it is due since before."""
    site.clock.run(14 * HOUR + 55 * MINUTE)
    play = played(seat)
    seat.due(play, site.pack(), grace=10 * MINUTE)
    site.clock.run(5 * MINUTE)
    seat.end(play, "midnight")
    site.clock.run(20 * MINUTE)
    seat.end(seat.begin(who="child-tomorrow", resumed=play.seq, since=site.clock.wall() - 20 * MINUTE), ms=20 * MINUTE)
    assert "overrun" in kinds(audit())


@pytest.mark.parametrize(("ms", "told"), [(HOUR, True), (5 * MINUTE + 1, True), (5 * MINUTE, False)])
def test_a_clock_that_went_back_is_told(site, seat, audit, ms, told):
    """But for five minutes, by which one that runs fast may be set right."""
    site.clock.step(-ms)
    seat.add(entry.IssueRaised, id="x")
    assert ("clock-back" in kinds(audit())) is told


def test_entries_that_come_late_by_the_agents_clock_are_told(site, seat, audit):
    seat.add(entry.IssueRaised, id="x")
    site.clock.run(HOUR)
    site.agent.add(entry.AgentTick, seats={}, silent=())
    assert "late" in kinds(audit())
