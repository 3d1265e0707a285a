"""What another account does below a game, over every platform."""

from __future__ import annotations

import asyncio

import pytest

from tests.system import PATIENCE


@pytest.mark.promise("End of play: What root or another account does below a game goes on")
@pytest.mark.parametrize("how", ["terminate", "end"])
def test_what_another_account_does_below_a_game_goes_on(stage, play, how, monkeypatch):
    """What was started there with an administrator's password, as by sudo or UAC, is not the player's."""

    async def body():
        stage.game("chess")
        stage.refuse()
        run = await stage.launch("chess", stage.TREE)
        program = await stage.started(run.pid)
        theirs, *others = await stage.tree_of(run.pid)
        stage.give(theirs, monkeypatch)
        stage.platform.control.remember([program.identity])
        assert getattr(stage.platform.control, how)(*program.identity)
        await stage.ended(run.pid)
        async with asyncio.timeout(PATIENCE):
            while not all(stage.gone(child) for child in others):
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        assert not stage.gone(theirs)
        stage.drop(theirs)

    play(body)
