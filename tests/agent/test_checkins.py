"""Who plays at which PC of a public place: what staff may say, what is kept of it, what a seat is sent."""

from __future__ import annotations

import asyncio
from functools import partial

import msgspec
import pytest

from agent import app
from agent.api.asked import RequestEvent
from agent.api.checkins import CheckIn, CheckOut, Follow, Move, WhoPlays
from agent.api.manifest import join
from agent.api.players import PlayerErase, PlayerRemove
from agent.api.roster import GrantEvent, Roster
from agent.api.rulebook import PlaceSet
from agent.api.seat import Enrol, PutGrants, PutRequests
from agent.api.seats import SeatName
from agent.api.staff import Shift, StaffAdd, StaffList, StaffRemove
from agent.app import routes
from agent.auth import Seat
from agent.registering.checkins import check_in, check_out
from agent.registering.seats import seat_join
from compliance.note import Signer, verify_note
from host.transport import Caller
from host.wire import ApiError
from rules.identity import scanned
from tests.agent.conftest import MOTHER

CARD = "001211001234|123456789|Nguyễn Văn Bình|01012011|Nam|Hà Nội|01012021"
DAY = 86_400_000


@pytest.fixture
def point(an, monkeypatch):
    """A game point with the PCs 07 and 08, which say nothing: nobody waits for them."""
    monkeypatch.setattr(app, "IN_FORCE_S", 0.01)
    an.ask("place.set", PlaceSet(place="game-point"))
    an.pcs = {}
    for name in ("07", "08"):
        pc = an.agent.change(lambda change, name=name: seat_join(change, name.encode(), name), "me").id
        an.ask("seat.enrol", Enrol(seat=pc, key=Signer(pc, name.encode().ljust(32, b"k")).vkey), caller=Seat(pc))
        an.ask("seat.name", SeatName(seat=pc, name=name))
        an.pcs[name] = pc
    return an


def checked_in(point, seat="07", **whom):
    return point.ask("checkin", CheckIn(seat=seat, **whom))


def sent(point, name):
    """The roster as the PC of that name has it."""
    agent = point.agent
    signed = asyncio.run(agent.registry.above(-1, 0, point.pcs[name]))
    text = verify_note(signed.note, [agent.keys.roster.vkey]).encode()
    return msgspec.json.decode(join(text, agent.registry._in_force.parts), type=Roster)


@pytest.mark.parametrize(
    ("whom", "age_band", "how"),
    [({"player": "an"}, "12-15", "registered"), ({"card": CARD}, "12-15", "card"), ({"born": "1999"}, "18+", "born"),
     ({"born": "2009"}, "16-17", "born"), ({"born": "2024-01-01"}, "0-11", "born"), ({}, None, "guest")],
)  # fmt: skip
def test_everybody_is_somebody_with_an_age_band(point, whom, age_band, how):
    done = checked_in(point, **whom)
    assert (done.age_band, done.how, done.name, done.here) == (age_band, how, "07", None)
    [here] = sent(point, "07").checked_in
    assert here.player.id == done.player.id
    [entry] = point.entries("checkin")
    assert (entry["at"], entry["how"]) == (point.pcs["07"], how)


@pytest.mark.promise("Privacy: Of a customer who is not registered no name, no card and no birth date is kept")
def test_of_a_card_nothing_is_kept_but_that_it_is_the_same_one(point):
    """The same child is the same player that day, and somebody else the next."""
    first = checked_in(point, card=scanned(CARD)).player
    point.ask("checkout", CheckOut(seat="07"))
    assert checked_in(point, "08", card=CARD).player == first
    kept = b"".join(path.read_bytes() for path in point.agent.home.root.rglob("*") if path.is_file())
    for secret in ("001211001234", "123456789", "Nguyễn Văn Bình", "01012011", "2011-01-01"):
        assert secret.encode() not in kept
    point.agent.clock.run(DAY)
    asyncio.run(point.agent.tick())
    assert checked_in(point, card=CARD).player != first


def test_a_card_that_contradicts_itself_checks_nobody_in(point):
    number = point.roster.number
    with pytest.raises(ApiError, match="contradicts itself"):
        checked_in(point, card=CARD.replace("01012011", "01012001"))
    assert point.roster.number == number
    assert not point.entries("checkin")


def test_a_scan_with_a_vietnamese_keyboard_on_tells_the_same(point):
    """Telex and VNI change letters, and what is read are digits."""
    for mangled in (CARD.replace("Nguyễn Văn Bình", "Nguyeenx Vawn Bifnh"), CARD.replace("Văn", "Va8n").replace("Hà", "Ha2"),
                    CARD.replace("|Nam|", "|nAM|")):  # fmt: skip
        assert checked_in(point, card=scanned(mangled)).age_band == "12-15"


def test_a_guest_has_a_counter_of_their_own(point):
    first, second = (checked_in(point).player.id for _ in range(2))
    assert first != second
    assert [one["how"] for one in point.entries("checkout")] == ["out"]


def test_a_grown_up_is_bound_as_one(point):
    """They have the guests' rules, which spare adults, and run what they like."""
    checked_in(point, born="1990")
    checked_in(point, "08")
    grown, unknown = sent(point, "07").checked_in[0].player, sent(point, "08").checked_in[0].player
    assert (grown.unknown, unknown.unknown, unknown.born) == ("listed", "refused", None)
    assert [pack.id for pack in grown.packs] == [pack.id for pack in unknown.packs] == ["vn-147"]


def test_nobody_plays_at_two_pcs(point):
    checked_in(point, player="an")
    with pytest.raises(ApiError, match="plays at 07 already: giochoi move"):
        checked_in(point, "08", player="an")
    done = point.ask("checkin.move", Move(seat="07", to="08"))
    assert (done.name, done.player.id) == ("08", "an")
    assert [one["how"] for one in point.entries("checkout")] == ["moved"]
    rows = {one.name: one.player and one.player.id for one in point.ask("checkin.list", WhoPlays()).seats}
    assert rows == {"07": None, "08": "an"}


def test_a_pc_hears_of_its_own_people_alone(point):
    """A check-in wakes no other PC, and no other PC is told who it is."""
    registry = point.agent.registry
    before = point.roster.number
    checked_in(point, player="an")

    async def waits(name):
        signed = await registry.above(before, 0.05, point.pcs[name])
        return signed.number

    assert registry._in_force.news_for(point.pcs["07"]) == point.roster.number > before
    assert registry._in_force.news_for(point.pcs["08"]) == before
    assert asyncio.run(waits("07")) == point.roster.number
    assert not sent(point, "08").checked_in


def test_who_is_gone_is_checked_in_no_longer(point):
    checked_in(point, player="an")
    point.ask("player.remove", PlayerRemove(player="an"))
    assert not sent(point, "07").checked_in
    checked_in(point)
    point.agent.clock.run(DAY)
    asyncio.run(point.agent.tick())
    assert not sent(point, "07").checked_in
    assert [one["how"] for one in point.entries("checkout")] == ["out", "lapsed"]


def test_what_a_customer_asked_for_stays(point):
    """Whoever is not registered asks and is given time as others are."""
    who, now = checked_in(point).player.id, point.agent.clock.wall()
    asked = RequestEvent(id="r", player=who, account="khach", ms=60_000, asked=now)
    given = GrantEvent(id="g", player=who, by="staff", who="Lan", ms=60_000, given=now)
    seat = Seat(point.pcs["07"])
    point.ask("request.put", PutRequests(requests=(asked,)), caller=seat)
    point.ask("grant.put", PutGrants(grants=(given,)), caller=seat)
    roster = sent(point, "07")
    assert ([one.id for one in roster.requests], [one.id for one in roster.grants]) == (["r"], ["g"])


def test_whoever_is_erased_is_checked_out(point):
    checked_in(point, player="an")
    point.ask("player.erase", PlayerErase(player="an"))
    assert not sent(point, "07").checked_in
    assert [one["how"] for one in point.entries("checkout")] == ["out"]


def test_at_home_nobody_is_checked_in(an):
    with pytest.raises(ApiError, match="this is a home"):
        checked_in(an)


def test_staff_begin_and_end_their_own_shift(point):
    """Whoever is not of the staff has none; their acts are entries with who did them."""
    point.ask("staff.add", StaffAdd(name="Lan", account="nobody"))
    lan = Caller(uid=1003, pid=1, account="nobody", admin=False)
    point.ask("staff.shift", Shift(begins=True), caller=lan)
    with pytest.raises(ApiError, match="begun already"):
        point.ask("staff.shift", Shift(begins=True), caller=lan)
    with pytest.raises(ApiError, match="nobody's of the staff"):
        point.ask("staff.shift", Shift(begins=True))
    [row] = point.ask("staff.list", StaffList()).staff
    assert (row.name, row.role, row.since) == ("Lan", "staff", point.agent.clock.wall())
    point.ask("staff.shift", Shift(begins=False), caller=lan)
    point.ask("staff.remove", StaffRemove(name="Lan"))
    assert [one["how"] for one in point.entries("staff.changed")] == ["added", "began", "ended", "removed"]
    with pytest.raises(ApiError, match="is already that of An"):
        point.ask("staff.add", StaffAdd(name="Bình", account="an"))


def test_another_program_hears_of_each_check_in_and_its_end(point):
    """A billing program may begin and end a session by it."""

    async def heard():
        found, follow = [], routes(point.agent)["checkin.follow"].handler(MOTHER, Follow())
        waits = asyncio.ensure_future(anext(follow))
        await asyncio.sleep(0)
        for operation, request in ((check_in, CheckIn(seat="07", player="an")), (check_out, CheckOut(seat="07"))):
            point.agent.change(partial(operation, request=request), "me")
            found.append(await asyncio.wait_for(waits, 5))
            waits = asyncio.ensure_future(anext(follow))
        waits.cancel()
        return found

    begun, over = asyncio.run(heard())
    assert (begun.what, begun.name, begun.player, begun.age_band, begun.how) == ("checkin", "07", "an", "12-15", "registered")
    assert (over.what, over.id) == ("checkout", begun.id)
