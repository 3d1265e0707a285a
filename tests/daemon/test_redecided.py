"""Every play decided again from what real seats wrote: nothing is held against an honest one, whatever happens at it."""

from __future__ import annotations

import hashlib
import random
from contextlib import suppress
from dataclasses import replace

import msgspec
import pytest

from agent.api.roster import Player
from compliance.verifying.plays.packs import Packs
from compliance.verifying.plays.redecide import Redecider
from daemon.api import asking as a
from daemon.api import messages as m
from daemon.loop import Loop, Overruling
from host.wire import ApiError
from i18n.message import plain
from rules.decision import Decision
from rules.packs.shipped import shipped_packs
from rules.parse import parse_pack
from tests.daemon.test_api import ask
from tests.daemon.world import HOUR, MINUTE, limit, roster, shipped
from tests.system import SOAK

TEXTS = {hashlib.sha256(text.encode()).hexdigest(): text for text in shipped_packs().values()}
PLAYERS = [("vn-147",), ("vn-147", "home-school-week"), ("home-balanced",), ("home-weekend", "vn-147"), ("th-shops",), ()]


def found(world):
    """The failures, and the findings but for what cannot be decided: (seq, what)."""
    redecider = Redecider(Packs(TEXTS))
    for line in world.journal():
        redecider.of(line)(str(line.seq), line)
    findings = [one for one in redecider.findings() if one.kind != "not-decidable"]
    return [(int(one.where), plain(one.what)) for one in (*redecider.failures, *findings)]


WEIGHTS = {
    "wait": 30, "flicker": 3, "play": 20, "close": 8, "night": 5, "grant": 3, "revoke": 1, "pause": 1, "resume": 2, "off": 1,
    "change": 2, "restart": 2, "reboot": 1, "sleep": 1, "set_clock": 1,
}  # fmt: skip
UNSEEN = ("flicker", "restart", "reboot", "sleep", "set_clock")


class Weeks:
    """A home or a game point in which anything may happen, by the dice."""

    def __init__(self, world, seed, *, sound=True):
        self.world, self.dice, self.pid, self.number, self.sound = world, random.Random(seed), 10, 1, sound
        self.weights = {name: n for name, n in WEIGHTS.items() if sound or name not in UNSEEN}
        self.running = {}
        world.start(self.roster())

    def roster(self):
        point = self.dice.random() < 0.3
        packs = tuple(shipped(name) for name in self.dice.choice(PLAYERS if self.sound else PLAYERS[:2]))
        more = (limit(self.dice.choice([20, 90])),) if self.sound and self.dice.random() < 0.2 else ()
        place_packs = (replace(shipped("vn-game-point"), scope="place"),) if point else ()
        known = roster(
            self.number, place="game-point" if point else "home", place_packs=place_packs, packs=(*packs, *more),
            approved=("teeworlds",) if self.dice.random() < 0.7 else (), guest_packs=packs,
        )  # fmt: skip
        an = msgspec.structs.replace(known.players[0], guardian=self.dice.random() < 0.9)
        binh = Player(id="binh", name="Bình", account="binh", guardian=True, key="33" * 32, packs=packs)
        return msgspec.structs.replace(known, players=(an, binh))

    def step(self):
        """What was done."""
        name = self.dice.choices(*zip(*self.weights.items(), strict=True))[0]
        getattr(self, name)()
        self.running = {pid: one for pid, one in self.running.items() if one.identity in self.world.platform.programs}
        return name

    def wait(self):
        self.world.pass_time(int(self.dice.choice([0.1, 1, 7, 25, 61, 130]) * MINUTE))

    def night(self):
        """Hours go by, beat by beat only if something runs."""
        if self.world.platform.programs:
            self.world.pass_time(self.dice.randrange(3) * HOUR)
        else:
            self.world.clock.run(self.dice.randrange(9) * HOUR)
            self.world.beat()

    def play(self):
        self.pid += 1
        game, account = self.dice.choice(["luanti", "teeworlds"]), self.dice.choice(["an", "an", "an", "binh"])
        self.running[self.pid] = self.world.platform.run(self.pid, game, account, quietly=self.dice.random() < 0.1)
        self.world.beat()

    def flicker(self):
        for _ in range(self.dice.choice([8, 60])):
            self.pid += 1
            self.world.platform.run(self.pid, self.dice.choice(["luanti", "luanti", "teeworlds"]), "an")
            self.world.pass_time(self.dice.choice([50, 3_000]))
            if self.pid in {one.pid for one in self.world.platform.scan()}:
                self.world.platform.exit(self.pid)
            self.world.pass_time(self.dice.choice([20, 800, 11_000]))

    def close(self):
        if self.running:
            self.world.platform.exit(self.running.pop(self.dice.choice(list(self.running))).pid)
            self.world.beat()

    def grant(self):
        with suppress(ApiError):
            game = self.dice.choice([None, None, "luanti"])
            minutes = self.dice.choice([5, 30, 120] if self.sound else [5, 30])
            ask(self.world, "grant.add", m.GrantAdd(player="an", ms=minutes * MINUTE, game=game))

    def revoke(self):
        grants = self.world.journal("grant.given")
        with suppress(ApiError, IndexError):
            ask(self.world, "grant.revoke", m.GrantRevoke(id=self.dice.choice(grants).id))

    def pause(self):
        until = self.dice.choice([None, self.world.clock.wall() + 40 * MINUTE])
        with suppress(ApiError):
            ask(self.world, "pause", a.Pause(player=self.dice.choice(["an", None]), until=until))

    def resume(self):
        for player in ("an", None):
            with suppress(ApiError):
                ask(self.world, "resume", a.Resume(player=player))

    def off(self):
        with suppress(ApiError):
            ask(self.world, "off", a.Off(ms=self.dice.choice([0, 10, 90]) * MINUTE, reason="x"))

    def change(self):
        self.number += 1
        self.world.adopt(self.roster())
        self.world.beat()

    def restart(self):
        (self.world.kill if self.dice.random() < 0.5 else self.world.stop)()
        self.world.clock.run(self.dice.choice([2_000, 20 * MINUTE]))
        self.world.start()
        self.world.beat()

    def reboot(self):
        self.world.kill()
        self.world.platform.programs.clear()
        self.world.clock.reboot(self.dice.choice([MINUTE, 8 * HOUR]))
        self.world.start()
        self.world.beat()

    def sleep(self):
        self.world.clock.sleep(self.dice.choice([MINUTE, HOUR, 8 * HOUR]))
        self.world.beat()

    def set_clock(self):
        self.world.clock.step(self.dice.choice([-30, -1, 1, 45]) * MINUTE)
        self.world.beat()


@pytest.mark.parametrize("seed", range(4 if SOAK else 1))
def test_nothing_is_held_against_an_honest_seat(world, seed):
    weeks = Weeks(world, seed)
    for _ in range(100):
        weeks.step()
    assert found(world) == []


@pytest.fixture
def refused(monkeypatch):
    """A seat that decides and ends nothing. By play: how long, all in all, its rules did not let it go on."""
    refused, last, rule = {}, {}, Loop._rule

    def lax(loop, play, now):
        ruling = Overruling.enforced(loop.overruling, loop.judge.rule(play.player, play.game, now), now)
        if not ruling.allowed and last.get(play.seq, (True,))[0] is False:
            refused[play.seq] = refused.get(play.seq, 0) + now.mono - last[play.seq][1]
        last[play.seq] = ruling.allowed, now.mono
        return replace(rule(loop, play, now), decision=Decision("allow", None, None, None))

    monkeypatch.setattr(Loop, "_rule", lax)
    monkeypatch.setattr(Loop, "_judged", lambda loop, player, game, now, *, sure=True: replace(
        loop.judge.rule(player, game, now, sure=sure), decision=Decision("allow", None, None, None)))
    return refused


@pytest.mark.parametrize("seed", range(2))
def test_what_a_seat_lets_go_on_is_found(world, refused, seed):
    """All of it, and nothing else: with packs that can be decided by the day, on a PC that does not sleep. After midnight half
    an hour that was given before may have been anybody's.
    """
    weeks = Weeks(world, seed, sound=False)
    for _ in range(30):
        weeks.step()
    told, leave = {seq for seq, _ in found(world)}, {line.seq: 4 * MINUTE for line in world.journal("play.started")}
    leave |= {line.seq: 35 * MINUTE for line in world.journal("play.started") if line.resumed is not None}
    assert {seq for seq, ms in refused.items() if ms > leave[seq]} <= told <= refused.keys()
    assert told


def test_what_was_played_together_after_a_sleep_counts_once(world):
    """The entry of the game that slept does not say when of its hours it was played: half an hour was the other's, too."""
    world.start(roster(packs=(shipped("home-balanced"),), approved=("luanti", "teeworlds")))
    world.pass_time(24 * HOUR)  # of an ordinary day are 75 minutes for play
    world.platform.run(700)
    world.pass_time(34 * MINUTE)
    world.clock.sleep(HOUR)
    world.seat.look_again()
    world.platform.run(701, "teeworlds")
    world.beat()
    world.pass_time(30 * MINUTE)
    world.platform.exit(700)
    world.beat()
    world.pass_time(9 * MINUTE)
    world.platform.exit(701)
    world.beat()
    assert world.journal("play.due", "launch.refused") == []
    assert found(world) == []


def test_who_sleeps_over_what_is_closed_played_in_no_closed_hours(world):
    """Hours up to one at night; the game goes on a quarter to one, is asleep until they are open, and goes on for a while."""
    values = {"weekday_hours": "08:00-01:00", "weekday_minutes": "300"}
    world.start(roster(packs=(parse_pack(shipped_packs()["home-school-week"], "home-school-week", values),)))
    world.pass_time(36 * HOUR + 10 * MINUTE)
    world.platform.run(700)
    world.pass_time(40 * MINUTE)
    world.clock.sleep(8 * HOUR + 10 * MINUTE)
    world.seat.look_again()
    world.pass_time(25 * MINUTE)
    world.platform.exit(700)
    world.beat()
    assert world.journal("play.due", "launch.refused") == []
    assert found(world) == []
