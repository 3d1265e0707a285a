"""A game that is over before anybody comes to end it: its limit finds it in what it has forked by then, and so on."""

from __future__ import annotations

import pytest

from tests import native
from tests.bypasses.case import first
from tests.bypasses.test_forks import BEGIN, RUN, own_python

SIBLINGS = "while True: sibling()"


def leaving(path):
    """Each of its processes lives for a third of a millisecond; after ten seconds or more it says so, and is over."""
    native.write(path, native.program(code=native.leaving(45_000, 500_000)).content)


@pytest.mark.skipif(not native.HERE, reason="a program made for x86-64")
@pytest.mark.parametrize("run", first('setsid --wait "$GAME" | cat', '"$GAME" | cat'))
def test_a_game_that_never_stays_is_ended(case, run):
    """cat ends with the last of them."""
    one = case(0.6, make=leaving, who="Lu")
    assert one.start(run).over()[1] == ""
    assert one.log("launch.refused")["how"] == "ended"


def test_a_game_that_goes_on_in_siblings_is_ended(case):
    """Slowly enough for their executable to be seen."""
    one = case(0.6, make=own_python, who="Lu")
    one.start(RUN, DO=BEGIN + SIBLINGS, PYTHONHOME="/usr").over()
    assert one.log("launch.refused")["how"] == "ended"
