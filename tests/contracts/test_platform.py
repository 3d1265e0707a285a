"""What every platform keeps: the loop cannot tell them apart but by `kind`."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from daemon.platforms.api import ProgramEnded, ProgramStarted, StartRefused, WatchTrouble
from i18n.message import Message
from tests.system import PATIENCE

NEAR_MS = 50
GONE = 1 << 22  # no pid that anything here has


def told(stage, kind, pid):
    return [seen for seen in stage.seen if isinstance(seen, kind)
            and (seen.program.pid if isinstance(seen, ProgramStarted) else seen.pid) == pid]


def test_start_and_end_are_told_with_their_moments(stage, play):
    """A program's start and end are told once each, with moments that are off by less than 50 ms. Who only looks knows an end
    when it looks.
    """

    async def body():
        stage.game("chess")
        stage.refuse()
        stage.platform.watcher.scan()
        run = await stage.launch("chess")
        program = await stage.started(run.pid)
        assert run.before - NEAR_MS <= program.since <= run.after + NEAR_MS
        assert program.account == stage.accounts[0]
        over = await stage.finish(run.pid)
        end = await stage.ended(run.pid)
        latest = stage.clock.mono() if stage.looks else over.after + NEAR_MS
        assert over.before - NEAR_MS <= end.mono <= latest
        assert (end.pid, end.started) == program.identity
        story = stage.story(run.pid)
        assert [type(one) for one in story[-2:]] == [ProgramStarted, ProgramEnded]
        assert len(story) == 2 or stage.looks

    play(body)


def test_scan_is_the_truth(stage, play):
    """A scan finds what runs, as it was told, and nothing that is over."""

    async def body():
        stage.game("chess")
        stage.refuse()
        run = await stage.launch("chess")
        program = await stage.started(run.pid)
        found = stage.scanned(run.pid)
        assert (found.identity, found.since, found.account) == (program.identity, program.since, program.account)
        assert stage.scanned(run.pid) == found
        await stage.finish(run.pid)
        await stage.ended(run.pid)
        assert stage.scanned(run.pid) is None

    play(body)


def test_what_ran_before_is_found_by_a_scan_only(stage, play):
    """Programs from before `start` are not told as started; their end is told once a scan has found them."""
    stage.game("chess")
    run = asyncio.run(stage.launch("chess"))

    async def body():
        stage.refuse()
        found = stage.scanned(run.pid)
        assert run.before - NEAR_MS <= found.since <= run.after + NEAR_MS
        await asyncio.sleep(0.3)
        assert told(stage, ProgramStarted, run.pid) == []
        await stage.finish(run.pid)
        assert (await stage.ended(run.pid)).started == found.started

    play(body)


@pytest.mark.promise("Failures: Without a gate, games are ended at their start, and status says how they are watched")
def test_refused_start(stage, play):
    """With a gate a refused start does not happen and is told as such; without one it is told like any other."""

    async def body():
        stage.game("chess")
        stage.game("go")
        stage.refuse(**{stage.accounts[0]: ("chess",)})
        run = await stage.launch("chess")
        if stage.platform.watcher.kind == "gate":
            assert run.pid is None
            seen = await stage.until(lambda seen: isinstance(seen, StartRefused))
            assert (seen.account, seen.game, seen.path.rpartition("/")[2]) == (stage.accounts[0], "chess", "chess")
            assert run.before - NEAR_MS <= seen.mono <= run.after + NEAR_MS
        else:
            await stage.started(run.pid)
        allowed = await stage.launch("go")
        await stage.started(allowed.pid)

    play(body)


def test_others_are_untouched(stage, play):
    """Another account may start the refused game, everybody other programs, and all may again once it is not refused."""

    async def body():
        stage.game("chess")
        stage.refuse(**{stage.accounts[0]: ("chess",)})
        if stage.accounts[0] != stage.accounts[1]:
            assert (await stage.launch("chess", account=stage.accounts[1])).pid
        assert (await stage.launch("shell")).pid
        assert (await stage.launch("shell")).pid
        stage.refuse()
        run = await stage.launch("chess")
        await stage.started(run.pid)
        assert not [seen for seen in stage.seen if isinstance(seen, StartRefused)]

    play(body)


def test_an_exec_is_an_end_and_a_start(stage, play):
    """A launcher that becomes the game keeps its identity: the old program ends and the new one starts, at that moment."""
    if not stage.REPLACES:
        pytest.skip("here a process is one program from its start to its end")

    async def body():
        stage.game("chess")
        stage.game("shell")
        stage.refuse(nobody=("chess", "shell"))
        run = await stage.launch_replaceable()
        await stage.until(lambda seen: isinstance(seen, ProgramStarted) and seen.program.pid == run.pid)
        await asyncio.sleep(0.4)
        at = stage.clock.mono()
        await stage.replace(run.pid, "chess")

        def is_chess(seen):
            mine = isinstance(seen, ProgramStarted) and seen.program.pid == run.pid
            return mine and seen.program.files[0].path.endswith("chess")

        program = (await stage.until(is_chess)).program
        end = told(stage, ProgramEnded, run.pid)[-1]
        assert (end.pid, end.started) == program.identity
        if stage.looks:  # it knows that it was another program when it looked last
            assert run.before - NEAR_MS <= program.since <= stage.clock.mono()
        else:
            assert at - NEAR_MS <= program.since <= stage.clock.mono()
        assert stage.scanned(run.pid).since == program.since

    play(body)


def test_asking_reaches_windows_and_ends_nothing(stage, play):
    """A request closes what has a window and obeys; whatever else runs is left alone by it."""

    async def body():
        stage.game("chess")
        stage.refuse()
        control = stage.platform.control
        obedient, stubborn = await stage.launch("chess"), await stage.launch("chess", stage.STUBBORN)
        first, second = await stage.started(obedient.pid), await stage.started(stubborn.pid)
        both = [first.identity, second.identity]
        assert not control.reached(both)
        assert control.ask_close(both)
        if stage.WINDOWS:
            await stage.ended(obedient.pid)
            assert control.reached([first.identity])
            assert not control.ask_close([first.identity])
        await asyncio.sleep(0.3)  # where nothing is to happen there is nothing to wait for
        assert (control.alive(*first.identity), control.alive(*second.identity)) == (not stage.WINDOWS, True)
        assert control.reached(both) == stage.WINDOWS

    play(body)


def test_terminate_and_end(stage, play):
    """What can act upon a signal ends by it, and what does not is ended; where there is no signal both are ended."""

    async def body():
        stage.game("chess")
        stage.refuse()
        control = stage.platform.control
        obedient, stubborn = await stage.launch("chess"), await stage.launch("chess", stage.STUBBORN)
        first, second = await stage.started(obedient.pid), await stage.started(stubborn.pid)
        await stage.settled(stubborn.pid)
        assert control.alive(*first.identity)
        assert control.terminate(*first.identity)
        assert control.terminate(*second.identity)
        await stage.ended(obedient.pid)
        if stage.SIGNALS:
            await asyncio.sleep(0.2)
            assert control.alive(*second.identity)
            assert control.end(*second.identity)
        await stage.ended(stubborn.pid)
        for program in (first, second):
            assert not control.alive(*program.identity)
            assert not control.terminate(*program.identity)
            assert not control.end(*program.identity)

    play(body)


@pytest.mark.promise("End of play: A game is ended with its descendants")
@pytest.mark.parametrize("how", ["terminate", "end"])
def test_descendants_go_with_it(stage, play, how):
    """What a game started is told to end, and ended, with it."""

    async def body():
        stage.game("chess")
        stage.refuse()
        run = await stage.launch("chess", stage.TREE)
        program = await stage.started(run.pid)
        children = await stage.tree_of(run.pid)
        assert getattr(stage.platform.control, how)(*program.identity)
        await stage.ended(run.pid)
        async with asyncio.timeout(PATIENCE):
            while not all(stage.gone(child) for child in children):
                await asyncio.sleep(0.01)

    play(body)


@pytest.mark.promise("Games: What a game starts belongs to its play")
def test_what_a_game_starts_belongs_to_it(stage, play):
    """Its children do, nobody else does."""

    async def body():
        stage.game("chess")
        stage.refuse()
        tree, other = await stage.launch("chess", stage.TREE), await stage.launch("chess", stage.STUBBORN)
        program, foreign = await stage.started(tree.pid), await stage.started(other.pid)
        control, programs = stage.platform.control, {one.pid: one for one in stage.platform.watcher.scan()}
        for child in await stage.tree_of(tree.pid):
            found = programs.get(child) or stage.scanned(child)
            assert control.belongs(found, to=[program.identity])
            assert not control.belongs(found, to=[foreign.identity])
            brief = replace(found, pid=GONE, started=found.started + 1)  # it is over by now, with the same parent
            assert control.belongs(brief, to=[program.identity])
            assert not control.belongs(replace(brief, parent=GONE + 4), to=[program.identity])
            orphan = replace(brief, parent=GONE + 4)  # whose parent, one of them, is over as well
            assert control.belongs(orphan, to=[(GONE + 4, found.started)])
            assert not control.belongs(orphan, to=[(GONE + 4, orphan.started + 1)])
        assert control.belongs(program, to=[program.identity])
        assert not control.belongs(foreign, to=[program.identity])

    play(body)


def test_somebody_elses_identity_is_left_alone(stage, play):
    """A pid that another program has by now is neither alive under the old identity nor touched."""

    async def body():
        stage.game("chess")
        stage.refuse()
        run = await stage.launch("chess")
        pid, started = (await stage.started(run.pid)).identity
        control = stage.platform.control
        assert not control.alive(pid, started - 1)
        assert not control.ask_close([(pid, started - 1)])
        assert not control.reached([(pid, started - 1)])
        assert not control.terminate(pid, started - 1)
        assert not control.end(pid, started + 1)
        await asyncio.sleep(0.1)
        assert control.alive(pid, started)

    play(body)


def test_nothing_is_told_or_refused_after_stop(stage):
    """After `stop` starts are neither told nor refused; a second stop is harmless."""

    async def body():
        stage.game("chess")
        stage.platform.watcher.start(stage.seen.append)
        stage.refuse(**{stage.accounts[0]: ("chess",)})
        stage.platform.watcher.stop()
        stage.platform.watcher.stop()
        await asyncio.sleep(0)
        stage.seen.clear()
        assert (await stage.launch("chess")).pid
        await asyncio.sleep(0.2)
        assert stage.seen == []

    asyncio.run(body())


@pytest.mark.promise("Failures: Without a gate, games are ended at their start, and status says how they are watched")
def test_kind_and_troubles_say_how_well_is_watched(stage, play):
    """What cannot be had is told; what was not asked for is not."""

    async def body():
        await asyncio.sleep(0.05)
        troubles = {seen.id: seen.text for seen in stage.seen if isinstance(seen, WatchTrouble) and not seen.over}
        if stage.looks and not hasattr(stage, "fake"):
            assert isinstance(troubles.pop("watch-events"), Message)
        assert troubles == {}
        assert stage.platform.watcher.kind == stage.kind

    play(body)
