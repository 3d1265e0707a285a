"""Seats whose PC is gone: nothing more of them may be in the log, and who says so of one that runs or comes back is told."""

from __future__ import annotations

import pytest

from compliance import entry
from compliance.entries.log import AgentTick
from compliance.entries.seat import SeatEnrolled, SeatRetired
from compliance.format.chain import AGENT
from compliance.format.keeping import Keeping
from compliance.page.model import page
from compliance.reporting.watched import Watched
from i18n.message import plain

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
PC = "home-pc"
NOT_ENROLLED = "no seat {seat} was enrolled that could be retired"


def failures(report):
    return [plain(one.what) for one in report.failures]


def kinds(report):
    return {one.kind for one in report.audit.findings}


def retire(site, id=PC, heard=None):
    """All that was written until now comes before it in the log."""
    site.deliver()
    site.agent.add(SeatRetired, id=id, heard=heard)
    site.deliver()


def tick(site, *heard, silent=()):
    site.agent.add(AgentTick, seats=dict.fromkeys(heard, site.clock.wall()), silent=silent)


def open_gaps(report):
    return [one for one in report.audit.gaps if not one.explained and one.seat != AGENT]


def lived(site, seat, hours=1):
    for _ in range(hours):
        since = site.clock.wall() // MINUTE * MINUTE
        site.clock.run(HOUR)
        seat.alive(since)
    site.deliver()


def test_a_pc_that_was_switched_off_and_sold(site, seat, audit):
    """Its silence is no gap from then on; up to then it is missed. Nothing needs an explanation."""
    lived(site, seat)
    seat.stop()
    site.deliver()
    site.clock.run(2 * DAY)
    tick(site, silent=(PC,))
    retire(site)
    site.clock.run(3 * DAY)
    site.clock.reboot()
    other = site.enrol("pc-2")
    other.start()
    report = audit()
    assert (failures(report), open_gaps(report)) == ([], [])
    assert ("retired" in kinds(report), page(report).odd) == (True, 0)
    [shown] = [one for one in report.audit.overview.seats if one.seat == PC]
    assert (shown.over, shown.last >= 2 * DAY // MINUTE) == (True, True)


def test_what_comes_after_it_is_a_failure(site, seat, audit):
    """Once: nothing after the first is looked at."""
    retire(site)
    seat.begin()
    seat.stop()
    assert failures(audit()) == ["its seat was retired before: nothing more of it may be taken"]


@pytest.mark.parametrize(("ids", "said"), [
    ((PC, PC), [f"the seat {PC} was retired before"]),
    (("nobody",), [NOT_ENROLLED.format(seat="nobody")]),
    ((AGENT,), [NOT_ENROLLED.format(seat=AGENT)]),
])  # fmt: skip
def test_one_that_cannot_be(site, seat, audit, ids, said):
    """Twice, of nobody, or of the agent itself."""
    for one in ids:
        retire(site, one)
    assert failures(audit()) == said


def test_it_is_not_enrolled_again(site, seat, audit):
    retire(site)
    site.agent.add(SeatEnrolled, id=PC, key=seat.signer.vkey)
    assert failures(audit()) == ["this seat was retired before: its PC is a new seat if it comes back"]


@pytest.mark.parametrize("how", ["heard", "silent"])
def test_no_tick_speaks_of_it_any_more(site, seat, audit, how):
    retire(site)
    tick(site, *((PC,) if how == "heard" else ()), silent=(PC,) if how == "silent" else ())
    assert failures(audit()) == [f"it speaks of seat {PC}, which was retired before"]


@pytest.mark.parametrize("proof", ["heard", "tick", "entry"])
def test_one_that_ran_until_then_needs_an_explanation(site, seat, audit, proof):
    """By the agent's word, by that of its last tick, by the seat's own last entry: whoever leaves one out forgets another."""
    lived(site, seat)
    site.clock.run(0 if proof == "entry" else HOUR)
    if proof == "tick":
        tick(site, PC)
    site.clock.run(2 * MINUTE)
    retire(site, heard=site.clock.wall() - MINUTE if proof == "heard" else None)
    report = audit()
    assert (failures(report), "retired-running" in kinds(report), page(report).odd) == ([], True, 1)


@pytest.mark.parametrize("missed", [True, False])
def test_one_that_nobody_could_have_missed_needs_one_too(site, seat, audit, missed):
    """The agent was off for an hour, and retires the seat before it can have heard whether its PC runs."""
    lived(site, seat)
    tick(site, PC)
    site.clock.run(HOUR)
    tick(site, silent=(PC,) if missed else ())
    site.clock.run(MINUTE)
    retire(site)
    report = audit()
    assert (failures(report), "retired-running" in kinds(report)) == ([], not missed)


@pytest.mark.parametrize("follows", [True, False])
def test_a_pc_that_comes_back_was_not_gone(site, seat, audit, follows):
    """By its own word, or as it is the same start of the same PC: what it did meanwhile nobody tells."""
    lived(site, seat)
    last = site.clock.wall()
    site.clock.run(2 * HOUR)
    retire(site)
    site.clock.run(3 * DAY)
    other = site.enrol("pc-2")
    other.start(**({"follows": PC} if follows else {}))
    [gap] = open_gaps(audit())
    assert (gap.kind, gap.seat, gap.start, gap.end) == ("retired", PC, last, site.clock.wall())


def test_another_pc_is_another_pc(site, seat, audit):
    """And one that was off in between has nothing to hide."""
    seat.stop()
    retire(site)
    site.clock.run(DAY)
    site.clock.reboot()
    site.enrol("pc-2").start(follows=PC)
    assert open_gaps(audit()) == []


def test_a_log_that_begins_later_knows_it_still(site, seat):
    """Else its key, or its name, could come back."""
    retire(site)
    keeping = Keeping()
    for index, data in enumerate(site.log.entries()):
        keeping.take(index, data)
    assert "seat.retired" in {str(entry.decode(site.log.entry(at)).__struct_config__.tag) for at in keeping.kept()}


@pytest.mark.parametrize("stopped", [True, False])
def test_a_report_misses_it_until_then(site, seat, stopped):
    """Off, or out of sight; after that it is nobody's."""
    if stopped:
        seat.stop()
    site.deliver()
    since = site.clock.wall()
    site.clock.run(5 * HOUR)
    retire(site)
    told = []

    class Counting:
        def alive(self, *_):
            pass

        def gap(self, _, seat, start, end, how):
            told.append((seat, start, end, how))

    watched = Watched(Counting())
    for index, data in enumerate(site.log.entries()):
        watched.take(index, entry.decode(data))
    watched.finish(AGENT, site.clock.wall() + 30 * DAY)
    assert told == [(PC, since, site.clock.wall(), "off" if stopped else "lost")]
