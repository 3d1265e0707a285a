"""What displays are shown, and by whom."""

from __future__ import annotations

import asyncio

import msgspec

from agent.api.roster import Guardian
from daemon.api import asking as a
from daemon.api import messages as m
from daemon.reporting.announce import WINDOW_MS
from host.transport import Caller
from i18n.message import plain
from tests.daemon.display import displays, settled
from tests.daemon.test_api import CHILD, FRIEND, ROOT
from tests.daemon.test_periods import learning, run
from tests.daemon.world import HOUR, MINUTE, NOON, limit, roster

BINH = Caller(uid=5003, pid=1, account="binh", admin=False)


def ask(world, op, request, caller=ROOT):
    return world.daemon.routes[op].handler(caller, request)


def test_what_happens_is_shown_to_who_plays_and_to_guardians(world):
    """A play from start to end; to others nothing of it."""

    async def run():
        async with displays(world, CHILD, FRIEND, ROOT) as (child, friend, parent):
            world.platform.run(1)
            world.pass_time(MINUTE)
            world.platform.run(2)
            await settled()
            assert child.kinds() == parent.kinds() == ["started", "warning", "due", "ended", "refused"]
            assert friend.got == []
            started, warning, due, ended, refused = child.got
            assert {(one.player, one.game) for one in child.got} == {("an", "luanti")}
            assert {one.zone for one in child.got} == {"Asia/Ho_Chi_Minh"}
            assert (warning.left, warning.title) == (MINUTE, "Luanti")
            assert (due.left, due.how, due.rule, plain(due.text)) == (10_000, "asked", "house.all", "A limit of the house")
            assert plain(refused.text) == "A limit of the house"
            assert (ended.left, ended.how, refused.how, refused.rule) == (MINUTE, "asked", "ended", "house.all")
            assert started.number < warning.number < due.number < ended.number < refused.number

    world.start(roster(packs=(limit(1),)))
    asyncio.run(run())


def test_each_account_of_a_play_is_told(world):
    """Two accounts of one guest play one game: both are warned, and both see that it is over. A third one sees nothing."""

    async def run():
        async with displays(world, BINH, FRIEND, CHILD) as (first, second, third):
            world.platform.run(1, account="binh")
            world.platform.run(2, account="friend")
            world.pass_time(2 * MINUTE)
            await settled()
            assert first.kinds() == ["started", "warning", "due", "ended"]
            assert second.kinds() == ["warning", "due", "ended"]
            assert third.got == []

    world.start(roster(guest_packs=(limit(2),)))
    asyncio.run(run())


def test_who_joins_a_play_that_ends_soon_is_told_so(world):
    """Its warnings were given before: the newcomer gets one of what is left, nobody gets one twice for it."""

    async def run():
        async with displays(world, FRIEND) as (second,):
            world.platform.run(1, account="binh")
            world.pass_time(90_000)
            world.platform.run(2, account="friend")
            world.platform.run(3, account="friend")
            await settled()
            assert [(one.kind, one.left) for one in second.got] == [("warning", 30_000)]

    world.start(roster(guest_packs=(limit(2),)))
    asyncio.run(run())


def test_who_joined_is_still_told_after_a_restart(world):
    """Which accounts play is seen again by what runs."""

    async def run():
        async with displays(world, FRIEND) as (second,):
            world.pass_time(2 * MINUTE)
            await settled()
            assert second.kinds()[-3:] == ["warning", "due", "ended"]

    world.start(roster(guest_packs=(limit(3),)))
    world.platform.run(1, account="binh")
    world.platform.run(2, account="friend")
    world.pass_time(MINUTE)
    world.kill()
    world.start()
    asyncio.run(run())


def test_a_storm_of_refused_starts_is_no_storm_of_signals(world):
    """Each attempt of a person is answered, also when the log no longer names each."""

    async def run():
        async with displays(world, CHILD) as (child,):
            for pid in range(1, 401):
                world.platform.run(pid, "luanti" if pid % 2 else "teeworlds")
                world.clock.run(50)
            await settled()
            assert child.kinds().count("refused") == 2 * 20 * 1000 // WINDOW_MS
            world.clock.run(WINDOW_MS)
            world.platform.run(500)
            await settled()
            assert child.kinds()[-1] == "refused"

    world.start(roster(packs=(limit(0),)))
    asyncio.run(run())


def test_each_account_is_told_of_its_own_refused_start(world):
    """Two of one guest, at the same moment, at a game each."""

    async def run():
        async with displays(world, BINH, FRIEND) as (first, second):
            world.platform.run(1, account="binh")
            world.platform.run(2, account="friend")
            await settled()
            assert (first.kinds(), second.kinds()) == (["refused"], ["refused"])

    world.start(roster(guest_packs=(limit(0),)))
    asyncio.run(run())


def test_extra_time_is_shown_to_who_got_it(world):
    """And when it is taken back."""

    async def run():
        async with displays(world, CHILD, FRIEND, ROOT) as (child, friend, parent):
            given = await ask(world, "grant.add", m.GrantAdd(player="an", ms=5 * MINUTE, game="luanti"))
            await ask(world, "grant.add", m.GrantAdd(player="an", ms=MINUTE))
            await ask(world, "grant.revoke", m.GrantRevoke(id=given.id))
            await settled()
            told = [(one.kind, one.player, one.game, one.left) for one in child.got]
            assert told == [
                ("granted", "an", "luanti", 5 * MINUTE), ("granted", "an", "", MINUTE), ("granted", "an", "luanti", 0),
            ]  # fmt: skip
            assert (len(parent.got), friend.got) == (3, [])

    world.start(roster(packs=(limit(5),)))
    asyncio.run(run())


def test_until_when_may_be_played_is_told(world):
    """As a play starts, time comes and goes, as an answer too, and a pause is over; after a play, from when again."""

    async def run():
        async with displays(world, CHILD) as (child,):
            world.platform.run(1)
            given = await ask(world, "grant.add", m.GrantAdd(player="an", ms=5 * MINUTE))
            await ask(world, "grant.revoke", m.GrantRevoke(id=given.id))
            await ask(world, "pause", a.Pause(player="an"))
            await ask(world, "resume", a.Resume(player="an"))
            for yes in (True, False):
                wish = await ask(world, "request.add", a.RequestAdd(ms=5 * MINUTE), CHILD)
                answer = a.RequestApprove(id=wish.id, ms=MINUTE) if yes else a.RequestDeny(id=wish.id)
                await ask(world, answer.op, answer)
            world.pass_time(11 * MINUTE)
            await ask(world, "off", a.Off(ms=HOUR, reason="x"))
            world.platform.run(2)
            await settled()
            told = [(one.kind, one.until and (one.until - NOON) // MINUTE) for one in child.got if one.kind in kinds]
            assert told == [
                ("started", 10), ("granted", 15), ("granted", 10), ("resumed", 10), ("answered", 11), ("answered", None),
                ("ended", 12 * 60), ("started", None),
            ]  # fmt: skip
            assert child.got[0].left == 10 * MINUTE

    kinds = {"started", "granted", "resumed", "answered", "ended"}
    world.start(roster(packs=(limit(10),)))
    asyncio.run(run())


def test_the_child_hears_the_end_that_the_guardian_is_told(world):
    """By a grant, an extension, a yes and what is taken back, while a game runs that counts in no budget and ends later."""

    async def during():
        async with displays(world, CHILD) as (child,):
            told = [await ask(world, "grant.add", m.GrantAdd(player="an", ms=5 * MINUTE))]
            told.append(await ask(world, "grant.extend", m.GrantExtend(player="an", until=12 * HOUR + 40 * MINUTE)))
            wish = await ask(world, "request.add", a.RequestAdd(ms=15 * MINUTE), CHILD)
            told.append(await ask(world, "request.approve", a.RequestApprove(id=wish.id)))
            told.append(await ask(world, "grant.revoke", m.GrantRevoke(id=told[0].id)))
            await settled()
            heard = [one.until for one in child.got if one.kind in {"granted", "answered"}]
            assert heard == [one.after.until for one in told] == [NOON + minutes * MINUTE for minutes in (25, 40, 55, 50)]
            assert [one.game for one in told] == [None] * 4

    world.start(learning())
    run(world, 1, "sums", "b1")
    asyncio.run(during())


def test_who_becomes_a_guardian_sees_all_and_who_was_one_no_longer(world):
    """With the list that says so, not with the next start of the display."""
    mother = Guardian(id="me", name="Mẹ", account="friend")

    async def run():
        async with displays(world, FRIEND) as (friend,):
            for number, guardians in enumerate(((), (mother,), ()), 2):
                world.adopt(msgspec.structs.replace(roster(number, packs=(limit(5),)), guardians=guardians))
                await ask(world, "grant.add", m.GrantAdd(player="an", ms=number * MINUTE))
            await settled()
            assert [one.left for one in friend.got] == [3 * MINUTE]

    world.start(roster())
    asyncio.run(run())


def test_extra_time_of_who_has_no_account_is_shown_to_guardians_only(world):
    """Of a player without one. What ends because the player is gone is in the log."""
    an = msgspec.structs.replace(roster(packs=(limit(5),)).players[0], account=None)

    async def run():
        async with displays(world, CHILD, ROOT) as (child, parent):
            given = await ask(world, "grant.add", m.GrantAdd(player="an", ms=MINUTE))
            await ask(world, "grant.revoke", m.GrantRevoke(id=given.id))
            world.adopt(roster(2, players=()))
            await settled()
            assert (child.got, parent.kinds()) == ([], ["granted", "granted"])

    world.start(roster(players=(an,)))
    asyncio.run(run())


def test_what_is_wrong_with_the_pc_is_shown_to_everybody(world):
    """Its clock, its zone, an Issue and its end."""

    async def run():
        async with displays(world, CHILD, FRIEND) as (child, friend):
            world.clock.step(HOUR)
            world.beat()
            world.clock.step(-HOUR)
            world.beat()
            world.clock.called = "Etc/UTC"
            world.seat.look_again()
            await settled()
            told = [(one.kind, one.rule, one.how) for one in child.got]
            assert told == [
                ("issue", "clock-jump", ""), ("issue", "clock-jump", "raised"), ("issue", "clock-jump", "cleared"),
                ("issue", "zone-changed", ""),
            ]  # fmt: skip
            assert friend.got == child.got

    world.start(roster())
    asyncio.run(run())


def test_a_display_that_takes_nothing_is_not_waited_for(world):
    """What it missed it is not shown later, and a warning that it cannot take was not shown."""

    async def run():
        async with displays(world, CHILD) as (lazy,):
            for pid in range(1, 301):  # without giving way to it
                world.platform.run(pid, "teeworlds")
                world.platform.exit(pid)
                world.clock.run(4_000)
            world.platform.run(301)
            await settled()
            numbers = [one.number for one in lazy.got]
            assert numbers == list(range(numbers[0], numbers[0] + 256))
            assert [one.shown for one in world.journal("warned")] == [False]

    world.start(roster(packs=(limit(1, games=("luanti",)),)))
    asyncio.run(run())
