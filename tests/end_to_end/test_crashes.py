"""kill -9 or TerminateProcess at any moment: what was played is counted, the log shows the gaps, nothing arrives twice."""

from __future__ import annotations

import getpass
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests.end_to_end.conftest import House
from tests.system import KILLED, SOAK, WINE, until, zone_with_noon

pytestmark = pytest.mark.timeout(900)
NO_GATE = "[gate]\nenabled = false\n"
OWN_GAMES = "[catalogue]\nshipped = false\n"  # whatever else is played on this machine meanwhile
TICK = 0.02  # seconds
NEAR = 0.1
AWAY = 60.0  # seconds: longer than the daemon ever waits before it asks an agent again that was away


@pytest.fixture(scope="module")
def house():
    """One for all these tests: starting servers takes longer than killing them."""
    with tempfile.TemporaryDirectory(prefix="gc-") as folder:
        made = House(Path(folder))
        made.configure("daemon", NO_GATE)
        made.configure("agent", OWN_GAMES)
        made.start()
        made("place", "set", "home", "--zone", zone_with_noon())  # no day begins meanwhile
        made("player", "add", "Na", "--born", "2014-05-01", "--account", getpass.getuser())
        yield made
        made.close()


class Game:
    """A game of the test's own, played by the account that runs the tests until it is ended."""

    def __init__(self, house, folder):
        name = f"tests-{os.getpid()}-{folder.name.replace('_', '-')}"  # nobody else's, whoever tests on this machine meanwhile
        self.house, self.id = house, name[:40].rstrip("-")
        self.script = folder / f"{self.id}.py"
        self.script.write_text(f"import time\ntime.sleep(900)  # {folder}\n", "utf-8")
        self.running = []
        added = house.run("giochoi", "game", "add", self.id, "--exe", str(self.script), "--label", "VN00")
        assert added.returncode in {0, 1}, added  # 1: not in force yet, if the agent was away: the daemon tries ever less often
        until(lambda: house.run("giochoi", "why", "na", self.id).returncode == 0, AWAY)
        self.gaps = len(house.verify()[0]["gaps"])

    def start(self):
        self.running.append(subprocess.Popen([sys.executable, str(self.script)], stdin=subprocess.PIPE))
        return self.running[-1]

    def seen(self):
        """Whether status says that it runs."""
        return (one := self.house.game("na", self.id)) is not None and one["running"]

    def over(self):
        return not self.seen()

    @property
    def used(self):
        return self.house.game("na", self.id)["used_s"]

    def entries(self, kind):
        return [line for line in self.house.entries(kind) if line["game"] == self.id]

    def holds(self, gaps):
        """Whether the log verifies, with so many gaps of this test's."""
        report, code = self.house.verify()
        return (code, report["ok"], len(report["gaps"]) - self.gaps) == (0, True, gaps)

    def close(self):
        for game in self.running:
            game.kill()
            game.wait()
            game.stdin.close()


@pytest.fixture
def game(house, tmp_path):
    for room in ("agent", "daemon"):
        if room not in house.servers:  # a test before this one failed halfway
            house.start(room)
    made = Game(house, tmp_path)
    yield made
    made.close()


@pytest.mark.promise("Failures: Killing the daemon loses no play")
def test_a_game_that_outlives_the_daemon_is_counted_in_full(house, game, soak):
    """Killed at random moments of one play, the daemon counts it from its first to its last second."""
    random.seed(1)
    begun = time.monotonic()
    process = game.start()
    started = time.monotonic()
    kills = soak(4, 40)
    for _ in range(kills):
        time.sleep(random.uniform(0, 0.8))
        house.kill("daemon")
        time.sleep(random.uniform(0, 0.5))
        house.start("daemon")
    until(game.seen)
    lasted = time.monotonic() - started
    process.kill()
    process.wait()
    until(game.over)
    noticed = time.monotonic() - begun
    assert lasted - NEAR < game.used < noticed + NEAR
    assert game.holds(gaps=kills)
    assert len(game.entries("play.started")) == len(game.entries("play.ended")) == 1


def test_a_game_that_ends_unseen_is_counted_to_the_first_look(house, game):
    """Its end falls into the gap: the play is closed there, marked late."""
    begun = time.monotonic()
    process = game.start()
    until(game.seen)
    house.kill("daemon")
    process.kill()
    process.wait()
    ended = time.monotonic() - begun
    time.sleep(1)
    house.start("daemon")
    looked = time.monotonic() - begun
    # The kernel tells a program's start in whole ticks: it may lie a little before ours.
    assert ended < game.used < looked + TICK
    (line,) = game.entries("play.ended")
    assert (line["how"], line["late"]) == ("gone", True)
    assert game.holds(gaps=1)


@pytest.mark.skipif(WINE and not SOAK, reason="the next one kills the agent too; here its start takes seconds")
def test_an_agent_that_is_killed_loses_nothing(house, game, soak):
    """Killed while entries go up, again and again: all of them arrive, once, in order."""
    random.seed(2)
    rounds = soak(3, 30)
    for _ in range(rounds):
        process = game.start()
        until(game.seen)
        process.kill()
        time.sleep(random.uniform(0, 0.9))
        house.kill("agent")
        time.sleep(random.uniform(0, 0.3))
        house.start("agent")
    until(game.over)
    # Of many in a minute some are told together, at its end.
    until(lambda: sum(line.get("starts", 1) for line in game.entries("play.ended")) == rounds, 90)
    assert len(game.entries("play.started")) == len(game.entries("play.ended"))
    assert game.holds(gaps=0)


@pytest.mark.promise("Failures: A dead agent changes nothing at home")
def test_a_dead_agent_changes_nothing_for_the_player(house, game):
    """The limit ends the game, the start is refused, a grant helps; all of it is in the log when the agent is back."""
    before = len(house.entries())
    house("limit", "na", "0.05", "--game", game.id)
    house.kill("agent")
    assert game.start().wait(30) != 0
    assert game.start().wait(10) == KILLED
    house("grant", "na", "5")
    again = game.start()
    until(game.seen)
    assert again.poll() is None
    status = house.json("status")
    assert "agent-away" in [one["id"] for one in status["daemon"]["issues"]]
    assert status["agent"]["unsent"] > 0
    house.start("agent")
    kinds = {line["kind"] for line in house.entries()[before:]}
    assert {"play.due", "play.ended", "launch.refused", "grant.given", "issue.raised", "issue.cleared"} <= kinds
    assert game.holds(gaps=0)
