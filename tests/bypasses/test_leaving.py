"""A game that is over before anybody comes to end it: its limit finds it in what it has forked by then, and so on."""

from __future__ import annotations

from tests.bypasses.test_forks import BEGIN, RUN, own_python

SIBLINGS = "while True: sibling()"


def test_a_game_that_goes_on_in_siblings_is_ended(case):
    """Slowly enough for their executable to be seen."""
    one = case(0.6, make=own_python)
    one.start(RUN, DO=BEGIN + SIBLINGS, PYTHONHOME="/usr").over()
    assert one.log("launch.refused")["how"] == "ended"
