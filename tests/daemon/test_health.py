"""An Issue is raised once and cleared once; its words follow what is wrong with it."""

from __future__ import annotations

from daemon.health import Health
from daemon.trusted import Reading
from tests.daemon.world import NOON


def test_the_words_follow_and_nobody_is_told_twice():
    """Without news of its own a report changes nothing."""
    told = []
    health = Health(lambda: Reading("b", 0, 0, (NOON,)), lambda issue, raised, _: told.append((issue.id, raised)))
    for details in ("one thing", "another", None):
        health.report("agent-refuses", trouble=True, details=details)
    [open_] = health.open()
    assert "(another)" in str(open_.text)
    health.report("agent-refuses", trouble=False)
    assert told == [("agent-refuses", True), ("agent-refuses", False)]
