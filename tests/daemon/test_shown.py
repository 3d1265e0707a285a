"""What the log says was shown to a player, and how."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from daemon.api import asking as a
from daemon.api import messages as m
from host.wire import ApiError
from rules.games import Fingerprint
from tests.daemon.display import displays, settled
from tests.daemon.test_api import CHILD, ROOT
from tests.daemon.world import HOUR, MINUTE, NOON, limit, roster, shipped


def shown(world):
    return [(type(one).__name__, getattr(one, "shown", None)) for one in world.journal("warned", "play.due", "play.ended")]


def confirm(world, caller, number):
    return world.daemon.routes["shown"].handler(caller, m.Shown(number=number))


def test_a_warning_is_in_the_log_before_the_end_of_its_play(world):
    """Nobody confirmed it, and the game is over."""

    async def run():
        async with displays(world, CHILD):
            world.platform.run(1)
            world.platform.exit(1)

    world.start(roster(packs=(limit(1),)))
    asyncio.run(run())
    assert shown(world) == [("Warned", False), ("PlayEnded", None)]


def test_anothers_end_leaves_a_warning_its_time(world):
    """It may still be confirmed."""

    async def run():
        async with displays(world, CHILD) as (child,):
            world.platform.run(2, account="friend")
            world.platform.run(1)
            world.platform.exit(2)
            await settled()
            await confirm(world, CHILD, child.got[-1].number)

    world.start(roster(packs=(limit(1),)))
    asyncio.run(run())
    assert shown(world) == [("PlayEnded", None), ("Warned", True)]


def test_a_warning_that_waits_is_written_when_the_seat_stops(world):
    """As not shown."""

    async def run():
        async with displays(world, CHILD):
            world.platform.run(1)
            world.stop()

    world.start(roster(packs=(limit(1),)))
    asyncio.run(run())
    world.start()
    assert shown(world) == [("Warned", False)]


@pytest.mark.parametrize("late", [0, 1])
def test_a_confirmation_counts_for_a_moment(world, late):
    """After it the warning stands as not shown; a second confirmation changes nothing."""

    async def run():
        async with displays(world, CHILD) as (child,):
            world.platform.run(1)
            world.pass_time(1_499 + late)
            await settled()
            for _ in range(2):
                await confirm(world, CHILD, child.got[-1].number)

    world.start(roster(packs=(limit(1),)))
    asyncio.run(run())
    assert shown(world) == [("Warned", not late)]


def test_the_heart_beats_when_nobody_may_confirm_any_more(world):
    """So that the line is written then, and not whenever something else comes."""

    async def run():
        async with displays(world, CHILD):
            world.platform.run(1)
            assert world.beat() == 1_500

    world.start(roster(packs=(limit(1),)))
    asyncio.run(run())


@pytest.mark.parametrize("how", ["banner", "notification", "window", "sound"])
def test_how_it_was_shown_is_in_the_log(world, how):
    """As the display said."""

    async def run():
        async with displays(world, CHILD) as (child,):
            world.platform.run(1)
            await settled()
            await world.daemon.routes["shown"].handler(CHILD, m.Shown(number=child.got[-1].number, how=how))

    world.start(roster(packs=(limit(1),)))
    asyncio.run(run())
    (line,) = world.journal("warned")
    assert (line.shown, line.how) == (True, how)


def test_a_guardians_display_does_not_tell_the_player(world):
    """It gets the warning and may confirm it, and the child was not told; nobody waits for it."""

    async def run():
        async with displays(world, ROOT) as (parent,):
            world.platform.run(1)
            await settled()
            assert world.beat() > 1_500
            await confirm(world, ROOT, parent.got[-1].number)
        async with displays(world, ROOT, CHILD) as (parent, child):
            world.platform.run(2, "teeworlds")
            await settled()
            await confirm(world, ROOT, parent.got[-1].number)
            await world.daemon.routes["shown"].handler(CHILD, m.Shown(number=child.got[-1].number, how="sound"))

    world.start(roster(packs=(limit(1),)))
    asyncio.run(run())
    first, second = world.journal("warned")
    assert (first.game, first.shown, second.game, second.how) == ("luanti", False, "teeworlds", "sound")


def test_signals_carry_what_a_display_needs(world):
    """Titles, until when, who, and which program."""

    async def run():
        async with displays(world, CHILD) as (child,):
            world.platform.run(1)
            world.platform.run(2, "gta")
            await world.daemon.routes["grant.add"].handler(ROOT, m.GrantAdd(player="an", ms=MINUTE, game="luanti"))
            world.pass_time(3 * MINUTE)
            world.platform.run(3)
            world.clock.run(10)
            world.platform.launch(Fingerprint("/home/an/own", 10, "aa", "b1"), account="an", pid=4, strange=True)
            await settled()
            return {one.kind: one for one in child.got}, child.got[-1]

    base = roster(packs=(limit(1),))
    [an] = base.players
    world.start(msgspec.structs.replace(base, players=(msgspec.structs.replace(an, unknown="refused"),)))
    found, stranger = asyncio.run(run())
    for kind in ("started", "warning", "granted", "due", "ended"):
        assert found[kind].title == "Luanti", kind
    assert found["granted"].who == "root"
    assert found["warning"].until == found["warning"].at + found["warning"].left
    assert found["due"].until == found["due"].at + 10_000
    assert (stranger.kind, stranger.program) == ("refused", "aa")


def test_a_refused_start_says_until_when(world):
    async def run():
        async with displays(world, CHILD) as (child,):
            world.platform.run(1)
            await world.daemon.routes["pause"].handler(ROOT, a.Pause(player="an", until=NOON + HOUR))
            world.platform.run(2, "teeworlds")
            await settled()
            return [(one.title, one.until) for one in child.got if one.kind == "refused"]

    world.start(roster(packs=(limit(0),)))
    assert asyncio.run(run()) == [("Luanti", None), ("Teeworlds", None)]
    world.adopt(roster(2, packs=(limit(60),)))
    world.clock.run(MINUTE)
    assert asyncio.run(run())[0] == ("Luanti", NOON + HOUR)


def test_what_needs_a_yes_is_not_promised_for_later(world):
    """Nor what another rule refuses then: at 21:30 the hours are over."""

    async def run():
        async with displays(world, CHILD) as (child,):
            world.platform.run(1, "teeworlds")
            await settled()
            return [(one.kind, one.until) for one in child.got]

    world.start(roster(packs=(shipped("home-balanced"),)))
    assert asyncio.run(run()) == [("refused", None)]
    assert [one.verdict for one in world.journal("launch.refused")] == ["ask"]


def test_what_was_not_sent_cannot_be_confirmed(world):
    """A number that is yet to come."""

    async def run():
        async with displays(world, CHILD):
            with pytest.raises(ApiError, match="not a signal"):
                await confirm(world, CHILD, 1)

    world.start(roster())
    asyncio.run(run())
