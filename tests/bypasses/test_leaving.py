"""A game that is over before anybody comes to end it: its limit finds it in what it has forked by then, and so on."""

from __future__ import annotations

import pytest

from tests.bypasses.test_forks import BEGIN, RUN, own_python

ONE_AFTER_THE_OTHER = "while True: fork()"
EACH_IN_A_SESSION = "while True: fork(); os.setsid()"
SIBLINGS = "while True: sibling()"


@pytest.mark.parametrize("do", [ONE_AFTER_THE_OTHER, EACH_IN_A_SESSION, SIBLINGS], ids=["forks", "sessions", "siblings"])
def test_a_game_that_never_stays_is_ended(case, do):
    """Each of its processes lives for a moment only; cat ends with the last of them."""
    one = case(0.6, make=own_python)
    one.start(RUN, DO=BEGIN + do, PYTHONHOME="/usr").over()
    assert one.used() > 0
    assert one.log("launch.refused")["how"] == "ended"
