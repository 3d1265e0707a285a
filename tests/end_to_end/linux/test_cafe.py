"""A café whose PCs have a network each: who moves keeps their time, a cable and a counter that are away lose nothing, and
report and verifier say of the day what a stopwatch says that ran beside it.
"""

from __future__ import annotations

import sys
import time

import psutil
import pytest

from tests.accounts import account
from tests.end_to_end.linux.cafe import SETTLED, Cafe, ended_inside
from tests.system import PATIENCE, until, zone_with_noon

pytestmark = [pytest.mark.root, pytest.mark.timeout(600)]
LIMIT_MIN = 10
AWAY_S = 5
NEAR_S = 1.0  # between what the stopwatch started and the system's start of it, and at the end


class Game:
    """One that is played; the stopwatch stops when it is over, whoever ends it."""

    def __init__(self, cafe, pc, player, game, command, **env):
        self.cafe, self.pc, self.player, self.game = cafe, pc, player, game
        self.begun = time.monotonic()
        self.process = cafe.start(pc, *command, **env)

    def seen(self):
        """How it stands at its PC, once it is there at all."""
        return until(lambda: self.cafe.pcs[self.pc].game(self.player, self.game), PATIENCE)

    def counted(self):
        """That it is seen to run."""
        until(lambda: self.seen()["running"])
        return self

    def ended(self):
        """By the daemon; how many seconds it ran."""
        self.process.wait(PATIENCE)
        return time.monotonic() - self.begun

    def stop(self):
        """By who plays it, once it was counted; how many seconds it ran."""
        ended_inside(self.process, psutil.Process.kill)
        ran = self.ended()
        until(lambda: not self.seen()["running"])
        return ran


class Day:
    """A public place's day over real cables, with two games of its own called by their label."""

    def __init__(self, cafe, folder):
        self.cafe = cafe
        self.scripts = {label: folder / f"race{label}.py" for label in ("vn00", "vn18")}
        for label, script in self.scripts.items():
            script.write_text(f"import time  # {label}\ntime.sleep(900)\n", "utf-8")
            script.chmod(0o644)
        self.cafe.open(
            ("place", "set", "agent-without-games", "--hours", "00:00-24:00", "--zone", zone_with_noon(), "--name", "Net Sao"),
            ("policy", "use", "guest", "vn-147:guardian=false"),
            *(("game", "add", label, "--exe", str(script), "--label", label) for label, script in self.scripts.items()),
        )

    def checkin(self, *words):
        done = self.cafe.counter.json("checkin", *words)
        assert done["in_force"], done
        return done["player"]["id"]

    def play(self, pc, player, game="vn00"):
        return Game(self.cafe, pc, player, game, (sys.executable, str(self.scripts[game])))

    def used(self, pc, player):
        return self.cafe.pcs[pc].player(player)["used_s"]

    def heard(self, seconds):
        """The counter knows the end of a play of that length; till then it takes it that they play there."""
        def ended():
            lines = [line["entry"] for line in self.cafe.counter.json("log", "show", "--last", "1000")["entries"]]
            return [line["ms"] / 1000 for line in lines if line["kind"] == "play.ended"]

        until(lambda: any(abs(ran - seconds) < NEAR_S for ran in ended()))

    def told(self):
        """The place closes, and all is with the counter."""
        self.cafe.counter("place", "close")
        until(lambda: all(pc.json("status")["agent"]["unsent"] == 0 for pc in self.cafe.pcs.values()), SETTLED)

    def reported(self):
        """Seconds of the day by age group, from the log, which anyone can check."""
        bundle = self.cafe.counter.home / "day.zip"
        self.cafe.counter("log", "export", str(bundle))
        done = self.cafe.counter.run("giochoi-verify", str(bundle), "--json")
        assert done.returncode == 0, done.stdout
        seconds = {}
        for line in self.cafe.counter.json("report", "day")["figures"]["time"]:
            seconds[line["group"]] = seconds.get(line["group"], 0) + line["seconds"]
        return seconds


@pytest.fixture
def cafe(home_folder):
    home_folder.chmod(0o755)
    with account() as customer:
        made = Cafe(home_folder, customer)
        try:
            made.furnish(3)
            yield made
        finally:
            made.close()


@pytest.fixture
def day(cafe, home_folder):
    return Day(cafe, home_folder)


def test_who_moves_keeps_their_time_and_limit(cafe, day):
    """What nobody of that age may play is ended; a limit is used up wherever they play."""
    cafe.counter("player", "add", "Bi", "--born", "1990-05-01")
    cafe.counter("limit", "Bi", str(LIMIT_MIN))
    child = day.checkin("01", "--born", "2012")
    day.play("01", child, "vn18").ended()
    minor = day.play("01", child).counted().stop()
    cafe.counter("move", "01", "03")
    until(lambda: abs(day.used("03", child) - minor) < NEAR_S)
    minor += day.play("03", child).counted().stop()
    assert abs(day.used("03", child) - minor) < NEAR_S

    day.checkin("02", "Bi")
    hop = day.play("02", "bi").counted()
    time.sleep(AWAY_S)
    adult = hop.stop()
    day.heard(adult)
    cafe.counter("move", "02", "01")
    again = day.play("01", "bi").counted()
    until(lambda: day.used("01", "bi") > adult)
    adult += again.stop()
    assert day.used("01", "bi") == pytest.approx(adult, abs=NEAR_S)
    assert cafe.pcs["01"].player("bi")["left_s"] == pytest.approx(LIMIT_MIN * 60 - adult, abs=NEAR_S)

    day.told()
    assert day.reported() == pytest.approx({"minor": minor, "adult": adult}, abs=NEAR_S)


def test_a_cable_and_a_counter_that_are_away_lose_nothing(cafe, day, display, need):
    """A real game goes on meanwhile, and all of it is told afterwards."""
    luanti = need("luanti", "minetest")
    cafe.counter("game", "label", "luanti", "VN12", "--source", "its box")
    adult, guest = day.checkin("01", "--born", "1990"), day.checkin("02", "guest")
    real = Game(cafe, "01", adult, "luanti", (luanti,), DISPLAY=display).counted()
    cafe.cable("01", plugged=False)
    cafe.counter.kill("agent")
    unknown = day.play("02", guest).counted().stop()
    last = day.play("02", guest).counted()
    time.sleep(AWAY_S)
    assert all(cafe.pcs[pc].json("status")["agent"]["unsent"] for pc in ("01", "02"))
    cafe.counter.start("agent")
    cafe.cable("01", plugged=True)
    lived = {"adult": real.stop(), "unknown": unknown + last.stop()}
    day.told()
    assert day.reported() == pytest.approx(lived, abs=NEAR_S)
