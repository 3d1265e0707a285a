"""The main job as a family has it: root enforces, a child plays a real game, the gate refuses the next start."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from tests.system import PATIENCE, SOAK, until, zone_with_noon

pytestmark = [pytest.mark.root, pytest.mark.timeout(180)]
SOAK_ONLY = pytest.mark.skipif(not SOAK, reason="soak only: one game shows it, and another is copied below")
LIMIT_S = 6
NEAR_S = 0.1


@pytest.mark.usefixtures("manager")
@pytest.mark.parametrize("names", [
    ("luanti", "minetest"), pytest.param(("teeworlds",), marks=SOAK_ONLY),
], ids=["luanti", "teeworlds"])  # fmt: skip
def test_a_real_game_is_recognised_counted_ended_and_refused(house, child, display, need, names):
    """Recognised when the child starts it, counted, closed when asked, then refused before its first instruction."""
    program, game = need(*names), names[0]
    house.start()
    house("place", "set", "home", "--zone", zone_with_noon())  # no day begins meanwhile
    house("player", "add", "Na", "--born", "2014-05-01", "--account", child.name)
    house("policy", "use", "na", "vn-147")
    house("game", "allow", "na", game)
    house("limit", "na", str(LIMIT_S / 60), "--game", game)
    assert house.json("status")["daemon"]["watch"] == "gate"

    begun = time.monotonic()
    play = child.start(program, DISPLAY=display)
    found = until(lambda: (one := house.game("na", game)) and one["running"] and one)
    so_far = time.monotonic() - begun
    assert found["match"]
    assert 0 < found["left_s"] <= LIMIT_S
    assert found["used_s"] <= so_far + NEAR_S
    play.wait(LIMIT_S + 15 + PATIENCE)
    lasted = time.monotonic() - begun

    with pytest.raises(PermissionError):
        child.start(program, DISPLAY=display)
    spent = until(lambda: (one := house.game("na", game)) and not one["running"] and one)
    assert (spent["allowed"], spent["reason"]["rule"].startswith("house."), spent["left_s"]) == (False, True, 0.0)
    assert LIMIT_S - NEAR_S <= spent["used_s"] <= lasted + NEAR_S

    assert child.start("/bin/true").wait(PATIENCE) == 0
    a_parent_may_play(program, DISPLAY=display, HOME=str(house.home))
    assert house.game("na", game)["used_s"] == spent["used_s"]

    is_in_the_log(house)

    house("grant", "na", "1", "--reason", "rửa bát xong")
    again = child.start(program, DISPLAY=display)
    until(lambda: house.game("na", game)["running"])
    again.kill()
    again.wait()


def is_in_the_log(house):
    """Asked to close, as it had a window, which its manager closed; then refused by the gate."""
    due, refused = house.entries("play.due", "launch.refused")
    assert (due["kind"], refused["kind"]) == ("play.due", "launch.refused")
    (ended,) = (one for one in house.entries("play.ended") if one["play"] == due["play"])
    assert (ended["how"], refused["how"]) == ("asked", "gate")
    report, code = house.verify()
    assert (code, report["ok"]) == (0, True)


def a_parent_may_play(program, **env):
    """It goes on for longer than a refused game would."""
    parent = subprocess.Popen([program], env={**os.environ, **env}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with pytest.raises(subprocess.TimeoutExpired):
        parent.wait(1)
    parent.kill()
    parent.wait()


def test_a_copy_a_rename_and_the_loader_are_refused_too(house, child, display, need):
    """What the file is counts, not what it is called or how it is started."""
    program = need("teeworlds")
    house.start()
    house("player", "add", "Na", "--born", "2014-05-01", "--account", child.name)
    house("game", "add", "my-tee", "--exe", program, "--label", "VN00")
    house("limit", "na", "0")
    copy = Path(child.entry.pw_dir) / "bài tập.exe"
    copy.write_bytes(Path(program).read_bytes())
    copy.chmod(0o755)
    with pytest.raises(PermissionError):
        child.start(program)
    with pytest.raises(PermissionError):
        child.start(str(copy))
    loader = next(Path("/lib64").glob("ld-linux*"))
    assert child.start(str(loader), str(copy), DISPLAY=display).wait(PATIENCE) == -9
