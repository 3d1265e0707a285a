"""What the entries say: gaps, coverage, what an inspector should know. Here the seats' keys are in false hands."""

import pytest

from compliance.entries.log import AgentTick
from compliance.entries.override import CodeUsed, PinFailed
from compliance.entries.place import PackLine, PolicyChanged
from compliance.entries.seat import ClockJump, IssueCleared, IssueRaised, Presence
from compliance.format.chain import AGENT
from compliance.page.model import page
from i18n.message import plain
from tests.compliance.telling import kinds, played, said

ZONE = "Asia/Ho_Chi_Minh"
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def test_a_play_ends_once(site, seat, audit):
    play = played(seat)
    seat.end(play)
    line = seat.end(play)
    assert f"seq {line.seq}" in said(audit())[0]


def test_a_stop_explains_the_pause_after_it(site, seat, audit):
    seat.stop()
    stopped = site.clock.wall()
    site.clock.sleep(HOUR)
    seat.start()
    (gap,) = [one for one in audit().audit.gaps if one.seat != AGENT]
    assert (gap.start, gap.end, gap.explained, gap.kind) == (stopped, stopped + HOUR, True, "stopped")


def test_a_start_that_claims_an_order_that_was_not_is_a_failure(site, seat, audit):
    site.clock.run(HOUR)
    line = seat.start(clean=True)
    assert f"seq {line.seq}, seat.start" in said(audit())[0]


def test_coverage_is_the_share_of_minutes_alive(site, seat, audit):
    """An hour alive, half an hour not, then an orderly stop: pauses do not count."""
    site.clock.run(90 * MINUTE)
    seat.add(Presence, since=site.clock.wall() - 90 * MINUTE, bits="f" * 15)
    seat.stop()
    site.clock.run(5 * HOUR)
    report = audit()
    coverage = {one.seat: one.coverage for one in report.audit.seats}
    assert coverage == {"agent": None, "home-pc": pytest.approx(2 / 3)}


def test_trouble_that_is_told_again_is_told_twice(site, seat, audit):
    """Another run of the daemon says so while it goes on; a report counts both."""
    seat.add(IssueRaised, id="events-silent")
    seat.stop()
    site.clock.sleep(MINUTE)
    seat.start()
    seat.add(IssueRaised, id="events-silent")
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
        seat.add(Presence, since=site.clock.wall() - 60 * MINUTE, bits="f" * 15)
    seat.stop()
    assert [one.coverage for one in audit().audit.seats] == [None, 1.0]


def test_minutes_that_went_by_before_a_sign_of_life_count(site, seat, audit):
    """Alive in the fourth minute only: four have gone by."""
    site.clock.run(4 * MINUTE)
    seat.add(Presence, since=site.clock.wall() - 4 * MINUTE, bits=f"{0b1000:015x}")
    assert [one.coverage for one in audit().audit.seats] == [None, 0.25]


def test_no_minute_is_too_short_for_a_share(site, seat, audit):
    seat.add(Presence, since=site.clock.wall(), bits="0" * 15)
    assert [one.coverage for one in audit().audit.seats] == [None, None]


def test_a_first_start_after_a_run_that_nobody_saw_end_is_a_gap(site, audit):
    """The chain is new, the seat is not: it says when it was last alive."""
    seat, lost = site.enrol(), site.clock.wall() - HOUR
    seat.start(clean=False, lost_from=lost)
    (gap,) = [one for one in audit().audit.gaps if one.seat != AGENT]
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
    seat.add(PinFailed, who="child", how="pin", tries=5, locked=locked)
    seat.add(CodeUsed, who="child", ms=15 * MINUTE)
    report = audit()
    assert (said(report), kinds(report)) == ([], told)


def test_what_an_inspector_should_know_is_told(site, seat, audit):
    seat.add(ClockJump, expected=site.clock.wall(), to=site.clock.wall() + HOUR)
    raised = seat.add(IssueRaised, id="gate-off")
    seat.add(IssueCleared, id="gate-off")
    seat.add(IssueRaised, id="agent-away")
    play = played(seat)
    seat.due(play, site.pack())
    site.clock.run(5 * MINUTE)
    seat.end(play)
    site.agent.add(AgentTick, seats={}, silent=("home-pc",))
    site.agent.add(PolicyChanged, target="place", packs=(PackLine("x", "f" * 64, {}),), house=True)
    report = audit()
    assert said(report) == []
    assert sorted(kinds(report)) == [
        "clock-jump", "issue", "issue", "late", "not-decidable", "overrun", "own-pack", "pack", "policy-changed",
        "policy-changed", "silent",
    ]  # fmt: skip
    assert any(f"seq {raised.seq}" in plain(one.where) and "over at" in plain(one.what) for one in report.audit.findings)


@pytest.mark.parametrize(("ms", "told"), [(HOUR, "jumped ahead by 3600 s"), (-1_500, "jumped back by 1.5 s")])
def test_which_way_a_clock_jumped_is_told(site, seat, audit, ms, told):
    seat.add(ClockJump, expected=site.clock.wall(), to=site.clock.wall() + ms)
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
    seat.add(IssueRaised, id="x")
    assert ("clock-back" in kinds(audit())) is told


def test_entries_that_come_late_by_the_agents_clock_are_told(site, seat, audit):
    seat.add(IssueRaised, id="x")
    site.clock.run(HOUR)
    site.agent.add(AgentTick, seats={}, silent=())
    assert "late" in kinds(audit())
