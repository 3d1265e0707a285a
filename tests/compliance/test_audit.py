"""What the entries say: gaps, coverage, what an inspector should know. Here the seats' keys are in false hands."""

import pytest

from compliance.entries.log import AgentTick
from compliance.entries.override import CodeUsed, PinFailed
from compliance.entries.place import PackLine, PolicyChanged
from compliance.entries.seat import ClockJump, IssueCleared, IssueRaised
from compliance.format.chain import AGENT
from compliance.page.model import page
from i18n.message import plain
from tests.compliance.telling import kinds, played, said

MINUTE = 60_000
HOUR = 60 * MINUTE


def test_a_play_ends_once(site, seat, audit):
    play = played(seat)
    seat.end(play)
    line = seat.end(play)
    assert f"seq {line.seq}" in said(audit())[0]


def test_a_start_that_claims_an_order_that_was_not_is_a_failure(site, seat, audit):
    site.clock.run(HOUR)
    line = seat.start(clean=True)
    assert f"seq {line.seq}, seat.start" in said(audit())[0]


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


def test_a_first_start_after_a_run_that_nobody_saw_end_is_a_gap(site, audit):
    """The chain is new, the seat is not: it says when it was last alive."""
    seat, lost = site.enrol(), site.clock.wall() - HOUR
    seat.start(clean=False, lost_from=lost)
    (gap,) = [one for one in audit().audit.gaps if one.seat != AGENT]
    assert (gap.start, gap.end, gap.explained) == (lost, lost + HOUR, False)


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
