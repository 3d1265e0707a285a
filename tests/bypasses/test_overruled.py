"""What guardians put before the rules, at the gate of a real seat: a pause, which no start gets round, and `off`."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

PLAYS = '"$GAME" "$PLAY"'


@contextmanager
def said(case, *words, undo):
    """It holds meanwhile."""
    case.house(*words)
    try:
        yield
    finally:
        case.house(*undo)


def test_the_gate_refuses_while_paused(case):
    """Whatever the limits say and whatever is given, over a killed daemon; after it the game starts."""
    made = case(limit=None)
    with said(made, "pause", "Na", "--reason", "dinner", undo=("resume", "Na")):
        made.refused(PLAYS)
        given = made.house.json("grant", "Na", "5")
        assert given["still"]["rule"] == "pause"
        made.house("game", "allow", "Na", made.id)
        made.house.kill("daemon")
        made.house.start("daemon")
        made.refused(PLAYS)
        made.house("revoke", given["id"])
    with made.played(PLAYS):
        pass
    assert made.log("launch.refused")["rule"] == "pause"
    report, code = made.house.verify()
    assert (code, report["failures"]) == (0, [])


def test_a_child_cannot_resume(case):
    """Nor switch off, nor pause a brother."""
    made = case(limit=None)
    with said(made, "pause", "all", undo=("resume", "all")):
        for words in (("resume", "Na"), ("resume", "all"), ("pause", "Bi"), ("off", "5", "--reason", "please")):
            code, told = made.giochoi(*words)
            assert (code, "only a guardian may do that" in told) == (1, True), told
        made.refused(PLAYS)


@pytest.mark.parametrize("strict", [False, True], ids=["a game over its limit", "a program that is not installed"])
def test_nothing_is_refused_or_ended_while_off(case, strict):
    """Once it is over, everything is refused again."""
    made = case(strict=strict)
    script = 'cp /bin/dash own && ./own "$PLAY"' if strict else PLAYS
    made.refused(script)
    with said(made, "off", "5", "--reason", "birthday", undo=("off", "0")):
        run = made.start(script)
        run.go()
        assert run.over()[0] == 0
        assert made.ran.exists()
    made.refused(script)
    report, code = made.house.verify()
    assert (code, report["failures"]) == (0, [])
