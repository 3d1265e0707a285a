"""The main job in the Windows lab, as a user meets Windows."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.system import SOAK


@pytest.mark.promise("Windows (under Wine): A game is ended right after its start")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("game", [(), ("--game", "winemine")], ids=["stand-in", "winemine"])
def test_the_main_job(windows, game):
    """All fifteen steps: with a game that does not listen and is ended, and with one that came with the system and closes."""
    said = windows("giochoi", "demo", "--seconds", "6", "--lang", "en", *game)
    assert said.count("✓") == 15
    assert ("it was ended after 3 sec to save" in said) is (not game)
    assert ("it closed when asked" in said) is bool(game)


@pytest.mark.skipif(not SOAK, reason="soak: five minutes, and services of its own")
@pytest.mark.timeout(1200)
def test_the_main_job_of_a_game_point(lab, tmp_path):
    """What Wine can show of the fifteen steps that a real Windows goes through (main_job.py)."""
    programs = Path(os.environ.get("GIOCHOI_LAB", "/var/cache/giochoi-lab")) / "windows/programs"
    done = subprocess.run([lab, "run", "python", lab.with_name("main_job.py"), programs, tmp_path / "out"],
                          input="", capture_output=True, encoding="utf-8", check=False)  # fmt: skip
    assert (done.returncode, done.stdout.count(": passed (")) == (0, 4), done.stdout
