"""What comes by itself: the minute's rows from the heart, the night's work from housekeeping. No error is swallowed."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from daemon.wiring import Daemon
from tests.daemon.world import HOUR, MINUTE, issues, limit, roster
from tests.system import PATIENCE


async def until(condition):
    """Waits until it holds, for ten seconds at most."""
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.01)


def some_time(housekeeping, condition):
    """Runs it until the condition holds or it failed."""

    async def main():
        running = asyncio.create_task(housekeeping.run())
        await until(lambda: running.done() or condition())
        if running.done():
            running.result()
        running.cancel()

    asyncio.run(main())


@pytest.mark.promise("Failures: A power cut loses a minute of play at most")
def test_the_rows_of_a_play_are_written_by_the_minute(world):
    """A power cut after this costs only what came later: the play's row says how far it had come."""
    world.start(roster())
    world.platform.run(100)
    world.pass_time(MINUTE)
    assert [row.ms for row in world.daemon.store.plays(world.clock.wall())] == [MINUTE]


def test_rows_do_not_wait_for_a_clock_that_was_set_back(world):
    """The minute is one of the clock that nobody can set."""
    world.start(roster())
    world.platform.run(100)
    world.pass_time(MINUTE)
    world.clock.step(-3 * HOUR)
    world.pass_time(MINUTE)
    assert [row.ms for row in world.daemon.store.plays(world.clock.wall())] == [2 * MINUTE]


def test_what_former_nights_left_is_done_at_once(world):
    """The day that ended while no daemon ran is summed up."""
    world.start(roster(packs=(limit(60),)))
    world.platform.run(100)
    world.pass_time(10 * MINUTE)
    world.platform.exit(100)
    world.stop()
    world.clock.run(24 * HOUR)
    world.night = lambda: None
    world.start()
    assert world.journal("usage.day") == []
    some_time(world.daemon.housekeeping, lambda: world.journal("usage.day"))
    (day,) = world.journal("usage.day")
    assert (day.day, day.games["luanti"].ms) == ("2026-11-24", 10 * MINUTE)
    assert world.daemon.recorder.lost == 0


@pytest.mark.parametrize(("zone", "hours"), [("Asia/Ho_Chi_Minh", 12), ("Asia/Tokyo", 10)])
def test_nights_are_those_of_the_place(world, zone, hours):
    """A minute past midnight where the place is, not by the PC's own zone."""
    world.start(msgspec.structs.replace(roster(), zone=zone))
    world.platform.run(100)
    world.pass_time(MINUTE)
    world.platform.exit(100)
    world.pass_time(hours * HOUR - MINUTE)
    assert world.journal("usage.day") == []
    world.pass_time(MINUTE)
    assert [one.day for one in world.journal("usage.day")] == ["2026-11-24"]


@pytest.mark.parametrize("step", [-3 * HOUR, 3 * HOUR])
def test_a_day_is_over_by_the_clock_that_is_believed(world, step):
    """Nobody has to wait for a clock that was set to say so, too."""
    world.start(roster())
    world.platform.run(100)
    world.pass_time(MINUTE)
    world.platform.exit(100)
    world.clock.step(step)
    world.pass_time(12 * HOUR)
    assert [one.day for one in world.journal("usage.day")] == ["2026-11-24"]


def test_housekeeping_asks_again_and_again_whether_a_day_is_over(world):
    world.start()
    asked, nights, housekeeping = [], [], world.daemon.housekeeping

    def due():
        asked.append(len(nights))
        return len(asked) == 3

    housekeeping.every, housekeeping.due, housekeeping.work = 0.02, due, lambda: nights.append(len(asked))
    some_time(housekeeping, lambda: len(asked) > 4)
    assert nights == [3]


def test_an_error_is_told(world):
    world.start()
    world.daemon.housekeeping.work = lambda: 1 // 0
    world.daemon.housekeeping.in_zone("Asia/Ho_Chi_Minh")
    with pytest.raises(ZeroDivisionError):
        some_time(world.daemon.housekeeping, lambda: False)


def test_the_heart_rests_when_there_is_nothing_to_do(world):
    """Woken once it beats once more, and then waits."""
    world.start(roster())
    beats, beat = [], world.daemon.heart.beat
    world.daemon.heart.beat = lambda: (beats.append(1), beat())[1]

    async def some_time():
        task = asyncio.create_task(world.daemon.heart.run(lambda: None))
        await until(lambda: beats)
        world.daemon.heart.wake.set()
        await asyncio.sleep(0.1)
        task.cancel()

    asyncio.run(some_time())
    assert len(beats) == 2


def test_signs_of_life_come_from_the_heart(world):
    """A seat that hangs gives none, so that the service's watchdog bites; one that idles gives them in time."""
    world.start(roster())
    signs = []

    async def some_beats():
        task = asyncio.create_task(world.daemon.heart.run(lambda: signs.append(asyncio.current_task()), 0.02))
        await until(lambda: len(signs) > 2)
        assert set(signs) == {task}
        task.cancel()

    asyncio.run(some_beats())


def test_a_callback_that_raises_is_an_issue(world, caplog):
    """The daemon goes on, status and doctor say it, and the traceback is in the service's log."""
    world.daemon = Daemon(world.home, world.clock, world.platform.parts)

    async def body():
        run = asyncio.create_task(world.daemon.run(lambda _: None, lambda _: None))
        await until(lambda: world.daemon.health.has("no-roster"))
        asyncio.get_running_loop().call_soon(lambda: 1 // 0)
        await until(lambda: "internal-error" in issues(world))
        assert not run.done()
        run.cancel()
        await asyncio.wait([run], timeout=PATIENCE)

    asyncio.run(body())
    assert "ZeroDivisionError" in caplog.text
