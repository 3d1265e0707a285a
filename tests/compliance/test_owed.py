"""What the agent says is not here any more: told, and a failure where it contradicts itself or another says it."""

from __future__ import annotations

import pytest

from compliance import entry
from i18n.message import plain


def said(report):
    return [plain(one.what) for one in report.failures]


def test_erasures_and_backups_are_told(site, audit):
    """How many persons, and of which day the agent is."""
    site.agent.add(entry.Erasure, who="child", before=None, payloads=3)
    site.agent.add(entry.Erasure, who=None, before=1, payloads=3)
    site.agent.add(entry.Restored, made=0)
    site.agent.add(entry.Restored, made=site.clock.wall())
    report = audit()
    assert not said(report)
    unknown, known, erased = [plain(one.what) for one in report.audit.findings if one.kind in {"erasure", "restored"}]
    assert ("of an unknown day" in unknown, "of 20" in known, "of 1 person" in erased) == (True, True, True)


@pytest.mark.parametrize("fields", [{"who": None, "before": None}, {"who": "a", "before": 1}, {"who": "a", "payloads": -1}])
def test_an_erasure_is_of_one_person_or_of_what_was_too_old(site, audit, fields):
    """Neither both nor nothing."""
    site.agent.add(entry.Erasure, **{"who": None, "before": None, "payloads": 0, **fields})
    assert said(audit()) == ["it is neither one person's data nor what was too old"]
