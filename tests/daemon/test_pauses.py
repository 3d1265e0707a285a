"""Pauses: what runs has a minute and its time to save, nothing starts, and it ends by itself, over restarts and set clocks."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from agent.api.roster import Guardian, Player
from compliance.entries.decision import PauseLine
from daemon.api import asking as a
from daemon.api import messages as m
from host.wire import ApiError
from i18n.message import plain
from tests.daemon.test_api import CHILD, FRIEND, PARENT, ROOT, ask
from tests.daemon.test_disk import FullDisk
from tests.daemon.test_displays import displays, settled
from tests.daemon.world import HOUR, MINUTE, NOON, limit, roster

KINDS = ("pause", "resume")


def pause(world, player="an", until=None, caller=ROOT, **more):
    return ask(world, "pause", a.Pause(player=player, until=until, **more), caller)


def resume(world, player="an", caller=ROOT):
    return ask(world, "resume", a.Resume(player=player), caller)


def paused(world):
    return {one.id: one.paused for one in ask(world, "status", m.StatusGet()).players}


def told(world):
    return [(type(one).__name__, getattr(one, "how", None)) for one in world.journal(*KINDS)]


def test_what_runs_has_a_minute_and_its_time_to_save(world):
    """Warned at once, asked to close a minute later, ended when its time to save is over; the log says why."""
    world.start(roster(packs=(limit(60),)))
    world.platform.obedient = False
    world.platform.run(1)
    world.pass_time(MINUTE)
    pause(world, until=NOON + HOUR)
    assert [one.left for one in world.journal("warned")] == [MINUTE]
    world.pass_time(MINUTE - 1_000)
    assert world.platform.asked == []
    world.pass_time(2_000)
    assert world.platform.asked == [1]
    (due,) = world.journal("play.due")
    assert (due.rule, due.cite, due.pack, due.verdict, due.until) == ("pause", "", "", "refuse", NOON + HOUR)
    (line,) = world.journal("pause")
    assert due.paused == PauseLine(line.id, NOON + HOUR)
    world.pass_time(8_900)
    assert (world.platform.told, world.platform.ended) == ([], [])
    world.pass_time(3_000)
    assert (world.platform.told, world.platform.ended) == ([1], [1])


def test_nothing_starts_until_its_end(world):
    """Also of a player whom nothing else limits."""
    world.start(roster())
    pause(world, until=NOON + HOUR)
    assert world.platform.refusals.refused == {"an": frozenset({"luanti", "teeworlds"})}
    world.platform.run(1)
    assert world.platform.ended == [1]
    (refused,) = world.journal("launch.refused")
    assert (refused.rule, refused.until) == ("pause", NOON + HOUR)
    world.pass_time(HOUR)
    world.platform.run(2)
    assert world.platform.ended == [1]
    assert told(world) == [("Paused", None), ("Resumed", "over")]


def test_a_play_goes_on_if_the_pause_ends_within_its_minute(world):
    """Known at once, not with the next beat that comes anyway."""
    world.start(roster(packs=(limit(600),)))
    world.platform.run(1)
    pause(world, until=world.clock.wall() + 45_000)
    world.pass_time(2 * MINUTE)
    assert (world.platform.asked, world.journal("play.due")) == ([], [])


def test_resume_answers_what_follows(world):
    world.start(roster(packs=(limit(60),)))
    pause(world)
    answer = resume(world)
    (one,) = answer.players
    assert (answer.changed, one.paused, one.after.verdict, one.after.until) == (True, False, "allow", NOON + HOUR)
    assert not resume(world).changed
    assert told(world) == [("Paused", None), ("Resumed", "taken back")]
    world.platform.run(1)
    assert world.platform.ended == []


def test_it_survives_a_kill(world):
    """And ends while nothing runs, as the log then says."""
    world.start(roster(packs=(limit(60),)))
    pause(world, until=NOON + HOUR)
    world.kill()
    world.start()
    assert paused(world) == {"an": "2026-11-24T13:00:00+07:00"}
    world.platform.run(1)
    assert world.platform.ended == [1]
    world.kill()
    world.clock.run(2 * HOUR)
    world.start()
    assert (paused(world), told(world)) == ({"an": None}, [("Paused", None), ("Resumed", "over")])
    world.kill()
    world.start()
    assert len(told(world)) == 2


def test_another_takes_its_place(world):
    """Also a shorter one; the same changes nothing."""
    world.start(roster())
    pause(world, until=NOON + 2 * HOUR)
    assert pause(world, until=NOON + HOUR).changed
    assert not pause(world, until=NOON + HOUR).changed
    assert paused(world) == {"an": "2026-11-24T13:00:00+07:00"}
    assert told(world) == [("Paused", None), ("Resumed", "taken back"), ("Paused", None)]


def test_all_are_players_and_guests_but_no_guardian(world):
    """Whoever is a guardian here plays on, also as an account that no player has."""
    base = roster(packs=(limit(60),))
    mother = Player(id="me", name="Mẹ", account="friend", guardian=True, key="33" * 32)
    guardians = (Guardian(id="me", name="Mẹ", account="friend"), Guardian(id="bố", name="Bố", account="binh"))
    world.start(msgspec.structs.replace(base, players=(*base.players, mother), guardians=guardians))
    answer = pause(world, None, NOON + HOUR)
    assert {one.id: one.paused for one in answer.players} == {"an": True, "me": False, "guest": True}
    for pid, account in enumerate(("an", "friend", "binh"), 1):
        world.platform.run(pid, account=account)
    assert world.platform.ended == [1]
    (line,) = world.journal("pause")
    assert line.who is None


def test_one_of_all_is_let_play_again(world):
    """The others stay paused; whoever was paused alone as well is let play, too."""
    world.start(roster(packs=(limit(60),)))
    pause(world, None, NOON + HOUR)
    pause(world, "an", NOON + 2 * HOUR)
    assert ask(world, "status", m.StatusGet()).players[0].paused == "2026-11-24T14:00:00+07:00"
    assert resume(world, "an").players[0].after.verdict == "allow"
    world.platform.run(1)
    world.platform.run(2, account="friend")
    assert world.platform.ended == [2]
    world.kill()
    world.start()
    assert paused(world)["an"] is None
    assert [one.paused for one in resume(world, None).players] == [False, False]
    assert paused(world)["an"] is None
    whom = [line.who for line in world.journal("resume")]
    assert whom[:2].count(None) == 0
    assert whom[2:] == [None]


def test_a_set_clock_ends_no_pause(world):
    """Neither ahead nor back, until a guardian says that it is right."""
    world.start(roster(packs=(limit(60),)))
    pause(world, until=NOON + HOUR)
    world.clock.step(3 * HOUR)
    world.beat()
    world.platform.run(1)
    world.clock.step(-6 * HOUR)
    world.beat()
    world.platform.run(2)
    assert world.platform.ended == [1, 2]
    assert len(told(world)) == 1


def test_a_grant_does_not_lift_it(world):
    """Its answer says what still holds."""
    world.start(roster(packs=(limit(0),)))
    pause(world, until=NOON + HOUR)
    answer = ask(world, "grant.add", m.GrantAdd(player="an", ms=30 * MINUTE))
    assert (answer.still, answer.after.verdict, answer.after.rule) == (True, "refuse", "pause")
    assert plain(answer.after.text).startswith("paused by a guardian until")
    with pytest.raises(ApiError, match="paused by a guardian"):
        ask(world, "grant.extend", m.GrantExtend(player="an", until=20 * HOUR))


def test_why_says_it_first(world):
    """It is of no game's making, so letting that through would not help."""
    world.start(roster(packs=(limit(60),)))
    pause(world)
    why = ask(world, "why", m.WhyGet(player="an", game="teeworlds"), CHILD)
    assert (why.decision.verdict, why.decision.reason.rule, why.lets) == ("refuse", "pause", False)
    assert [one.reason.rule for one in why.findings] == ["pause", "house.all"]
    assert ask(world, "status", m.StatusGet()).players[0].paused == ""


@pytest.mark.parametrize("caller", [CHILD, FRIEND])
@pytest.mark.parametrize(("token", "why"), [("", "only a guardian"), ("made up", "proof by PIN is over")])
def test_only_a_guardian_may(world, caller, token, why):
    world.start(roster())
    for op, request in (("pause", a.Pause(player="an", token=token)), ("resume", a.Resume(token=token))):
        with pytest.raises(ApiError, match=why):
            ask(world, op, request, caller)
    assert pause(world, caller=PARENT).changed


@pytest.mark.parametrize(
    ("more", "match"),
    [({"until": NOON}, "is past"), ({"until": NOON + 400 * 24 * HOUR}, "a year"), ({"reason": "x" * 501}, "longer than"),
     ({"player": "nobody"}, "no player")],
)  # fmt: skip
def test_what_is_wrong_changes_nothing(world, more, match):
    world.start(roster())
    with pytest.raises(ApiError, match=match):
        pause(world, **{"player": "an", **more})
    assert paused(world) == {"an": None}


def test_a_full_disk_changes_nothing(world):
    """What cannot be written is not in force."""
    world.start(roster())
    world.daemon.store.db = disk = FullDisk(world.daemon.store.db)
    with pytest.raises(ApiError, match="nothing changed"):
        pause(world)
    disk.full = False
    assert paused(world) == {"an": None}


@pytest.mark.parametrize("change", [lambda world: pause(world, until=NOON + 2 * HOUR), lambda world: resume(world, None)])
def test_what_ends_and_what_begins_is_written_at_once(world, change):
    """Neither a disk with room for one of two lines, nor a power cut between them, takes a pause away that goes on."""
    world.start(roster())
    pause(world, "guest", until=NOON + HOUR)
    pause(world, until=NOON + HOUR)
    world.daemon.store.db = disk = FullDisk(world.daemon.store.db)
    disk.left = 1
    change(world)
    with pytest.raises(ApiError, match="nothing changed"):
        pause(world, until=NOON + 3 * HOUR)


def test_who_comes_back_under_the_name_is_not_paused(world):
    world.start(roster())
    pause(world)
    world.adopt(roster(2, players=()))
    world.adopt(roster(3))
    assert paused(world) == {"an": None}
    assert told(world) == [("Paused", None), ("Resumed", "over")]


def test_what_cannot_be_read_is_dropped_and_told(world):
    """The limits hold."""
    world.start(roster())
    pause(world)
    world.daemon.store.put("pauses", b"[{")
    world.kill()
    world.start()
    assert paused(world) == {"an": None}
    assert world.daemon.health.has("store-broken")


def test_names_and_reasons_are_beside_the_entry(world):
    world.start(roster())
    pause(world, reason="ăn cơm")
    rows = world.daemon.store.db.execute("SELECT entry, payload FROM journal").fetchall()
    assert not any("ăn cơm".encode() in entry or b'"root"' in entry for entry, _ in rows)
    assert any(payload and "ăn cơm".encode() in payload for _, payload in rows)


def test_who_is_paused_is_told(world):
    """The player, and guardians; of all, everybody. Also when it is over by itself."""
    started = roster(packs=(limit(60),))

    async def run():
        route = world.daemon.routes
        async with displays(world, CHILD, FRIEND, ROOT) as (child, friend, parent):
            await route["pause"].handler(PARENT, a.Pause(player="an", until=NOON + MINUTE, reason="dinner"))
            world.pass_time(MINUTE)
            await settled()
            assert child.kinds() == parent.kinds() == ["paused", "resumed"]
            assert friend.got == []
            first, last = child.got
            assert (first.player, first.until, first.who) == ("an", NOON + MINUTE, "parent")
            assert first.reason == "dinner"
            assert last.who == ""
            await route["pause"].handler(ROOT, a.Pause(player=None))
            await settled()
            assert friend.kinds() == ["paused"]
            await route["resume"].handler(ROOT, a.Resume(player="guest"))
            await settled()
            assert (friend.kinds(), child.kinds()[2:]) == (["paused", "resumed"], ["paused"])

    world.start(started)
    asyncio.run(run())


@pytest.mark.parametrize(
    ("first", "then", "holds", "longer", "instead"),
    [
        ((None, 2), ("an", 1), 2, True, None),  # of all, and it goes on for longer
        (("an", 2), (None, 1), 2, True, None),
        ((None, 1), ("an", 2), 2, False, None),
        ((None, 1), ("an", 1), 1, False, None),
        (("an", 2), ("an", 1), 1, False, a.Replaced(until=NOON + 2 * HOUR)),  # in its place
        (("an", None), ("an", 1), 1, False, a.Replaced(until=None)),
        (("an", 1), ("an", None), None, False, a.Replaced(until=NOON + HOUR)),
        (("an", 1), ("an", 1), 1, False, None),  # nothing changes
    ],
)
def test_a_pause_over_another_says_what_holds(world, first, then, holds, longer, instead):
    """The one that ends last, whichever was made last; of one player, or of all, there is one."""
    def at(hours):
        return None if hours is None else NOON + hours * HOUR

    world.start(roster())
    pause(world, first[0], at(first[1]))
    answer = pause(world, then[0], at(then[1]))
    part = next(one for one in answer.players if one.id == "an")
    assert (part.paused, part.until, part.longer, answer.instead) == (True, at(holds), longer, instead)
    assert answer.changed == (first != then)


def test_who_is_paused_is_told_what_holds(world):
    """Of two pauses the one that ends last: none is announced that is shorter, nor an end while another goes on."""

    async def run():
        route = world.daemon.routes
        async with displays(world, CHILD, FRIEND, ROOT) as (child, friend, parent):
            for player, hours in ((None, 2), ("an", 1), ("an", 3)):
                await route["pause"].handler(ROOT, a.Pause(player=player, until=NOON + hours * HOUR))
            await settled()
            assert [(one.kind, one.until - NOON) for one in child.got] == [("paused", hours * HOUR) for hours in (2, 2, 3)]
            world.pass_time(2 * HOUR)  # that of all is over
            await settled()
            assert friend.kinds() == ["paused", "resumed"]
            assert (len(child.got), parent.kinds()[3:]) == (3, ["resumed"])
            await route["pause"].handler(ROOT, a.Pause(player=None, until=NOON + 4 * HOUR))
            world.pass_time(HOUR)  # An's own is over
            await settled()
            assert [(one.kind, one.until - NOON) for one in child.got[3:]] == [("paused", 4 * HOUR)] * 2
            world.pass_time(HOUR)
            await settled()
            assert child.kinds()[5:] == ["resumed"]

    world.start(roster())
    asyncio.run(run())
