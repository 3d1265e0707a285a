"""The time to save over every platform: real programs, real windows, moments that the test names."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

from daemon.deciding.judge import Ruling
from daemon.deciding.plays import Play
from daemon.ending import SIGNAL_MS, Saving, Warned
from daemon.enforce import Enforcer
from daemon.events import PlayDue
from daemon.trusted import Reading
from rules.decision import Decision
from rules.save_time import CLOSE_MS

SAVE_MS = 30_000
OVER = Ruling(Decision("refuse", None, None, None, grace_ms=SAVE_MS), None, None)


def at(ms: int) -> Reading:
    return Reading("a boot", ms, ms, (ms,))


def due_now(stage, program) -> Play:
    """A play of this program, whose end was announced for the moment 0."""
    an = SimpleNamespace(id=f"an-{program.pid}")
    return Play(an, "who", program.account, stage.games["chess"], (), 0, 0, {program.identity}, 0, ending=Warned(0))


async def watched(stage, story) -> None:
    stage.platform.watcher.start(stage.seen.append)
    try:
        await story()
    finally:
        stage.platform.watcher.stop()


def test_who_obeys_at_once_has_the_time_that_was_promised(stage):
    """Nothing happens to a game until its windows are asked, once, and nothing but that until its time to save is over."""

    async def story():
        stage.game("chess")
        stage.refuse()
        told, kept = [], []
        control = stage.platform.control
        enforcer = Enforcer(control, told.append, lambda plays, _: kept.extend(one.ending for one in plays))
        programs = [await stage.started((await stage.launch("chess", how)).pid) for how in (stage.PLAIN, stage.STUBBORN)]
        obedient, stubborn = (one.identity for one in programs)
        await stage.settled(stubborn[0])
        plays = [due_now(stage, program) for program in programs]

        def follow(ms):
            for one in plays:
                enforcer.follow(one, OVER, at(ms))

        follow(0)
        follow(SAVE_MS - CLOSE_MS - 1)
        await asyncio.sleep(0.3)  # where nothing is to happen there is nothing to wait for
        assert (control.alive(*obedient), control.reached([obedient])) == (True, False)
        assert ([type(one) for one in told], kept) == ([PlayDue, PlayDue], [])
        follow(SAVE_MS - CLOSE_MS)
        assert kept == [Saving(SAVE_MS)] * 2
        if stage.WINDOWS:
            await stage.ended(obedient[0])
        follow(SAVE_MS - 1)
        await asyncio.sleep(0.3)
        assert (control.alive(*obedient), control.alive(*stubborn)) == (not stage.WINDOWS, True)
        follow(SAVE_MS)
        follow(SAVE_MS + SIGNAL_MS)
        await stage.ended(stubborn[0])
        assert (len(told), len(kept)) == (2, 2)

    asyncio.run(watched(stage, story))
