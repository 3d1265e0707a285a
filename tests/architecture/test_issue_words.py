"""Whoever reads of trouble reads words: a guardian in status, an inspector in the report, of one set of ids."""

from __future__ import annotations

from compliance.verifying.issues import issue
from daemon.api.issues import ISSUES


def test_each_issue_has_its_words_in_the_inspectors_report():
    """A bare id tells an inspector nothing; one of a newer daemon is told as it is."""
    assert [id_ for id_ in ISSUES if issue(id_) == id_] == []
    assert issue("of-tomorrow") == "of-tomorrow"
