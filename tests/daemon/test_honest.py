"""What an honest seat writes accuses nobody: whatever happens to its PC, the verifier finds nothing that cannot be so."""

import random

import pytest

from compliance.audit import Auditor
from i18n.message import plain
from tests.daemon.world import HOUR, MINUTE, limit, roster

DAY = 24 * HOUR
TOLD = {"late-play", "due-again", "overrun", "issue", "clock-jump", "clock-back", "clock-dip", "pack", "unchecked"}


def audited(lines):
    auditor = Auditor({})
    for index, line in enumerate(lines):
        auditor.take(index, line)
    return auditor.finish()


def said(found):
    return [f"{plain(one.where)}: {plain(one.what)}" for one in found]


class Owner:
    """Does with the PC what people do, as the dice have it."""

    def __init__(self, world, seed):
        self.world, self.dice = world, random.Random(seed)
        self.running, self.pid, self.steps = {}, 100, []
        world.start(roster(packs=(limit(90),)))

    def go_on(self):
        name = self.dice.choice(self.choices())
        self.steps.append(name)
        getattr(self, name)()

    def choices(self):
        return ["play", "play", "leave", "leave", "wait", "wait", "wait", "sleep", "crash", "restart", "reboot", "cut", "nudge"]

    def play(self):
        self.pid += 1
        game = self.dice.choice(["luanti", "teeworlds"])
        self.running[self.pid] = self.world.platform.run(self.pid, game, self.dice.choice(["an", "binh"]))
        self.world.beat()

    def leave(self):
        if self.running:
            pid = self.dice.choice(list(self.running))
            del self.running[pid]
            self.gone(pid)
            self.world.beat()

    def gone(self, pid):
        if any(one.pid == pid for one in self.world.platform.scan()):  # else the seat ended it
            self.world.platform.exit(pid)

    def wait(self):
        self.world.pass_time(self.dice.choice([7_000, MINUTE, 11 * MINUTE, 95 * MINUTE]))

    def sleep(self):
        self.world.clock.sleep(self.dice.choice([MINUTE, HOUR, 9 * HOUR]))
        self.world.seat.look_again()
        self.world.beat()

    def crash(self):
        self.world.kill()
        self.world.clock.run(self.dice.choice([2_000, 20 * MINUTE, 3 * HOUR]))
        self.world.start()
        self.world.beat()

    def restart(self):
        self.world.stop()
        self.world.clock.run(self.dice.choice([2_000, 20 * MINUTE, 3 * HOUR]))
        self.world.start()
        self.world.beat()

    def reboot(self):
        self.world.stop()
        self.off()

    def cut(self):
        self.world.kill()
        self.off()

    def off(self):
        for pid in self.running:
            self.gone(pid)
        self.running.clear()
        self.world.clock.reboot(self.dice.choice([MINUTE, 10 * HOUR]))
        self.world.start()
        self.world.beat()

    def nudge(self):
        """The system's clock is set right, by less than what it may be wrong."""
        self.world.clock.step(self.dice.choice([-90_000, -1_000, 800, 120_000]))
        self.world.beat()


@pytest.mark.parametrize("seed", range(60))
def test_an_honest_seat_is_not_accused(world, seed, soak):
    owner = Owner(world, seed)
    for _ in range(soak(30, 150)):
        owner.go_on()
    audit = audited(world.journal())
    assert said(audit.failures) == [], owner.steps
    assert {one.kind for one in audit.findings} <= TOLD, (said(audit.findings), owner.steps)
