"""Nothing enforced for a while: nothing is refused, ended or warned of, all of it is counted, and it ends by itself."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from daemon.api import asking as a
from daemon.api import messages as m
from daemon.platforms.api import WatchTrouble
from host import restored
from host.wire import ApiError
from i18n.message import msg
from tests.daemon.test_api import CHILD, FRIEND, PARENT, ROOT, ask
from tests.daemon.test_disk import FullDisk
from tests.daemon.test_displays import displays, settled
from tests.daemon.test_honest import audited
from tests.daemon.test_pauses import pause
from tests.daemon.test_unknown_programs import OWN, start, start_unread, strict
from tests.daemon.test_unknown_programs import refused as refused_programs
from tests.daemon.world import HOUR, MINUTE, NOON, issues, limit, roster, shipped

KINDS = ("enforcement.off", "enforcement.on")


def off(world, minutes=30, reason="birthday", caller=PARENT):
    return ask(world, "off", a.Off(ms=int(minutes * MINUTE), reason=reason), caller)


def told(world):
    return [(type(one).__name__, getattr(one, "how", None)) for one in world.journal(*KINDS)]


def test_nothing_is_refused_or_ended_and_all_is_counted(world):
    """The figures stay what the rules say."""
    world.start(roster(packs=(limit(1),)))
    off(world)
    world.platform.run(1)
    world.pass_time(20 * MINUTE)
    world.platform.run(2, "teeworlds")
    world.pass_time(5 * MINUTE)
    assert (world.platform.asked, world.platform.ended, world.journal("warned", "play.due", "launch.refused")) == ([], [], [])
    status = world.status()
    assert (status.used_s, status.allowed, status.left_s) == (25 * 60, False, 0)


def test_a_chain_that_begins_anew_says_what_holds(world):
    """A restored seat is another one; what nothing is enforced for, and who is paused, its own entries say."""
    world.start(roster(packs=(limit(1),)))
    off(world)
    pause(world, None)
    ask(world, "resume", a.Resume(player="an"))
    former = world.journal("enforcement.off", "pause")
    world.stop()
    (world.home.daemon / restored.NAME).write_bytes(msgspec.json.encode(restored.Restored(1)))
    world.clock.run(2_000)
    world.start()
    world.adopt(roster(2, packs=(limit(1),)))
    world.beat()
    again = world.journal("enforcement.off", "pause")
    assert {(one.id, one.until) for one in again} == {(one.id, one.until) for one in former}
    assert [(one.id, one.how) for one in world.journal("resume")] == [(former[1].id, "taken back")]
    assert audited(world.journal()).failures == ()


def test_what_is_over_by_then_has_a_minute_and_its_time_to_save(world):
    world.start(roster(packs=(limit(1),)))
    world.platform.obedient = False
    off(world)
    world.platform.run(1)
    world.pass_time(30 * MINUTE)
    assert [one.left for one in world.journal("warned")] == [MINUTE]
    assert told(world) == [("EnforcementOff", None), ("EnforcementOn", "over")]
    world.pass_time(MINUTE - 1_000)
    assert world.platform.asked == []
    world.pass_time(1_000)
    assert (world.platform.asked, world.platform.told) == ([1], [])
    world.pass_time(13_000)
    assert world.platform.ended == [1]
    world.platform.run(2)
    assert world.platform.ended == [1, 2]


def test_what_saves_already_is_let_go_on(world):
    """Nor is what it left behind ended."""
    world.start(roster(packs=(limit(1),)))
    world.platform.obedient = False
    world.platform.run(1)
    world.pass_time(MINUTE + 5_000)
    assert world.platform.asked == [1]
    off(world)
    world.pass_time(20 * MINUTE)
    assert (world.platform.told, world.platform.ended) == ([], [])


def test_what_a_game_left_behind_is_let_go_on(world):
    """It would be ended with the time to save of the game that is over."""
    world.start(roster(packs=(limit(1),)))
    world.platform.obedient = False
    world.platform.run(1)
    world.platform.launch(OWN, account="an", pid=2, parent=1)
    world.pass_time(MINUTE + 2_000)
    world.platform.exit(1)
    off(world)
    world.pass_time(MINUTE)
    assert [one.pid for one in world.platform.scan()] == [2]


def test_its_end_is_kept_to_the_moment(world):
    """The heart asks to beat then, and not with what comes anyway."""
    world.start(roster(packs=(limit(1),)))
    off(world, 1.25)
    world.pass_time(62_000)
    assert world.beat() == 13_000


def test_it_is_taken_back(world):
    """And comes again, in the place of the one before."""
    world.start(roster(packs=(limit(0),)))
    off(world)
    off(world, 60, "guests")
    assert ask(world, "status", m.StatusGet()).daemon.off.reason == "guests"
    answer = off(world, 0, "")
    assert (answer.until, answer.changed, off(world, 0, "").changed) == (None, True, False)
    world.platform.run(1)
    assert world.platform.ended == [1]
    assert told(world) == [("EnforcementOff", None), ("EnforcementOn", "taken back")] * 2
    assert ask(world, "status", m.StatusGet()).daemon.off is None


def test_it_is_loud(world):
    """In status, doctor and log, to whoever looks."""
    world.start(roster())
    off(world)
    status = ask(world, "status", m.StatusGet(), CHILD)
    assert (status.daemon.off.until, status.daemon.off.who) == ("2026-11-24T12:30:00+07:00", "parent")
    assert [one.id for one in status.daemon.issues] == ["enforcement-off"]
    assert [one.ok for one in ask(world, "doctor", m.DoctorGet()).checks if one.id == "enforcement-off"] == [False]
    world.pass_time(30 * MINUTE)
    assert issues(world) == []
    raised = [one.id for one in world.journal("issue.raised", "issue.cleared")]
    assert raised.count("enforcement-off") == 2


def test_the_gate_refuses_nothing_until_it_is_over(world):
    """Neither games nor what is not installed; a new list changes nothing of that."""
    world.start(strict(packs=(limit(0),)))
    before = world.platform.refusals
    assert before.refused
    assert before.only
    off(world)
    assert (world.platform.refusals.refused, world.platform.refusals.only) == ({}, {})
    world.adopt(strict(2, packs=(limit(0),)))
    assert (world.platform.refusals.refused, world.platform.refusals.only) == ({}, {})
    world.pass_time(30 * MINUTE - 1)
    assert world.platform.refusals.only == {}
    world.pass_time(1)
    assert (world.platform.refusals.refused, world.platform.refusals.only) == (before.refused, before.only)


def test_what_is_not_installed_may_start_though_no_game_was_refused(world):
    """Nor for the moment in which a new list comes."""
    world.start(strict())
    off(world)
    told_gate, refuse = [], world.platform.refuse
    world.platform.refuse = lambda refusals: (told_gate.append(refusals.only), refuse(refusals))
    assert world.platform.refusals.only == {}
    world.adopt(strict(2))
    assert told_gate
    assert not any(told_gate)
    off(world, 0, "")
    assert world.platform.refusals.only


@pytest.mark.parametrize("back", ["by itself", "taken back"])
def test_other_programs_run_too_and_go_on(world, back):
    """What started while it was off goes on; what starts later is ended."""
    world.start(strict())
    off(world)
    start(world, 1)
    start_unread(world, 2)
    world.pass_time(29 * MINUTE)
    start(world, 3)
    if back == "by itself":
        world.pass_time(MINUTE)
    else:
        off(world, 0, "")
    world.seat.look_again()
    assert (world.platform.ended, refused_programs(world)) == ([], [])
    start(world, 4)
    assert world.platform.ended == [4]


def test_a_pause_holds_meanwhile(world):
    """It is somebody's word about now, too: what runs is ended with its minute and what it left behind, nothing starts, and the
    gate knows; others play, and the pause over, so does who was paused.
    """
    world.start(roster(packs=(limit(1),)))
    world.platform.obedient = False
    world.platform.run(1)
    off(world, 60)
    pause(world, until=NOON + 30 * MINUTE)
    assert world.platform.refusals.refused == {"an": frozenset({"luanti", "teeworlds"})}
    world.platform.run(2, "teeworlds")
    assert world.platform.ended == [2]
    world.platform.launch(OWN, account="an", pid=3, parent=1)
    world.pass_time(MINUTE + 2_000)
    assert world.platform.asked == [1]
    world.platform.exit(1)
    world.pass_time(MINUTE)
    assert not world.platform.scan()
    (due,) = world.journal("play.due")
    assert due.rule == "pause"
    world.pass_time(28 * MINUTE)
    assert world.platform.refusals.refused == {}
    world.platform.run(5)
    assert world.platform.ended == [2]


def test_unread_programs_of_the_system_are_not_ended(world):
    """At a place where whoever plays without checking in is a guest, so are its services: but none hides a game."""
    world.platform.accounts |= {"customer", "clerk"}
    world.platform.administrators |= {"clerk"}
    base = roster(place="game-point", place_packs=(shipped("vn-game-point"),), packs=(limit(1),))
    world.start(msgspec.structs.replace(base, guest=msgspec.structs.replace(base.guest, unknown="refused")))
    assert set(world.platform.refusals.only) == {"binh", "customer", "friend"}
    for pid, account in enumerate(("root", "www-data", "clerk", "customer", "an"), 2):
        start_unread(world, pid, account=account)
    assert world.platform.ended == [5]


@pytest.mark.parametrize(("account", "told"), [
    ("an", True), ("customer", True), ("clerk", False), ("www-data", False), ("", True),
])  # fmt: skip
def test_what_could_not_be_read_is_trouble_only_of_who_is_limited(world, account, told):
    """A busy PC is read slowly: at one on which nobody is limited that says nothing about anybody."""
    world.platform.accounts |= {"customer", "clerk"}
    world.platform.administrators |= {"clerk"}
    world.start(roster(place="game-point", place_packs=(shipped("vn-game-point"),), packs=(limit(1),)))
    for _ in range(2):
        world.daemon.heart.observe(WatchTrouble("read-held", msg("x"), account=account))
    assert issues(world) == ["read-held"] * told
    world.daemon.heart.observe(WatchTrouble("read-held", msg("x"), over=True))
    assert issues(world) == []


def test_at_home_it_is_no_trouble_of_who_may_play_what_they_like(world):
    world.start(roster(packs=()))
    world.daemon.heart.observe(WatchTrouble("read-held", msg("x"), account="an"))
    assert issues(world) == []


def test_it_survives_a_kill(world):
    """Also while the daemon is down it ends; play that is over by then has its minute."""
    world.start(roster(packs=(limit(1),)))
    off(world)
    world.platform.run(1)
    world.pass_time(5 * MINUTE)
    world.kill()
    world.start()
    assert issues(world) == ["enforcement-off"]
    world.pass_time(5 * MINUTE)
    assert world.platform.asked == []
    world.kill()
    world.clock.run(HOUR)
    world.start()
    assert (issues(world), told(world)[-1]) == ([], ("EnforcementOn", "over"))
    world.pass_time(MINUTE - 1_000)
    assert world.platform.asked == []
    world.pass_time(2_000)
    assert world.platform.asked == [1]


@pytest.mark.parametrize("confirmed", [False, True])
@pytest.mark.parametrize("step", [3 * HOUR, -3 * HOUR, -48 * HOUR])
def test_a_set_clock_prolongs_nothing(world, step, confirmed):
    """Set ahead it is over at once, by one of both readings; set back it lasts as long as it would have, even if a guardian
    says that the clock is right.
    """
    world.start(roster(packs=(limit(0),)))
    off(world)
    world.clock.step(step)
    world.beat()
    if confirmed:
        world.daemon.heart.confirm_clock()
    assert issues(world).count("enforcement-off") == (step < 0)
    world.pass_time(30 * MINUTE)
    assert "enforcement-off" not in issues(world)
    world.platform.run(1)
    assert world.platform.ended == [1]


def test_nobody_is_told_what_a_clock_in_doubt_ends_at_once(world):
    """Ahead it would be over by one of both readings; behind it lasts as long as is said."""
    world.start(roster(packs=(limit(0),)))
    world.clock.step(7 * HOUR)
    world.beat()
    with pytest.raises(ApiError, match="--repair") as caught:
        off(world, 60)
    assert (caught.value.code, issues(world), off(world, 0, "").changed) == ("refused", ["clock-jump"], False)
    world.daemon.heart.confirm_clock()
    world.clock.step(-7 * HOUR)
    off(world, 60)
    world.platform.run(1)
    world.pass_time(HOUR - 1_000)
    assert (issues(world), world.platform.ended) == (["enforcement-off", "clock-jump"], [])


def test_a_clock_set_over_a_restart_of_the_pc_prolongs_nothing(world):
    """However far back: it lasts no longer than was said since the PC started."""
    world.start(roster(packs=(limit(0),)))
    off(world)
    world.kill()
    world.clock.step(-3 * HOUR)
    world.clock.reboot()
    world.start()
    world.pass_time(30 * MINUTE)
    world.platform.run(1)
    assert (issues(world).count("enforcement-off"), world.platform.ended) == (0, [1])


@pytest.mark.parametrize("place", ["game-point", "agent-without-games"])
def test_where_the_law_binds_the_place_nobody_may(world, place):
    """What was begun at home ends there."""
    world.start(roster())
    off(world)
    world.adopt(roster(2, place=place, packs=(limit(0),)))
    world.platform.run(1)
    assert (issues(world), world.platform.ended) == ([], [1])
    with pytest.raises(ApiError, match="the law") as caught:
        off(world)
    assert caught.value.code == "refused"
    assert off(world, 0, "").until is None


@pytest.mark.parametrize(
    ("minutes", "reason", "match"),
    [(1441, "x", "from 0 to 1440"), (-1, "x", "from 0 to 1440"), (5, "", "say why"), (5, " ", "say why"),
     (5, "x" * 501, "longer")],
)  # fmt: skip
def test_what_is_wrong_changes_nothing(world, minutes, reason, match):
    world.start(roster())
    with pytest.raises(ApiError, match=match):
        off(world, minutes, reason)
    assert (issues(world), told(world)) == ([], [])


@pytest.mark.promise("Servers and rights: Only a guardian's own account can switch limits off")
def test_only_a_guardian_by_account_may(world):
    """The role is the table's: no token is asked for."""
    world.start(roster())
    assert world.daemon.routes["off"].role == "guardian"
    assert not {"guardian"} & (world.daemon.roles(CHILD) | world.daemon.roles(FRIEND))
    assert "token" not in a.Off.__struct_fields__


def test_a_full_disk_changes_nothing(world):
    world.start(roster())
    world.daemon.store.db = disk = FullDisk(world.daemon.store.db)
    with pytest.raises(ApiError, match="nothing changed"):
        off(world)
    disk.full = False
    assert ask(world, "status", m.StatusGet()).daemon.off is None


def test_what_takes_its_place_is_written_at_once_with_its_end(world):
    """Where both are not written, it goes on."""
    world.start(roster())
    off(world)
    world.daemon.store.db = disk = FullDisk(world.daemon.store.db)
    disk.left = 1
    off(world, 300)
    with pytest.raises(ApiError, match="nothing changed"):
        off(world, 20)
    disk.full = False
    assert world.daemon.heart.loop.overruling.overrides.off.until == world.clock.wall() + 300 * MINUTE


def test_everybody_is_told(world):
    async def run():
        async with displays(world, CHILD, FRIEND, ROOT) as shown:
            await world.daemon.routes["off"].handler(PARENT, a.Off(ms=MINUTE, reason="birthday"))
            world.pass_time(MINUTE)
            await settled()
            for one in shown:
                assert [kind for kind in one.kinds() if kind != "issue"] == ["off", "on"]
                first = next(signal for signal in one.got if signal.kind == "off")
                assert (first.until, first.who) == (NOON + MINUTE, "parent")

    world.start(roster())
    asyncio.run(run())
