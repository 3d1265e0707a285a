"""The main job in the Windows lab, as a user meets Windows."""

from __future__ import annotations

import pytest


@pytest.mark.promise("Windows (under Wine): A game is ended right after its start")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("game", [(), ("--game", "winemine")], ids=["stand-in", "winemine"])
def test_the_main_job(windows, game):
    """All fifteen steps: with a game that does not listen and is ended, and with one that came with the system and closes."""
    said = windows("giochoi", "demo", "--seconds", "6", "--lang", "en", *game)
    assert said.count("✓") == 15
    assert ("it was ended after 3 sec to save" in said) is (not game)
    assert ("it closed when asked" in said) is bool(game)
