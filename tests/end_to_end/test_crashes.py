"""kill -9, or TerminateProcess, at any moment: what was played is counted, the log verifies and shows the gaps, nothing arrives twice."""

from __future__ import annotations

import getpass
import random
import subprocess
import sys
import time

import pytest

from tests.system import KILLED

pytestmark = pytest.mark.timeout(900)
NO_GATE = "[gate]\nenabled = false\n"
OWN_GAMES = "[catalogue]\nshipped = false\n"  # whatever else is played on this machine meanwhile
TICK = 0.02  # seconds


@pytest.fixture
def played(house, tmp_path):
    """A house whose player is the account that runs the tests, and a game that goes on until it is ended."""
    house.configure("daemon", NO_GATE)
    house.configure("agent", OWN_GAMES)
    house.start()
    script = tmp_path / "a-game-of-tests.py"
    script.write_text(f"import time\ntime.sleep(900)  # {tmp_path}\n", "utf-8")
    house("player", "add", "Na", "--born", "2014-05-01", "--account", getpass.getuser())
    house("game", "add", "tests", "--exe", str(script), "--label", "VN00")
    games = []

    def start():
        games.append(subprocess.Popen([sys.executable, str(script)], stdin=subprocess.PIPE))
        return games[-1]

    yield start
    for game in games:
        game.kill()
        game.wait()
        game.stdin.close()


def test_a_game_that_outlives_the_daemon_is_counted_in_full(house, played, soak):
    """Killed at random moments of one play, the daemon counts it from its first to its last second."""
    random.seed(1)
    game = played()
    begun = time.monotonic()
    kills = soak(4, 40)
    for _ in range(kills):
        time.sleep(random.uniform(0, 0.8))
        house.kill("daemon")
        time.sleep(random.uniform(0, 0.5))
        house.start("daemon")
    house.until(lambda: (one := house.game("na", "tests")) and one["running"])
    game.kill()
    game.wait()
    lasted = time.monotonic() - begun
    house.until(lambda: not house.game("na", "tests")["running"])
    assert abs(house.game("na", "tests")["used_s"] - lasted) < 0.5
    report, code = house.verify()
    assert (code, report["ok"], len(report["gaps"])) == (0, True, kills)
    assert len(house.entries("play.started")) == len(house.entries("play.ended")) == 1


def test_a_game_that_ends_unseen_is_counted_to_the_first_look(house, played):
    """Its end falls into the gap: the play is closed there, marked late."""
    begun = time.monotonic()
    game = played()
    house.until(lambda: (one := house.game("na", "tests")) and one["running"])
    house.kill("daemon")
    game.kill()
    game.wait()
    ended = time.monotonic() - begun
    time.sleep(1)
    house.start("daemon")
    looked = time.monotonic() - begun
    used = house.game("na", "tests")["used_s"]
    assert ended < used < looked + TICK  # the kernel tells a program's start in whole ticks: it may lie a little before ours
    (line,) = house.entries("play.ended")
    assert (line["how"], line["late"]) == ("gone", True)
    report, code = house.verify()
    assert (code, len(report["gaps"])) == (0, 1)


def test_an_agent_that_is_killed_loses_nothing(house, played, soak):
    """Killed while entries go up, again and again: all of them arrive, once, in order."""
    random.seed(2)
    rounds = soak(3, 30)
    for _ in range(rounds):
        game = played()
        house.until(lambda: (one := house.game("na", "tests")) and one["running"])
        game.kill()
        time.sleep(random.uniform(0, 0.9))
        house.kill("agent")
        time.sleep(random.uniform(0, 0.3))
        house.start("agent")
    house.until(lambda: not house.game("na", "tests")["running"])
    assert len(house.entries("play.started")) == len(house.entries("play.ended")) == rounds
    report, code = house.verify()
    assert (code, report["ok"]) == (0, True)


def test_a_dead_agent_changes_nothing_for_the_player(house, played):
    """The limit ends the game, the start is refused, a grant helps; all of it is in the log when the agent is back."""
    house("limit", "na", "0.05", "--game", "tests")
    house.kill("agent")
    assert played().wait(30) != 0
    assert played().wait(10) == KILLED
    house("grant", "na", "5")
    again = played()
    house.until(lambda: house.game("na", "tests")["running"])
    assert again.poll() is None
    status = house.json("status")
    assert "agent-away" in [one["id"] for one in status["daemon"]["issues"]]
    assert status["agent"]["unsent"] > 0
    house.start("agent")
    kinds = {line["kind"] for line in house.entries()}
    assert {"play.due", "play.ended", "launch.refused", "grant.given", "issue.raised", "issue.cleared"} <= kinds
    report, code = house.verify()
    assert (code, report["ok"]) == (0, True)
