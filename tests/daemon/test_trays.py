"""Where a platform keeps trays, it does so as long as the seat runs, and hears of who comes and goes. Linux has none."""

from __future__ import annotations

from dataclasses import replace

from daemon.wiring import Daemon
from tests.daemon.world import roster


class Trays:
    def __init__(self):
        self.said = []

    def start(self):
        self.said.append("start")

    def look(self):
        self.said.append("look")

    def stop(self):
        self.said.append("stop")


def test_they_are_kept_from_start_to_stop(world):
    trays = Trays()
    built = Daemon(world.home, world.clock, replace(world.platform.parts, displays=trays))
    try:
        built.start()
        built.seat.look_again()
        built.seat.stop()
    finally:
        built.close()
    assert trays.said == ["start", "look", "stop"]


def test_a_seat_without_them(world):
    world.start(roster())
    assert world.seat.displays is None
