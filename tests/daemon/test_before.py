"""What refuses starts before they happen hears of accounts of one player whose time is spent, and of nobody else."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from agent.api.messages import Player
from daemon.api import messages as m
from daemon.platforms.api import Platform, ProgramStarted
from daemon.platforms.before import BeforeState
from host.rpc import Caller
from rules.games import Fingerprint, Game, Program
from tests.daemon.test_limits import grant
from tests.daemon.world import MINUTE, NOON, limit, roster

GUARDIAN = Caller(uid=0, pid=1, account="root", admin=True)


class Before:
    """platforms.before.BeforeStart."""

    def __init__(self):
        self.calls, self.refused, self.left = [], None, None

    def start(self, tell):
        self.calls.append("start")

    def seen(self, game, path):
        self.calls.append((game, path))

    def follow(self, refused, left):
        self.refused, self.left = refused, left

    def lift_all(self):
        self.calls.append("lift_all")

    def stop(self):
        self.calls.append("stop")

    def state(self):
        return BeforeState("on", files=2)


@pytest.fixture
def before(world, monkeypatch):
    """It is a part of the world's platform."""
    made = Before()
    monkeypatch.setattr("tests.daemon.world.Platform", lambda *parts: Platform(*parts, before=made))
    return made


def test_it_hears_of_spent_time_and_of_time_that_is_given(world, before):
    """And of when that changes: at midnight, if nothing else happens."""
    world.start(roster(packs=(limit(20),)))
    assert before.refused == {}
    world.platform.run(1)
    world.pass_time(21 * MINUTE)
    assert before.refused == {"an": frozenset({"luanti", "teeworlds"})}
    assert before.left["an", "luanti"] == 12 * 60 * MINUTE - 21 * MINUTE
    world.adopt(roster(2, packs=(limit(20),), grants=(grant(10, NOON),)))
    assert before.refused == {}


def test_an_account_of_two_players_is_nobodys_own(world, before):
    two = tuple(Player(id=one, name=one, account="an", guardian=True, key="11" * 32, packs=(limit(0),)) for one in ("a", "b"))
    world.start(roster(players=two))
    world.seat.beat()
    assert world.platform.refusals.refused
    assert before.refused == {}


def test_guests_are_not_denied_anything(world, before):
    world.start(roster(guest_packs=(limit(0),)))
    world.platform.run(1, account="khách-1")
    world.seat.beat()
    assert "khách-1" in world.platform.refusals.refused
    assert before.refused == {}


def test_executables_are_told_that_were_recognised_by_more_than_their_name(world, before):
    """Not of an interpreter, whose file is not the game."""
    chess = Game(id="chess", title="Chess", names=("chess.exe",), sha256=("ab" * 32,))
    world.start(replace_games(roster(), chess))
    known = Fingerprint("C:\\Games\\a.exe", 1, sha256="ab" * 32)
    named = Fingerprint("C:\\Games\\chess.exe", 1, sha256="cd" * 32)
    for pid, files in enumerate(((known,), (named,), (named, known))):
        world.platform.sink(ProgramStarted(Program(pid, pid, world.clock.mono(), "an", files)))
    assert before.calls == ["start", ("chess", known.path)]


def replace_games(made, *games):
    return msgspec.structs.replace(made, games=games)


def test_it_lives_as_long_as_the_seat_and_the_doctor_asks_it(world, before):
    world.start(roster())
    checks = asyncio.run(world.built.routes["doctor"].handler(GUARDIAN, m.DoctorGet(repair=True))).checks
    assert ["denied now: 2" in one.text for one in checks if one.id == "deny"] == [True]
    world.stop()
    assert before.calls == ["start", "lift_all", "stop"]
