"""Closing a place early: a rule of its own, for all seats at once, which nobody can turn into longer hours than the law's."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from agent.api.claims import Claim
from agent.api.rulebook import PackUse, PlaceClose, PlaceOpen, PlaceSet, PolicyUse
from agent.api.seat import Enrol
from compliance.note import Signer
from host.wire import ApiError
from rules.closing import Opening, hours_of, opening

HOUR = 3_600_000


def at(hour, minute=0, day=24):
    """In Vietnam."""
    return int(datetime(2026, 11, day, hour, minute, tzinfo=UTC).timestamp() * 1000) - 7 * HOUR


def when(desk, moment):
    found = opening(hours_of(desk.roster.place_packs), desk.roster.place, moment)
    return found.open, found.until


@pytest.fixture
def point(an, clock):
    clock.step(at(12) + 33_000 - clock.wall())
    an.ask("place.set", PlaceSet(place="game-point", hours="09:00-21:00"))
    return an


def test_closed_now_is_closed_to_the_next_opening(point, clock):
    told = point.told("place.close", PlaceClose())
    assert when(point, clock.wall()) == (False, at(9, day=25))
    assert when(point, at(9, day=25)) == (True, at(21, day=25))
    assert when(point, at(10, 0, day=26)) == (True, at(21, day=26))
    assert "closed from 2026-11-24T05:00" in told
    assert "opens again at 2026-11-25T02:00" in told
    entry = point.entries("policy.changed")[-1]
    assert [(pack["id"], pack.get("own")) for pack in entry["packs"]] == [("vn-game-point", None), ("place-closing", True)]


def test_closed_later_is_open_until_then_and_can_be_taken_back(point, clock):
    point.ask("place.close", PlaceClose(at=20 * HOUR + 30 * 60_000))
    assert when(point, clock.wall()) == (True, at(20, 30))
    point.ask("place.close", PlaceClose(at=19 * HOUR))
    assert when(point, clock.wall()) == (True, at(19))
    assert "open until 2026-11-24T14:00" in point.told("place.open", PlaceOpen())
    assert when(point, clock.wall()) == (True, at(21))
    assert [pack.id for pack in point.roster.place_packs] == ["vn-game-point"]
    number = point.roster.number
    assert "not closed early" in point.told("place.open", PlaceOpen())
    assert point.roster.number == number


def test_nobody_opens_beyond_the_hours(point, clock):
    clock.step(10 * HOUR)
    assert "which nobody can extend" in point.told("place.open", PlaceOpen())
    assert not when(point, clock.wall())[0]
    with pytest.raises(ApiError, match="closed then anyway"):
        point.ask("place.close", PlaceClose())


@pytest.mark.parametrize(("hours", "closes", "opens"), [
    ("18:00-02:00", (23, 0, 24), (18, 0, 25)), ("18:00-02:00", (1, 0, 25), (18, 0, 25)),
    ("00:00-23:00", (22, 0, 24), (0, 0, 25)),
])  # fmt: skip
def test_hours_over_midnight(an, clock, hours, closes, opens):
    """Closed once, it does not open again because midnight has come."""
    clock.step(at(*closes) + 1_000 - clock.wall())
    an.ask("place.set", PlaceSet(place="agent-without-games", hours=hours, overnight=True))
    an.ask("place.close", PlaceClose())
    assert when(an, at(*closes)) == (False, at(*opens))
    assert [when(an, moment)[0] for moment in (at(*opens), at(*closes) - 60_000)] == [True, True]


def test_a_list_of_rules_opens_nothing(point, clock):
    point.ask("place.close", PlaceClose())
    point.ask("policy.use", PolicyUse(target="place", packs=(PackUse(id="vn-game-point", params=("hours=09:00-21:00",)),)))
    point.ask("place.set", PlaceSet(place="game-point", hours="08:00-22:00"))
    assert not when(point, clock.wall())[0]


def test_who_still_plays_is_named(point, clock):
    seat = Signer("seat-1", b"k" * 32)
    point.ask("seat.enrol", Enrol(seat="seat-1", key=seat.vkey))
    point.ask("player.claim", Claim(seat="seat-1", player="an", until=clock.wall() + HOUR))
    told = point.told("place.close", PlaceClose())
    assert "still playing: An at seat-1" in told
    assert "still on: seat-1" in told


@pytest.mark.parametrize(("place", "asked", "why"), [("home", None, "home"), ("game-point", 11 * HOUR, "later than 11:00")])
def test_what_cannot_be_closed(point, place, asked, why):
    point.ask("place.set", PlaceSet(place=place))
    with pytest.raises(ApiError, match=why):
        point.ask("place.close", PlaceClose(at=asked))


def test_a_home_is_always_open():
    assert opening(hours_of(()), "home", at(3)) == Opening(open=True, until=None)
