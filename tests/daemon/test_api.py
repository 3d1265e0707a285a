"""The local API: who may ask what, what the answers say, and that a change is durable and in force when it returns."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from daemon.api import asking as a
from daemon.api import messages as m
from daemon.api.messages import PlayedGet, ProgramsGet, RulesGet
from host.transport import Caller
from host.wire import ApiError
from i18n.message import plain
from tests.daemon.test_disk import FullDisk
from tests.daemon.world import MINUTE, NOON, limit, roster, shipped

ROOT = Caller(uid=0, pid=1, account="root", admin=True)
PARENT = Caller(uid=5000, pid=1, account="parent", admin=True)
CHILD = Caller(uid=5001, pid=1, account="an", admin=False)
FRIEND = Caller(uid=5002, pid=1, account="friend", admin=False)

REQUESTS = {
    "status": m.StatusGet(),
    "why": m.WhyGet(player="an"),
    "usage": m.UsageGet(),
    "played": PlayedGet(account="an"),
    "programs": ProgramsGet(),
    "rules": RulesGet(player="an"),
    "doctor": m.DoctorGet(),
    "grant.add": m.GrantAdd(player="an", ms=MINUTE),
    "grant.extend": m.GrantExtend(player="an", until=13 * 60 * MINUTE),
    "grant.list": m.GrantsGet(),
    "grant.revoke": m.GrantRevoke(id="00"),
    "request.add": a.RequestAdd(),
    "request.list": a.RequestsGet(),
    "request.approve": a.RequestApprove(id="r00"),
    "request.deny": a.RequestDeny(id="r00"), "request.withdraw": a.RequestWithdraw(id="r00"),
    "pause": a.Pause(),
    "resume": a.Resume(),
    "off": a.Off(ms=0, reason=""),
    "sync": m.Sync(number=1),
    "watch": m.Watch(),
    "shown": m.Shown(number=1),
    "guardian.prove": a.Prove(guardian="me", pin="4711"),
    "guardian.leave": a.GuardianLeave(token="made-up"),
    "code.use": a.CodeUse(player="an", digits="123456"),
    "me": a.MeGet(),
}


def ask(world, op, request, caller=ROOT):
    return asyncio.run(world.daemon.routes[op].handler(caller, request))


def test_the_table_is_complete(world):
    """Every operation has a request here, and its role is written beside it."""
    world.start(roster())
    roles = {op: route.role for op, route in world.daemon.routes.items()}
    assert sorted(roles) == sorted(REQUESTS)
    assert {op for op, role in roles.items() if role == "guardian"} == {"off", "played"}


@pytest.mark.promise("Servers and rights: The kernel says who calls, and that is asked first")
@pytest.mark.parametrize("op", [
    "grant.add", "grant.extend", "grant.revoke", "request.approve", "request.deny", "pause", "resume",
])  # fmt: skip
@pytest.mark.parametrize("caller", [CHILD, FRIEND])
def test_who_acts_is_asked_first(world, op, caller):
    """Where anybody may come with a token, nobody without one and without a guardian's account does anything."""
    world.start(roster(packs=(limit(0),)))
    for token in ("", "made-up"):
        with pytest.raises(ApiError) as caught:
            ask(world, op, msgspec.structs.replace(REQUESTS[op], token=token), caller)
        assert caught.value.code == "refused"
    assert ask(world, "grant.list", m.GrantsGet()).grants == ()


def test_who_is_a_guardian(world):
    """Root, administrators, the daemon's own account and guardians' accounts; never a child's."""
    world.start(roster())
    roles = world.daemon.roles
    assert "guardian" in roles(ROOT)
    assert "guardian" in roles(PARENT)
    assert roles(CHILD) == roles(FRIEND) == frozenset({"any"})


@pytest.mark.promise("Servers and rights: A child is refused what guardians do, and sees only itself")
def test_a_child_sees_only_itself(world):
    """Status, usage and why of others are nobody's business."""
    world.start(roster(guest_packs=(limit(5),)))
    assert [one.id for one in ask(world, "status", m.StatusGet(), CHILD).players] == ["an"]
    assert [one.id for one in ask(world, "status", m.StatusGet(), ROOT).players] == ["an", "guest"]
    with pytest.raises(ApiError, match="only your own: leave the name out, or type 'An'"):
        ask(world, "why", m.WhyGet(player="guest"), CHILD)
    with pytest.raises(ApiError, match="only a guardian"):
        ask(world, "doctor", m.DoctorGet(repair=True), CHILD)


def test_why_without_a_name_is_about_whoever_asks(world):
    """As which they play; one who does not play is told what is missing."""
    world.start(roster(packs=(limit(5),)))
    assert [ask(world, "why", m.WhyGet(), caller).player for caller in (CHILD, FRIEND)] == ["an", "guest"]
    with pytest.raises(ApiError, match="this account is not a player's: name one") as caught:
        ask(world, "why", m.WhyGet(), ROOT)
    assert caught.value.code == "bad-input"


def test_a_child_sees_what_was_given_to_it(world):
    """With who and why, also what was taken back; of others nothing, not even a name."""
    binh = msgspec.structs.replace(roster().players[0], id="binh", name="Bình", account="binh", key="33" * 32)
    an = roster(packs=(limit(5),)).players[0]
    world.start(roster(players=(an, msgspec.structs.replace(binh, packs=an.packs)), guest_packs=an.packs))
    given = ask(world, "grant.add", m.GrantAdd(player="an", ms=MINUTE, reason="rửa bát"))
    ask(world, "grant.add", m.GrantAdd(player="binh", ms=MINUTE, reason="việc khác"))
    ask(world, "grant.add", m.GrantAdd(player="guest", ms=MINUTE))
    ask(world, "grant.revoke", m.GrantRevoke(id=given.id))
    told = ask(world, "grant.list", m.GrantsGet(), CHILD)
    assert [(one.id, one.who, one.reason, one.revoked is None) for one in told.grants] == [(given.id, "root", "rửa bát", False)]
    assert (told.names, told.counting) == ({"an": "An"}, ())
    assert [one.player for one in ask(world, "grant.list", m.GrantsGet(), FRIEND).grants] == ["guest"]
    assert len(ask(world, "grant.list", m.GrantsGet(), PARENT).grants) == 3


def test_status_says_what_the_contract_says(world):
    """A running game under vn-147: what is used, what is left, until when, and why."""
    world.start(roster(packs=(shipped("vn-147"),)))
    world.platform.run(1)
    world.pass_time(90_500)
    (an,) = ask(world, "status", m.StatusGet()).players
    assert (an.age, an.account, an.allowed, an.used_s, an.left_s, an.reason) == (12, "an", True, 90.5, None, None)
    (game,) = an.games
    assert (game.id, game.running, game.left_s, game.until) == ("luanti", True, 3509.5, "2026-11-24T13:00:00+07:00")
    assert (game.match, game.reason.rule) == (("name",), "vn-147.daily-game")
    assert game.reason.cite == "NĐ 147/2024, Đ.39 k.1 đ.e (G1); Đ.48 k.1 đ.e (G2–G4)"


def test_how_the_watcher_watches_is_known_once_it_was_started(world):
    """Status, doctor and the log's line of the start say what it turned out to be."""
    begin = world.platform.start
    world.platform.start = lambda sink: (setattr(world.platform, "kind", "gate"), begin(sink))
    world.start(roster())
    assert ask(world, "status", m.StatusGet()).daemon.watch == "gate"
    assert ask(world, "doctor", m.DoctorGet()).checks[0].ok
    assert [one.watch for one in world.journal("seat.start")] == ["gate"]


def test_a_grant_is_durable_and_in_force(world):
    """It lets the game start, is listed, survives a kill, and its revocation too."""
    world.start(roster(packs=(limit(0),)))
    given = ask(world, "grant.add", m.GrantAdd(player="An", ms=5 * MINUTE, reason="bài tập xong"))
    world.platform.run(1)
    assert world.platform.ended == []
    world.kill()
    world.start()
    (event,) = ask(world, "grant.list", m.GrantsGet()).grants
    assert (event.id, event.player, event.ms, event.by, event.reason) == (
        given.id,
        "an",
        5 * MINUTE,
        "guardian",
        "bài tập xong",
    )
    ask(world, "grant.revoke", m.GrantRevoke(id=given.id))
    world.pass_time(MINUTE + 1_000)
    assert world.platform.asked == [1]
    assert [type(one).__name__ for one in world.journal("grant.given", "grant.revoked")] == ["GrantGiven", "GrantRevoked"]


def test_a_grants_reason_is_not_in_the_log(world):
    """Names and reasons lie beside the entry, under its commitment."""
    world.start(roster(packs=(limit(5),)))
    ask(world, "grant.add", m.GrantAdd(player="an", ms=MINUTE, reason="bí mật của An"))
    rows = world.daemon.store.db.execute("SELECT entry, payload FROM journal").fetchall()
    assert not any("bí mật".encode() in entry for entry, _ in rows)
    assert any(payload and "bí mật".encode() in payload for _, payload in rows)


def test_a_grant_that_cannot_be_written_is_none(world):
    """Nothing changed, and it says so."""
    world.start(roster(packs=(limit(0),)))
    world.daemon.store.db = disk = FullDisk(world.daemon.store.db)
    with pytest.raises(ApiError, match="nothing changed") as caught:
        ask(world, "grant.add", m.GrantAdd(player="an", ms=MINUTE))
    disk.full = False
    assert caught.value.code == "unavailable"
    assert ask(world, "grant.list", m.GrantsGet()).grants == ()
    world.platform.run(1)
    assert world.platform.ended == [1]


@pytest.mark.parametrize(
    ("op", "request_", "code"),
    [
        ("grant.add", m.GrantAdd(player="nobody", ms=MINUTE), "not-found"),
        ("grant.add", m.GrantAdd(player="an", ms=MINUTE, game="tetris"), "not-found"),
        ("grant.add", m.GrantAdd(player="an", ms=0), "bad-input"),
        ("grant.add", m.GrantAdd(player="an", ms=25 * 60 * MINUTE), "bad-input"),
        ("grant.revoke", m.GrantRevoke(id="ffff"), "bad-input"),
        ("why", m.WhyGet(player="an", game="tetris"), "not-found"),
        ("usage", m.UsageGet(day="24/11/2026"), "bad-input"),
        ("usage", m.UsageGet(day="9999-12-31"), "bad-input"),
        ("usage", m.UsageGet(day="0001-01-01"), "bad-input"),
        ("usage", m.UsageGet(day="1969-12-31"), "bad-input"),
        ("usage", m.UsageGet(day=""), "bad-input"),
        ("usage", m.UsageGet(day="9" * 5000), "bad-input"),
    ],
)
def test_bad_requests_are_one_clear_line(world, op, request_, code):
    """What, where, what to do; and nothing changed."""
    world.start(roster())
    with pytest.raises(ApiError) as caught:
        ask(world, op, request_)
    assert caught.value.code == code
    assert "\n" not in str(caught.value)


def test_without_a_roster_the_daemon_says_so(world):
    """Status answers; what needs players is unavailable."""
    world.start()
    assert [one.id for one in ask(world, "status", m.StatusGet()).daemon.issues] == ["no-roster"]
    with pytest.raises(ApiError, match="giochoi-agent"):
        ask(world, "why", m.WhyGet(player="an"))


@pytest.mark.parametrize("day", ["1971-01-01", "9998-12-31"])
def test_usage_at_the_ends_of_time(world, day):
    """Nobody played then."""
    world.start(roster())
    assert ask(world, "usage", m.UsageGet(day=day)).players == {}


def test_usage_of_any_day(world):
    """Today, and a day that is long over, from the store."""
    world.start(roster())
    world.platform.run(1)
    world.pass_time(10 * MINUTE)
    world.platform.exit(1)
    assert ask(world, "usage", m.UsageGet()).players["an"].games == {"luanti": 600.0}
    world.clock.run(30 * 24 * 60 * MINUTE)
    world.stop()
    world.start()
    assert ask(world, "usage", m.UsageGet()).players == {}
    assert ask(world, "usage", m.UsageGet(day="2026-11-24")).players["an"].total_s == 600.0


def test_a_warning_is_shown_to_the_player_and_confirmed(world):
    """The child's display gets it and nobody else's; its confirmation is in the log."""

    async def run():
        child = world.daemon.routes["watch"].handler(CHILD, m.Watch())
        friend = world.daemon.routes["watch"].handler(FRIEND, m.Watch())
        first, other = asyncio.ensure_future(anext(child)), asyncio.ensure_future(anext(friend))
        await asyncio.sleep(0)
        world.platform.run(1)
        assert (await first).kind == "started"
        warning = await anext(child)
        assert (warning.kind, warning.left) == ("warning", MINUTE)
        with pytest.raises(ApiError, match="not a signal"):
            await world.daemon.routes["shown"].handler(FRIEND, m.Shown(number=warning.number))
        await world.daemon.routes["shown"].handler(CHILD, m.Shown(number=warning.number))
        assert not other.done()
        other.cancel()

    world.start(roster(packs=(limit(1),)))
    asyncio.run(run())
    assert [one.shown for one in world.journal("warned")] == [True]


def test_the_doctor_names_an_administrator_who_should_be_limited(world):
    """There nothing can hold."""
    world.platform.administrators.add("an")
    world.start(roster(packs=(limit(5),)))
    bad = [one for one in ask(world, "doctor", m.DoctorGet()).checks if one.id == "account:an"]
    assert [one.ok for one in bad] == [False]
    assert "is an administrator's" in plain(bad[0].text)


def test_repair_confirms_the_clock(world):
    """A guardian's word is an anchor."""
    world.start(roster())
    world.clock.step(60 * MINUTE)
    world.beat()
    assert "clock-jump" in [one.id for one in world.daemon.health.open()]
    ask(world, "doctor", m.DoctorGet(repair=True))
    assert world.daemon.health.open() == ()
    assert world.daemon.loop.read().wall == NOON + 60 * MINUTE
