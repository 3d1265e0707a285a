"""A player at two PCs of one place: one at a time, and the play of both counts, whoever can be reached."""

from __future__ import annotations

import pytest

from agent.api.players import LimitSet, PlayerErase
from agent.api.seats import SeatName
from daemon.deciding.gate_answers import GateAnswers
from i18n.message import plain
from tests.daemon.whole_place import WholePlace
from tests.daemon.world import MINUTE


@pytest.fixture
def place(tmp_path, make_clock, monkeypatch):
    monkeypatch.setattr(GateAnswers, "renew", lambda *_, **__: None)
    made = WholePlace(tmp_path, 0, make_clock, monkeypatch)
    made.begin()
    made.ask(LimitSet(player="an", ms=60 * MINUTE))
    made.ask(SeatName(seat=made.pcs[0].world.daemon.uplink.seat, name="Máy 01"))
    made.advance(MINUTE)
    yield made
    made.close()


def start(place, number, game="luanti"):
    place.pc = pc = place.pcs[number]
    pc.pid += 1
    pc.world.platform.run(pc.pid, game, "an")
    pc.world.beat()
    place.sync(pc)
    pc.world.beat()
    return pc


def stop(place, pc):
    pc.world.platform.exit(pc.pid)
    pc.world.beat()
    place.sync(pc)


def ruling(pc):
    daemon = pc.world.daemon
    player = daemon.in_force.people.by_id("an")
    game = daemon.in_force.people.catalogue.games["luanti"]
    return daemon._judge.rule(player, game, daemon.loop.read()).decision


def test_what_was_played_at_one_pc_counts_at_the_other_to_the_millisecond(place):
    first = start(place, 0)
    place.advance(20 * MINUTE + 123)
    stop(place, first)
    second = start(place, 1)
    assert ruling(second).left_ms == 40 * MINUTE - 123
    place.advance(7 * MINUTE + 1)
    stop(place, second)
    start(place, 0)
    assert ruling(first).left_ms == 33 * MINUTE - 124


def test_nobody_plays_at_two_pcs(place):
    """The second play ends as by any new limit, and may begin as soon as the first is over."""
    first, second = start(place, 0), start(place, 1)
    told = ruling(second)
    assert (told.verdict, plain(told.reason.text)) == ("refuse", "plays at Máy 01 now: on one PC at a time")
    assert ruling(first).verdict == "allow"
    place.advance(2 * MINUTE)
    assert [len(pc.world.daemon.plays.running) for pc in (first, second)] == [1, 0]
    stop(place, first)
    place.advance(MINUTE)
    start(place, 1)
    assert ruling(second).verdict == "allow"


def test_with_the_agent_away_who_is_held_plays_on_and_others_have_half_an_hour(place):
    held = start(place, 1)
    held.reached = False
    place.advance(10 * MINUTE)
    assert ruling(held).left_ms == 50 * MINUTE
    stop(place, held)
    start(place, 1)
    assert ruling(held).left_ms == 20 * MINUTE
    held.reached = True
    place.advance(MINUTE)
    assert ruling(held).left_ms == 49 * MINUTE


def test_what_is_known_of_play_elsewhere_outlives_a_restart_without_the_agent(place):
    first = start(place, 0)
    place.advance(25 * MINUTE)
    stop(place, first)
    second = start(place, 1)
    stop(place, second)
    second.reached = False
    second.end(type(second.world).stop, power=False)
    second.start()
    assert ruling(second).left_ms == 5 * MINUTE


def test_a_pc_that_cannot_be_reached_holds_its_player_as_long_as_the_play_could_go_on(place):
    """And that counts as played: a cable that was pulled gives no second budget."""
    gone, other = place.pcs[1], place.pcs[0]
    start(place, 1)
    place.advance(MINUTE)
    gone.reached = False
    gone.end(type(gone.world).kill, power=True)
    place.advance(30 * MINUTE)
    start(place, 0)
    assert "on one PC at a time" in plain(ruling(other).reason.text)
    place.advance(31 * MINUTE)
    start(place, 0)
    told = ruling(other)
    assert (told.verdict, told.reason.rule) == ("refuse", "house.all")


def test_of_whom_is_erased_no_play_elsewhere_is_kept(place):
    first = start(place, 0)
    place.advance(5 * MINUTE)
    stop(place, first)
    second = start(place, 1)
    stop(place, second)
    place.ask(PlayerErase(player="an"))
    place.advance(2 * MINUTE)
    assert b"luanti" not in second.world.daemon.store.get("played-elsewhere")
