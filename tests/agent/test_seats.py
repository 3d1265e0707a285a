"""Seats: enrolled once with a key, heard or silent."""

from __future__ import annotations

import asyncio

import pytest

from agent.api.roster import Seat
from agent.api.seat import Alive, Enrol, Enrolled
from agent.store.database import StoreError
from compliance.note import Signer
from host.wire import ApiError

KEY = Signer("seat-1", b"k" * 32).vkey
OTHER = Signer("seat-1", b"o" * 32).vkey


def test_enrolling_tells_the_agents_keys(desk):
    """And the log says whose key it is before the seat's first entry."""
    answer = desk.ask("seat.enrol", Enrol(seat="seat-1", key=KEY))
    keys = desk.agent.keys
    assert answer == Enrolled(seat="seat-1", log_key=keys.log.vkey, roster_key=keys.roster.vkey, kept=keys.kept)
    assert keys.kept in {"file", "dpapi"}
    assert desk.roster.seats == (Seat(id="seat-1", key=KEY),)
    entry = desk.entries("seat.enrolled")[-1]
    assert (entry["id"], entry["key"]) == ("seat-1", KEY)


def test_enrolling_again_is_no_news(desk):
    """A daemon enrols at each of its starts."""
    desk.ask("seat.enrol", Enrol(seat="seat-1", key=KEY))
    before = desk.roster.number, desk.agent.log.size
    desk.ask("seat.enrol", Enrol(seat="seat-1", key=KEY))
    assert (desk.roster.number, desk.agent.log.size) == before


@pytest.mark.parametrize("whose", ["another seat's", "the log's"])
def test_one_key_is_one_seats(desk, whose):
    """Of two under one key nobody could tell which of them wrote. Nothing is logged."""
    desk.ask("seat.enrol", Enrol(seat="seat-1", key=KEY))
    signer = desk.agent.keys.log if whose == "the log's" else Signer("seat-1", b"k" * 32)
    before = desk.agent.log.size
    with pytest.raises(ApiError, match="a new seat needs a key of its own"):
        desk.ask("seat.enrol", Enrol(seat="seat-2", key=Signer("seat-2", signer.seed).vkey))
    assert desk.agent.log.size == before


def test_another_key_is_another_seat(desk):
    """A chain goes on under the key that it began with."""
    desk.ask("seat.enrol", Enrol(seat="seat-1", key=KEY))
    with pytest.raises(ApiError) as error:
        desk.ask("seat.enrol", Enrol(seat="seat-1", key=OTHER))
    assert error.value.code == "refused"


@pytest.mark.parametrize(
    ("seat", "key"), [("agent", KEY), ("", KEY), ("Seat 1", KEY), ("seat-1", "nonsense"), ("seat-1", KEY[:-4])]
)
def test_what_cannot_enrol(desk, seat, key):
    """No id, no key, or the agent's own name."""
    with pytest.raises(ApiError) as error:
        desk.ask("seat.enrol", Enrol(seat=seat, key=key))
    assert error.value.code == "bad-input"


def test_alive_tells_the_present_number(desk):
    """A seat that missed a roster learns of it within a minute."""
    desk.ask("seat.enrol", Enrol(seat="seat-1", key=KEY))
    assert desk.ask("seat.alive", Alive(seat="seat-1", wall=0)).number == desk.roster.number
    with pytest.raises(ApiError) as error:
        desk.ask("seat.alive", Alive(seat="seat-2", wall=0))
    assert error.value.code == "not-found"


def test_the_tick_says_who_was_heard_and_who_is_silent(desk, clock):
    """Silent after three minutes; a seat not heard since the agent's start counts from that."""
    began = clock.wall()
    desk.ask("seat.enrol", Enrol(seat="seat-1", key=KEY))
    desk.ask("seat.enrol", Enrol(seat="seat-2", key=OTHER))
    clock.run(180_000)
    desk.ask("seat.alive", Alive(seat="seat-2", wall=clock.wall()))
    clock.run(1)
    asyncio.run(desk.agent.tick())
    entry = desk.entries("agent.tick")[-1]
    assert entry["seats"] == {"seat-1": began, "seat-2": began + 180_000}
    assert (entry["silent"], entry["wall"]) == (["seat-1"], clock.wall())


def test_the_tick_says_when_the_one_before_was(open_desk, clock):
    """In one run, and only of one that is in the log."""
    for _ in range(2):
        with open_desk() as desk:
            for _ in range(3):
                clock.run(5 * 60_000)
                asyncio.run(desk.agent.tick())
            lines = desk.entries("agent.tick")[-3:]
            assert [one.get("after") for one in lines] == [None, lines[0]["wall"], lines[1]["wall"]]


def test_a_tick_after_one_that_failed_says_nothing_of_the_one_before(desk, clock, monkeypatch):
    asyncio.run(desk.agent.tick())
    with monkeypatch.context() as broken:
        broken.setattr(type(desk.agent.chain), "append", _fails)
        asyncio.run(desk.agent.tick())
    clock.run(5 * 60_000)
    asyncio.run(desk.agent.tick())
    assert [one.get("after") for one in desk.entries("agent.tick")] == [None, None]


def _fails(*_, **__):
    raise StoreError("the disk is full")


def test_a_seat_never_heard_since_the_start_is_silent_in_time(open_desk, clock):
    """A restart of the agent does not make a dead seat look alive."""
    with open_desk() as desk:
        desk.ask("seat.enrol", Enrol(seat="seat-1", key=KEY))
    with open_desk() as desk:
        asyncio.run(desk.agent.tick())
        assert (desk.entries("agent.tick")[-1]["seats"], desk.entries("agent.tick")[-1]["silent"]) == ({}, [])
        clock.run(180_001)
        asyncio.run(desk.agent.tick())
        assert desk.entries("agent.tick")[-1]["silent"] == ["seat-1"]


def test_a_tick_is_no_new_roster(desk):
    """Nothing about the registry changed."""
    number = desk.roster.number
    asyncio.run(desk.agent.tick())
    assert desk.roster.number == number
