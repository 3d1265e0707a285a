"""A game that was ended and is kept by whoever traces it is no play."""

from __future__ import annotations

import secrets

import psutil
import pytest

from tests.bypasses.case import first
from tests.bypasses.test_counting import NEAR_S
from tests.ghosts import GAME, TRACER
from tests.system import until


def threads(path):
    """A script for python3 with two threads."""
    path.write_text(f"{GAME}# {secrets.token_hex(16)}\n", "utf-8")


@pytest.mark.parametrize("which", first("second", "first"))
def test_a_game_that_nobody_buries_is_over(case, which):
    """It is a zombie of which the kernel counts two threads; or stops for good on its way there."""
    one = case(1, make=threads)
    run = one.start(f'exec python3 -c "$TRACER" {which} python3 "$GAME"', TRACER=TRACER)
    until(one.running)
    until(lambda: not one.running())
    assert len(psutil.Process(run.process.pid).children()) == 1
    used = one.used()
    run.process.kill()
    run.over()
    (ended,) = one.entries("play.ended")
    assert ended["ms"] / 1000 == pytest.approx(used, abs=NEAR_S)
    assert used < run.at_most
