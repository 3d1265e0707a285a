"""A public place whose counter says who plays: at the PC it is in force at once, counted for them alone, and in the log."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.system import until, zone_with_noon

NO_GATE = "[gate]\nenabled = false\n"


@pytest.fixture
def point(house, tmp_path):
    """Two games of its own, for everybody and for adults."""
    house.configure("daemon", NO_GATE)
    house.configure("agent", "[catalogue]\nshipped = false\n")
    house.start()
    # At a game point its daemon would end what other tests run as guests' unknown programs.
    house("place", "set", "agent-without-games", "--hours", "00:00-24:00", "--zone", zone_with_noon())
    house("policy", "use", "guest", "vn-147:guardian=false")
    house("limit", "guest", "30")
    house.scripts = {}
    for label in ("VN00", "VN18"):
        script = tmp_path / f"counter{label}.py"
        script.write_text(f"import time\ntime.sleep(900)  # {script}\n", "utf-8")
        house("game", "add", label.lower(), "--exe", str(script), "--label", label)
        house.scripts[label] = script
    house.seat = next(one["id"] for one in house.json("seat", "list")["seats"])
    return house


def test_who_is_checked_in_plays_as_themselves(point):
    """A child of fourteen plays what is for them, and the time is theirs; the next customer begins anew."""
    child = point.json("checkin", point.seat, "--born", "2012")
    assert (child["in_force"], child["allowed"], child["player"]["age_band"]) == (True, True, "12-15")
    game = subprocess.Popen([sys.executable, str(point.scripts["VN00"])])
    adults = subprocess.Popen([sys.executable, str(point.scripts["VN18"])])
    try:
        assert until(lambda: adults.poll() is not None)
        until(lambda: (one := point.game(child["player"]["id"], "vn00")) and one["running"] and one["used_s"] > 1)
        assert game.poll() is None
        [row] = point.json("who")["seats"]
        assert (row["player"], row["age_band"], row["how"]) == (child["player"]["id"], "12-15", "born")
    finally:
        game.kill()
        game.wait()
    until(lambda: not point.game(child["player"]["id"], "vn00")["running"])
    assert point.json("grant", child["player"]["id"], "15")["id"]
    point("game", "remove", "vn18", "--yes")  # another list of players: what was given stays
    assert point.json("grants")["grants"][0]["revoked"] is None
    [seat] = point.json("seat", "list")["seats"]
    assert seat["player"]["id"] == child["player"]["id"]
    adult = point.json("checkin", point.seat, "--born", "1990")
    assert point.player(adult["player"]["id"])["used_s"] == 0
    assert point("checkin", point.seat, "--card", "no card", code=2) == ""
    point("checkout", point.seat)
    kinds = [line["kind"] for line in point.entries("checkin", "checkout", "play.started", "launch.refused")]
    assert kinds.count("checkin") == kinds.count("checkout") == 2
    assert kinds.count("play.started") == 1
    assert "launch.refused" in kinds
    report, code = point.verify()
    assert code == 0, report
