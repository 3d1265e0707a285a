"""What the agent says is not here any more: told, and a failure where it contradicts itself or another says it."""

from __future__ import annotations

import pytest

from compliance.entries.log import Erasure, Restored
from compliance.format.chain import AGENT
from compliance.verifying import owed
from compliance.verifying.report import Gap
from i18n.message import plain

HOUR = 3_600_000


def said(report):
    return [plain(one.what) for one in report.failures]


def test_erasures_and_backups_are_told(site, audit):
    """How many persons, and of which day the agent is."""
    site.agent.add(Erasure, who="child", before=None, payloads=3)
    site.agent.add(Erasure, who=None, before=1, payloads=3)
    site.agent.add(Restored, made=0)
    site.agent.add(Restored, made=site.clock.wall())
    report = audit()
    assert not said(report)
    unknown, known, erased = [plain(one.what) for one in report.audit.findings if one.kind in {"erasure", "restored"}]
    assert ("of an unknown day" in unknown, "of 20" in known, "of 1 person" in erased) == (True, True, True)


@pytest.mark.parametrize("fields", [{"who": None, "before": None}, {"who": "a", "before": 1}, {"who": "a", "payloads": -1}])
def test_an_erasure_is_of_one_person_or_of_what_was_too_old(site, audit, fields):
    """Neither both nor nothing."""
    site.agent.add(Erasure, **{"who": None, "before": None, "payloads": 0, **fields})
    assert said(audit()) == ["it is neither one person's data nor what was too old"]


def test_an_erasure_excuses_no_names_that_are_missing(site, audit):
    """It deleted names of yesterday, which are kept for six months."""
    site.agent.add(Erasure, who=None, before=site.clock.wall() - 24 * HOUR, payloads=0)
    told = [plain(one.what) for one in audit().audit.findings if one.kind == "erased"]
    assert told == ["it deleted names that were not six months old (1 time)"]


@pytest.mark.parametrize(("hours", "made", "kind", "explained"), [
    (0.5, 0.5, "restored", True), (30, 30, "restored", False), (30, 10, "lost", False), (0.5, None, "lost", False),
])  # fmt: skip
def test_a_backup_that_was_put_back_is_why_a_seat_was_lost(site, seat, audit, hours, made, kind, explained):
    """Not where the gap is older than the backup. What is missing of many hours somebody has to explain all the same."""
    since = site.clock.wall()
    site.deliver()
    site.clock.run(int(hours * HOUR))
    if made is not None:
        site.agent.add(Restored, made=site.clock.wall() - int(made * HOUR))
    site.enrol("home-pc-2").start(clean=False, lost_from=since, follows="home-pc")
    del site.seats["home-pc"]  # which seals nothing more
    assert [(gap.kind, gap.explained) for gap in audit().audit.gaps if gap.seat == "home-pc-2"] == [(kind, explained)]


def test_a_seat_that_goes_on_as_it_was_was_not_put_back(site, seat, audit):
    """Its PC goes on as a new seat, so whoever says so of half an hour that is missing has only said so."""
    since = site.clock.wall()
    site.clock.run(HOUR // 2)
    site.agent.add(Restored, made=since)
    seat.start(clean=False, lost_from=since)
    assert [(gap.kind, gap.explained) for gap in audit().audit.gaps if gap.seat == "home-pc"] == [("lost", False)]


@pytest.mark.parametrize(("at", "kind"), [(-2 * HOUR, "withheld"), (HOUR, "restored"), (6 * HOUR, "withheld")])
def test_what_a_seat_wrote_for_an_agent_that_was_put_back_is_missing_for_that_reason(at, kind):
    """It was heard all the same. That it is missing nobody has explained by that."""
    found, common = owed.Owed(), {"seat": AGENT, "boot": "b", "prev": "", "mono": 0, "seq": 1}
    found.take("there", Restored(**common, wall=9 * HOUR + at, made=0))
    (gap,) = found.gaps([Gap("pc", 9 * HOUR, 14 * HOUR, explained=False, kind="withheld")], {"pc": HOUR})
    assert (gap.kind, gap.explained) == (kind, False)


def test_a_log_full_of_backups_is_not_gone_through_for_each_gap(monkeypatch):
    """No more than a thousand are asked about each, whichever a gap is of."""
    asked, about = [], owed.about
    monkeypatch.setattr(owed, "about", lambda *of: asked.append(of) or about(*of))
    common = {"seat": AGENT, "boot": "b", "prev": "", "mono": 0}
    found = owed.Owed()
    for seq in range(1, 1_501):
        found.take("there", Restored(**common, seq=seq, wall=seq * HOUR, made=(seq - 1) * HOUR))
    gaps = [Gap("pc", end - HOUR // 2, end, explained=False, kind="lost") for end in (HOUR, *[9_999 * HOUR] * 9)]
    assert [gap.kind for gap in found.gaps(gaps, {"pc": HOUR})] == ["restored", *["lost"] * 9]
    assert len(asked) <= len(gaps) * 1_000
