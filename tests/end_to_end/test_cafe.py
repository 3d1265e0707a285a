"""A café of five PCs, each with a network of its own: who moves keeps their time, a cable and a counter that are away lose nothing,
and report and verifier say of the day what a stopwatch says that ran beside it.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter

import pytest

from tests.accounts import account
from tests.end_to_end.linux.cafe import SETTLED, Cafe
from tests.system import PATIENCE, until, zone_with_noon

pytestmark = [pytest.mark.root, pytest.mark.linux("namespaces"), pytest.mark.timeout(600)]
LIMIT_S = 8
NEAR_S = 1.0  # between what the stopwatch started and the system's start of it, and at the end


@pytest.fixture
def cafe(home_folder):
    home_folder.chmod(0o755)
    with account() as customer:
        made = Cafe(home_folder, customer, 5)
        try:
            yield made
        finally:
            made.close()


class Game:
    """One that is played; the stopwatch stops when it is over, whoever ends it."""

    def __init__(self, cafe, pc, *command, **env):
        self.cafe, self.pc, self.begun = cafe, pc, time.monotonic()
        self.process = cafe.start(pc, *command, **env)
        self.lasted = None

    def counted(self, player, game):
        """That it is seen to run."""
        return until(lambda: (one := self.cafe.pcs[self.pc].game(player, game)) and one["running"] and one)

    def ended(self, within=PATIENCE):
        """By the daemon; at most so many seconds from now."""
        self.process.wait(within)
        self.lasted = time.monotonic() - self.begun
        return self.lasted

    def stop(self):
        self.process.kill()
        return self.ended()


@pytest.fixture
def scripts(home_folder, cafe):
    """Games of its own by their label, known at all PCs once the café is open."""
    found = {label: home_folder / f"race{label}.py" for label in ("VN00", "VN18")}
    for script in found.values():
        script.write_text("import time\ntime.sleep(900)\n", "utf-8")
        script.chmod(0o644)
    cafe.open(
        ("place", "set", "agent-without-games", "--hours", "00:00-24:00", "--zone", zone_with_noon(), "--name", "Net Sao"),
        ("policy", "use", "guest", "vn-147:guardian=false"),
        ("player", "add", "Bi", "--born", "1990-05-01"),
        ("limit", "Bi", str(LIMIT_S / 60)),
        *(("game", "add", label.lower(), "--exe", str(script), "--label", label) for label, script in found.items()),
    )
    return found


def test_a_day(cafe, scripts, display, need):
    lived = Counter()

    def play(pc, label="VN00"):
        return Game(cafe, pc, sys.executable, str(scripts[label]))

    def seen(pc, player):
        return cafe.pcs[pc].player(player)["used_s"]

    def checkin(*words):
        done = cafe.counter.json("checkin", *words)
        assert done["in_force"], done
        return done["player"]["id"]

    # A child of fourteen, an adult by the card, who plays a real game, and a guest.
    child, adult, guest = checkin("01", "--born", "2012"), checkin("02", "--born", "1990"), checkin("03", "guest")
    cafe.counter("game", "label", "luanti", "VN12", "--source", "its box")
    first, real, third = play("01"), Game(cafe, "02", need("luanti", "minetest"), DISPLAY=display), play("03")
    first.counted(child, "vn00"), third.counted(guest, "vn00"), real.counted(adult, "luanti")
    assert play("01", "VN18").ended() < PATIENCE
    assert first.process.poll() is None

    # The child moves: what they leave is ended, and their time goes along.
    cafe.counter("move", "01", "04")
    lived["minor"] += first.ended()
    assert abs(seen("04", child) - first.lasted) < NEAR_S
    again = play("04")
    again.counted(child, "vn00")
    lived["minor"] += again.stop()
    until(lambda: not cafe.pcs["04"].game(child, "vn00")["running"])
    assert abs(seen("04", child) - lived["minor"]) < NEAR_S

    # Eight minutes of a limit are eight minutes, wherever they are played.
    checkin("05", "Bi")
    hop = play("05")
    hop.counted("bi", "vn00")
    time.sleep(LIMIT_S / 2)
    lived["adult"] += hop.stop()
    until(lambda: not cafe.pcs["05"].game("bi", "vn00")["running"])
    cafe.counter("move", "05", "01")
    hop = play("01")
    lived["adult"] += hop.ended(LIMIT_S + PATIENCE)
    assert abs(lived["adult"] - LIMIT_S) < NEAR_S

    # A cable and the counter itself are away for a while.
    cafe.cable("02", plugged=False)
    cafe.counter.kill("agent")
    lived["unknown"] += third.stop()
    away = play("03")
    away.counted(guest, "vn00")
    cafe.counter.start("agent")
    cafe.cable("02", plugged=True)

    # It closes: all is told and ended.
    until(lambda: all(seat["unsent"] == 0 for seat in cafe.counter.json("seat", "list")["seats"]), SETTLED)
    cafe.counter("place", "close")
    lived["adult"] += real.ended()
    lived["unknown"] += away.ended()
    until(lambda: all(pc.json("status")["agent"]["unsent"] == 0 for pc in cafe.pcs.values()), SETTLED)

    bundle = cafe.counter.home / "day.zip"
    cafe.counter("log", "export", str(bundle))
    done = cafe.counter.run("giochoi-verify", str(bundle), "--json")
    assert done.returncode == 0, done.stdout
    assert json.loads(done.stdout)["ok"]
    print(lived, cafe.counter.json("report", "day"))
