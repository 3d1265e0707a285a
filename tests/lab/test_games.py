"""Real games on Debian 13 are recognised, counted, ended and refused, and other programs are left alone: docs/real-games.md."""

from __future__ import annotations

import platform
import subprocess
from pathlib import Path

import pytest

from tests.system import SOAK

LAB = Path(__file__).with_name("games")
PAGE = LAB.parents[2] / "docs/real-games.md"
FIRST = "Run of "  # how the generated part of the page begins


@pytest.mark.root
@pytest.mark.skipif(not SOAK, reason="half an hour: make soak")
@pytest.mark.skipif(platform.machine() != "x86_64", reason="Debian's Wine, and a lab, are for x86-64")
def test_real_games_are_kept_to_a_pause_and_other_programs_run():
    done = subprocess.run([LAB, "run"], stdout=subprocess.PIPE, text=True, check=False)
    assert done.stdout.startswith(FIRST), "the lab failed"
    PAGE.write_text(PAGE.read_text("utf-8").partition(FIRST)[0] + done.stdout, "utf-8")
    assert done.returncode == 0, done.stdout
