"""A parent gives time from the icon in a panel, and a game that runs goes on for longer."""

from __future__ import annotations

from contextlib import suppress

import pytest

from tests.desk import Desk, needed
from tests.system import ours, until, zone_with_noon

MORE = "An: 15 min more"
pytestmark = [pytest.mark.root, pytest.mark.timeout(180)]


@pytest.fixture
def desk(need):
    needed(need, "xfce4-panel")
    found = Desk()
    yield found
    found.close()


def test_fifteen_minutes_from_the_menu_prolong_a_game_that_runs(house, child, display, desk, need):
    """In force at once, and in the log; the icon counts on from there."""
    program = need("teeworlds")
    house.configure("daemon", "[gate]\nenabled = false\n")
    house.start()
    house("place", "set", "home", "--zone", zone_with_noon())
    house("player", "add", "An", "--born", "2014-05-01", "--account", child.name)
    house("game", "allow", "an", "teeworlds")
    house("limit", "an", "5", "--game", "teeworlds")
    play = child.start(program, DISPLAY=display)
    until(lambda: (one := house.game("an", "teeworlds")) and one["running"])

    desk.open_panel()
    desk.start(*ours("giochoi-tray"), "--home", str(house.home), "--lang", "en")
    until(lambda: desk.told("IconName").startswith("giochoi-soon-"))
    until(lambda: MORE in desk.rows())
    for _ in range(8):  # keys that come before the menu listens go to nobody
        if house.entries("grant.given"):
            break
        desk.open_menu()
        desk.tool("key", "--delay", "60", *["Down"] * (desk.rows().index(MORE) + 1), "Return")
        with suppress(AssertionError):
            until(lambda: house.entries("grant.given"), 5)
        desk.tool("key", "Escape")

    until(lambda: house.game("an", "teeworlds")["left_s"] > 900)
    until(lambda: desk.told("IconName") in {"giochoi-playing-19", "giochoi-playing-18"})
    answers = until(lambda: [text for text in desk.rows() if text.startswith("✓ An")])
    assert "until" in answers[0], answers
    assert play.poll() is None
    (grant,) = house.entries("grant.given")
    assert grant["ms"] == 900_000
