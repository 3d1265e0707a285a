"""Guardians who prove that they are, at a seat whose PINs are checked by hand."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from agent.api.roster import Guardian
from daemon import proving as codes
from daemon.api import asking
from daemon.platforms.pins import UncheckedError
from host.wire import ApiError
from tests.daemon.test_api import CHILD, ask
from tests.daemon.world import MINUTE, NOON, limit, roster

SECRET, OTHER = "A" * 32, "B" * 32
MUM = Guardian(id="me", name="Mẹ", pin="hash of 4711", code=SECRET)
DAD = Guardian(id="bo", name="Bố", pin="hash of 0815", code=OTHER, ceiling=60 * MINUTE)
AUNT = Guardian(id="co", name="Cô")


class HandPins:
    """Knows at once. `trouble`: it cannot say; `asked` counts, `together` are checked at the same time at most."""

    def __init__(self):
        self.trouble, self.asked, self.now, self.together = False, 0, 0, 0

    async def matches(self, hashed, pin):
        self.asked, self.now = self.asked + 1, self.now + 1
        self.together = max(self.together, self.now)
        await asyncio.sleep(0)
        self.now -= 1
        if self.trouble:
            raise UncheckedError
        return hashed == f"hash of {pin}"


def house(number=1, guardians=(MUM, DAD, AUNT), **more):
    return msgspec.structs.replace(roster(number, packs=(limit(0),), **more), guardians=guardians)


def prove(world, pin, guardian="Mẹ", caller=CHILD):
    return ask(world, "guardian.prove", asking.Prove(guardian=guardian, pin=pin), caller)


def refused(call, *args, **more) -> str:
    with pytest.raises(ApiError) as caught:
        call(*args, **more)
    assert caught.value.code == "refused"
    return str(caught.value)


def me(world, caller=CHILD):
    return ask(world, "me", asking.MeGet(), caller)


def guess(world, times, caller=CHILD, pin="1111"):
    """Wrong ones, each once the account may."""
    for _ in range(times):
        if (until := me(world, caller).locked) is not None:
            world.clock.run(until - world.daemon.clock.read().wall)
        assert "wrong" in refused(prove, world, pin, caller=caller)


def begun(world):
    """The world, with these guardians and the account of a parent."""
    world.platform.pins = HandPins()
    world.platform.accounts.add("parent")
    world.start(house())
    return world


def minutes_locked(world, caller=CHILD):
    until = me(world, caller).locked
    return 0 if until is None else (until - world.daemon.clock.read().wall) / MINUTE


def digits(secret=SECRET, wall=NOON, step=0):
    return codes.code(secret, wall // 30_000 + step)


def use(world, code, caller=CHILD, ms=None, player="An"):
    return ask(world, "code.use", asking.CodeUse(player=player, digits=code, ms=ms), caller)
