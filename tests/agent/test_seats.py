"""Seats: enrolled once with a key, heard or silent."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from agent.api.roster import Seat
from agent.api.seat import Alive, Enrol, Enrolled
from agent.api.seats import Retired, SeatList, SeatRetire
from agent.store.database import StoreError
from compliance.entries.seat import SeatStart, SeatStop
from compliance.format.keeping import PERSONAL_MS
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


# --- whose PC is gone -----------------------------------------------------------------------------------------------------


@pytest.fixture
def pc(desk, make_seat):
    """A seat that started, and what it handed in."""
    seat = make_seat()
    desk.ask("seat.enrol", seat.enrol)
    seat.add(SeatStart, version="1", watch="gate", clean=True, lost_from=None)
    seat.seal()
    desk.ask("log.submit", seat.batch())
    seat.forget(2)
    return seat


def listed(desk):
    return {seat.id: seat for seat in desk.ask("seat.list", SeatList()).seats}


def test_a_retired_seat_hands_in_nothing_more(desk, pc, clock):
    """Its entry says when it was heard last, and beside it stands who said so and why."""
    heard = clock.wall()
    clock.run(600_001)
    number = desk.roster.number
    assert desk.ask("seat.retire", SeatRetire(seat=pc.id, reason="  sold ")).id == pc.id
    [line] = desk.entries("seat.retired")
    assert (line["seat"], line["id"], line["heard"]) == ("agent", pc.id, heard)
    assert desk.agent.payloads.get("agent", line["seq"]).data == b'{"by":"me","reason":"sold"}'
    assert (desk.roster.seats, desk.roster.number) == ((), number + 1)
    size = desk.agent.log.size
    pc.add(SeatStop)
    pc.seal()
    for op, request in {"log.submit": pc.batch(), "seat.alive": Alive(seat=pc.id, wall=0)}.items():
        with pytest.raises(ApiError, match=f"{pc.id} was retired on") as error:
            desk.ask(op, request)
        assert error.value.code == "refused"
    assert desk.agent.log.size == size
    assert listed(desk)[pc.id].retired == Retired(at=clock.wall(), by="me", reason="sold")


def test_one_that_enrols_again_is_told_and_not_heard(desk, pc, clock):
    """No tick names it, nor does it hold up the others."""
    desk.ask("seat.retire", SeatRetire(seat=pc.id, reporting=True))
    answer = desk.ask("seat.enrol", pc.enrol)
    assert (answer.retired, desk.entries("seat.enrolled")[-1]["id"], len(desk.entries("seat.enrolled"))) == (True, pc.id, 2)
    clock.run(180_001)
    asyncio.run(desk.agent.tick())
    assert (desk.entries("agent.tick")[-1]["seats"], desk.entries("agent.tick")[-1]["silent"]) == ({}, [])


def test_nobody_else_gets_its_key(desk, pc):
    desk.ask("seat.retire", SeatRetire(seat=pc.id, reporting=True))
    with pytest.raises(ApiError, match="a new seat needs a key of its own"):
        desk.ask("seat.enrol", Enrol(seat="seat-2", key=Signer("seat-2", pc.signer.seed).vkey))


def test_one_that_reports_is_in_use(desk, pc, clock):
    """Whoever means it says so, and the entry tells how shortly before it was heard."""
    clock.run(600_000)
    with pytest.raises(ApiError, match="so it is still in use") as error:
        desk.ask("seat.retire", SeatRetire(seat=pc.id))
    assert (error.value.code, desk.entries("seat.retired")) == ("refused", [])
    desk.ask("seat.retire", SeatRetire(seat=pc.id, reporting=True))
    [line] = desk.entries("seat.retired")
    assert line["wall"] - line["heard"] == 600_000


def test_just_after_the_agents_start_nobody_knows_who_is_in_use(open_desk, make_seat, clock):
    """What it heard before is in no memory; ten minutes later it has missed the PC in a tick, or heard it."""
    with open_desk() as desk:
        desk.ask("seat.enrol", make_seat().enrol)
    clock.run(3_600_000)
    with open_desk() as desk:
        clock.run(600_000)
        with pytest.raises(ApiError, match="is not known yet") as error:
            desk.ask("seat.retire", SeatRetire(seat="seat-1"))
        assert (error.value.code, desk.entries("seat.retired")) == ("refused", [])
        clock.run(1)
        desk.ask("seat.retire", SeatRetire(seat="seat-1"))
        assert len(desk.entries("seat.retired")) == 1


@pytest.mark.parametrize(("asked", "code"), [
    (SeatRetire(seat="nobody"), "not-found"), (SeatRetire(seat="agent"), "not-found"),
    (SeatRetire(seat="seat-1", reason="x" * 301, reporting=True), "bad-input"),
])  # fmt: skip
def test_who_cannot_be_retired(desk, pc, asked, code):
    with pytest.raises(ApiError) as error:
        desk.ask("seat.retire", asked)
    assert (error.value.code, desk.entries("seat.retired")) == (code, [])


def test_nobody_is_retired_twice(desk, pc):
    desk.ask("seat.retire", SeatRetire(seat=pc.id, reporting=True))
    with pytest.raises(ApiError, match="was retired on"):
        desk.ask("seat.retire", SeatRetire(seat=pc.id, reporting=True))
    assert len(desk.entries("seat.retired")) == 1


def test_the_list_tells_of_each_seat(open_desk, make_seat, clock):
    """Also after a restart of the agent, which has heard nobody since: then its last entry counts."""
    began = clock.wall()
    with open_desk() as desk:
        for name, follows in (("seat-1", {}), ("seat-2", {"follows": "seat-1"})):
            seat = make_seat(name, name.encode().ljust(32))
            desk.ask("seat.enrol", seat.enrol)
            clock.run(1000)
            seat.add(SeatStart, version="1", watch="gate", clean=True, lost_from=None, **follows)
            seat.seal()
            desk.ask("log.submit", seat.batch())
        desk.ask("seat.enrol", Enrol(seat="seat-3", key=Signer("seat-3", b"o" * 32).vkey))
        clock.run(60_000)
        desk.ask("seat.alive", Alive(seat="seat-2", wall=0))
        shown = listed(desk)
        assert {id: (one.enrolled - began, one.heard - began) for id, one in shown.items()} == {
            "seat-1": (0, 1000), "seat-2": (1000, 62_000), "seat-3": (2000, 2000),
        }  # fmt: skip
        assert {id: (one.follows, one.reporting, one.retired) for id, one in shown.items()} == {
            "seat-1": (None, True, None), "seat-2": ("seat-1", True, None), "seat-3": (None, True, None),
        }  # fmt: skip
    with open_desk() as desk:
        shown = listed(desk)
        assert {id: one.heard and one.heard - began for id, one in shown.items()} == {
            "seat-1": 1000, "seat-2": 2000, "seat-3": None,
        }  # fmt: skip
        assert not any(one.reporting for one in shown.values())


def test_a_seat_of_an_older_registry_began_with_its_first_entry(desk, pc):
    """It kept no moment."""
    with desk.tables() as tables:
        [row] = tables.seats()
        tables.put_seat(msgspec.structs.replace(row, enrolled=None))
    assert listed(desk)[pc.id].enrolled == desk.entries("seat.start")[0]["wall"]


def test_who_retired_it_and_why_is_kept_for_half_a_year(desk, pc, clock):
    """As all names and reasons; that it is retired stays."""
    desk.ask("seat.retire", SeatRetire(seat=pc.id, reporting=True, reason="Bình bought it"))
    at = clock.wall()
    clock.run(PERSONAL_MS + 86_400_000)
    asyncio.run(desk.agent.prune("agent"))
    assert listed(desk)[pc.id].retired == Retired(at=at, by="", reason="")
