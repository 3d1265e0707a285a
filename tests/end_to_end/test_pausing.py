"""A game that is paused: its window is asked to close, it has its time to save, and the log can be checked."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.end_to_end.test_saving import GAME, SAVE_S, limited, own  # noqa: F401 - a fixture
from tests.system import SOAK, until

pytestmark = [pytest.mark.root, pytest.mark.timeout(240)]


@pytest.mark.usefixtures("manager")
def test_a_paused_game_saves_and_closes(house, child, display, limited):  # noqa: F811 - the fixture
    """It was warned of an end by then; else it would have a minute, which `make soak` waits for."""
    game = own(child, GAME, "game.py")
    limited(game)
    if SOAK:
        house("limit", "na", "none", "--game", "tiny")
    file = Path(child.entry.pw_dir) / "file"
    play = child.start(shutil.which("python3", path="/usr/bin"), str(game), str(file), "1", DISPLAY=display)
    until(lambda: (one := house.game("na", "tiny")) and one["running"])
    assert house.json("pause", "na", "--reason", "dinner")["players"] == [{"id": "na", "name": "Na", "paused": ""}]
    assert play.wait(90) == 0
    assert file.read_text() == "saved"
    until(lambda: not house.game("na", "tiny")["running"])
    due, ended = house.entries("play.due", "play.ended")
    warned = house.entries("warned")[-1]
    assert (due["rule"], due["grace"], due["paused"]["until"], ended["how"]) == ("pause", SAVE_S * 1000, None, "asked")
    assert due["mono"] - warned["mono"] >= (59_000 if SOAK else 1_000)
    report, code = house.verify()
    assert (code, report["ok"], [one["kind"] for one in report["findings"] if one["kind"] == "pause"]) == (0, True, ["pause"])
