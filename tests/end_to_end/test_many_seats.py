"""One agent and the PCs of its place, each with a home of its own: what is played anywhere is in the one log, once."""

from __future__ import annotations

import getpass
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests.end_to_end.conftest import House
from tests.served_agent import free_port
from tests.system import until, zone_with_noon

pytestmark = pytest.mark.timeout(900)
NO_GATE = "[gate]\nenabled = false\n"
OWN_GAMES = "[catalogue]\nshipped = false\n"
AWAY = 60.0  # seconds: longer than a daemon ever waits before it asks an agent again that was away


class Point:
    """The agent's PC, and two that joined it."""

    def __init__(self, folder: Path) -> None:
        self.agent, self.seats = House(folder / "a"), [House(folder / "b"), House(folder / "c")]
        for house in self.houses:
            house.home.mkdir(mode=0o755)

    def open(self):
        self.agent.configure("agent", OWN_GAMES)
        self.agent.start("agent")
        self.agent("place", "set", "home", "--zone", zone_with_noon())
        self.agent("player", "add", "Na", "--born", "2014-05-01", "--account", getpass.getuser())
        self.served = self.agent.json("place", "serve", f"127.0.0.1:{free_port()}")
        string = self.agent.json("seat", "invite", "--many", "2", "--minutes", "30")["string"]
        self.joined = []
        for house in self.seats:
            house.configure("daemon", NO_GATE)
            self.joined.append(house.json("seat", "enrol", string))
            house.start("uplink", "daemon")

    @property
    def houses(self):
        return (self.agent, *self.seats)

    def listed(self):
        """By its id, how the agent shows each seat."""
        return {seat["id"]: seat for seat in self.agent.json("seat", "list")["seats"]}

    def arrived(self):
        """Whether nothing of any seat waits any more."""
        return all(house.json("status")["agent"]["unsent"] == 0 for house in self.seats)

    def entries(self, kind):
        """Those of this kind in the one log."""
        return [line["entry"] for line in self.agent.json("log", "show", "--last", "100000")["entries"]
                if line["entry"]["kind"] == kind]  # fmt: skip

    def exported(self):
        """What the verifier says of the log of the whole place, and its exit code."""
        bundle = self.agent.home / "place.zip"
        self.agent("log", "export", str(bundle))
        done = self.agent.run("giochoi-verify", str(bundle), "--json")
        bundle.unlink()
        return json.loads(done.stdout), done.returncode

    def close(self):
        for house in reversed(self.houses):
            house.close()


@pytest.fixture(scope="module")
def point():
    """One for all these tests: starting so many servers takes longer than killing them."""
    with tempfile.TemporaryDirectory(prefix="gc-") as folder:
        made = Point(Path(folder))
        try:
            made.open()
            yield made
        finally:
            made.close()


class Game:
    """A game of the test's own, which both seats' daemons see: they watch the same machine."""

    def __init__(self, point, folder):
        self.point, self.id = point, f"tests-{os.getpid()}-{secrets.token_hex(4)}"
        self.script = folder / f"{self.id}.py"
        self.script.write_text(f"import time\ntime.sleep(900)  # {folder}\n", "utf-8")
        self.running = []
        point.agent("game", "add", self.id, "--exe", str(self.script), "--label", "VN00")
        for house in point.seats:
            until(lambda house=house: house.run("giochoi", "why", "na", self.id).returncode == 0, AWAY)

    def seen(self, house):
        return (one := house.game("na", self.id)) is not None and one["running"]

    def play(self, meanwhile=lambda: None):
        """A play from beginning to end, seen by every seat."""
        process = subprocess.Popen([sys.executable, str(self.script)], stdin=subprocess.PIPE)
        self.running.append(process)
        until(lambda: all(map(self.seen, self.point.seats)))
        meanwhile()
        process.kill()
        process.wait()
        until(lambda: not any(map(self.seen, self.point.seats)))

    def plays(self, kind):
        """Of each seat, how many, once all of them are in the log."""
        until(self.point.arrived, AWAY)
        return self.count(kind)

    def count(self, kind):
        found = [line["seat"] for line in self.point.entries(kind) if line["game"] == self.id]
        return {joined["seat"]: found.count(joined["seat"]) for joined in self.point.joined}

    def close(self):
        for process in self.running:
            process.kill()
            process.wait()
            process.stdin.close()


def has(house, issue):
    return issue in [one["id"] for one in house.json("status")["daemon"]["issues"]]


@pytest.fixture
def game(point, tmp_path):
    made = Game(point, tmp_path)
    yield made
    made.close()


def test_each_seat_knows_its_agent_and_the_agent_its_seats(point):
    """Rosters arrive; both sides name the same key; what is registered there is managed there."""
    for house, joined in zip(point.seats, point.joined, strict=True):
        until(lambda house=house: [one["id"] for one in house.json("status")["players"]] == ["na"], AWAY)
        agent = house.json("status")["agent"]
        assert (agent["reachable"], agent["address"]) == (True, point.served["address"])
        assert agent["fingerprint"] == joined["fingerprint"] == point.served["fingerprint"]
        for words in (("player", "list"), ("seat", "list"), ("limit", "na", "30"), ("log", "show"), ("place", "show")):
            done = house.run("giochoi", *words)
            assert (done.returncode, done.stdout) == (1, ""), done
            assert f"managed by agent {point.served['address']}" in done.stderr
    listed = until(lambda: (seats := point.listed()) and all(seat["version"] for seat in seats.values()) and seats)
    assert listed.keys() == {joined["seat"] for joined in point.joined}
    for seat in listed.values():
        assert {"id", "name", "key", "anchored", "last_seen", "watch", "version", "unsent", "player", "issues"} <= seat.keys()
        assert (seat["anchored"], seat["player"], seat["watch"] in {"events", "poll"}) == (True, None, True)
        assert isinstance(seat["unsent"], int)
        assert seat["last_seen"] is not None


def test_what_is_played_at_either_is_in_the_one_log(point, game):
    """Under each seat's own name, and the log of the place verifies."""
    game.play()
    assert set(game.plays("play.started").values()) == set(game.plays("play.ended").values()) == {1}
    report, code = point.exported()
    assert (code, report["ok"]) == (0, True)
    assert {joined["seat"] for joined in point.joined} <= {line["seat"] for line in point.entries("seat.start")}


@pytest.mark.parametrize("room", ["agent", "uplink"])
def test_whoever_is_killed_on_the_way_loses_nothing(point, game, room):
    """While a game runs, and as its entries go up: all arrive when it is back, once, and limits held meanwhile."""
    houses = [point.agent] if room == "agent" else point.seats

    def away():
        for house in houses:
            house.kill(room)

    def back():
        for house in houses:
            house.start(room)

    rounds = 2
    for _ in range(rounds):
        game.play(away)
        assert all(house.json("status")["agent"]["unsent"] > 0 for house in point.seats)
        until(lambda: not any(house.json("status")["agent"]["reachable"] for house in point.seats))
        back()
        until(lambda: all(house.json("status")["agent"]["reachable"] for house in point.seats), AWAY)
        game.play()
        time.sleep(0.3)  # into what goes up after it
        away()
        back()
    wanted = {joined["seat"]: 2 * rounds for joined in point.joined}
    assert (game.plays("play.started"), game.plays("play.ended")) == (wanted, wanted)
    report, code = point.exported()
    assert (code, report["ok"]) == (0, True)


def test_a_seat_that_is_retired_is_told_so(point, game):
    """It shows that, records on, and its records go nowhere; the other one's do."""
    (gone, other), joined = point.seats, point.joined
    point.agent("seat", "retire", joined[0]["seat"], "--reporting", "--yes", "--reason", "stolen")
    until(lambda: has(gone, "seat-retired"), AWAY)
    game.play()
    until(lambda: other.json("status")["agent"]["unsent"] == 0)
    assert gone.json("status")["agent"]["unsent"] > 0
    assert game.count("play.started") == {joined[0]["seat"]: 0, joined[1]["seat"]: 1}
    report, code = point.exported()
    assert (code, report["ok"]) == (0, True)


def test_a_seat_that_was_retired_joins_anew(point):
    """With a chain of its own, as it is an administrator who enrols it; the log of the place still verifies."""
    (back, _), (was, _) = point.seats, point.joined
    again = back.json("seat", "enrol", point.agent.json("seat", "invite")["string"])
    assert again["seat"] != was["seat"]
    for room in ("daemon", "uplink"):
        back.end(room)
    back.start("uplink", "daemon")
    until(lambda: not has(back, "agent-refuses") and point.arrived(), AWAY)
    (follows,) = (seat for seat in point.listed().values() if seat["follows"] == was["seat"])
    assert (follows["id"], follows["pc"], follows["reporting"]) == (again["seat"], again["seat"], True)
    report, code = point.exported()
    assert (code, report["ok"]) == (0, True)
