"""A kernel that tells no process events, as in any container: the gate refuses all the same, and what runs is looked for."""

from __future__ import annotations

import asyncio

import pytest

from daemon.platforms.api import ProgramEnded, ProgramStarted, Refusals, WatchTrouble
from daemon.platforms.linux import calls
from daemon.platforms.linux.watching import poll
from daemon.platforms.linux.watching.poll import Poller
from rules.games import Catalogue

pytestmark = [pytest.mark.root, pytest.mark.usefixtures("no_tags")]
CHILD = "games"
NEVER_S = 3_600


def troubles(seen, id_):
    return [one.over for one in seen if isinstance(one, WatchTrouble) and one.id == id_]


def told(seen, pid, *kinds):
    """What of this program was told, in order."""
    mine = {ProgramStarted: lambda one: one.program.pid, ProgramEnded: lambda one: one.pid}
    return [one for one in seen if type(one) in (kinds or mine) and mine[type(one)](one) == pid]


def plays(seen, pid, game):
    """The last that was told of it is that it is the game."""
    last = told(seen, pid)[-1:]
    return bool(last) and isinstance(last[0], ProgramStarted) and Catalogue([game]).recognise(last[0].program) is not None


@pytest.mark.parametrize("gate", [True, False])
def test_events_that_come_later_are_taken(watching, until, gate_folder, launcher, make_game, no_tags, gate):
    """The Issue is over, nobody looks any more; who plays meanwhile is told once, and who starts afterwards by an event."""
    path, chess = make_game(gate_folder, "chess")
    seen = []

    async def body():
        async with watching(seen, (str(gate_folder),) if gate else ()) as watcher:
            assert watcher.kind == ("gate" if gate else "poll")
            watcher.refuse(Refusals(Catalogue([chess]), {}))
            before = (await launcher.aside("start", args=[str(path), "60"], user=CHILD))["pid"]
            await until(lambda: plays(seen, before, chess))
            no_tags()
            await until(lambda: troubles(seen, "watch-events") == [False, True])
            assert (watcher.kind, watcher._poller._timer) == ("gate" if gate else "events", None)
            after = (await launcher.aside("start", args=[str(path), "60"], user=CHILD))["pid"]
            await until(lambda: plays(seen, after, chess))
            for pid in (before, after):
                launcher("finish", pid=pid)
                await until(lambda pid=pid: told(seen, pid, ProgramEnded))
            assert len(told(seen, before, ProgramEnded)) == 1

    asyncio.run(body())


def test_a_gate_that_breaks_leaves_who_looks(watching, until, gate_folder, launcher, make_game, monkeypatch):
    """Until it is set up anew, without an hour's word of events that are none."""
    path, chess = make_game(gate_folder, "chess")
    seen = []

    async def body():
        async with watching(seen, (str(gate_folder),)) as watcher:
            watcher.refuse(Refusals(Catalogue([chess]), {CHILD: frozenset({"chess"})}))
            with monkeypatch.context() as broken:
                broken.setattr(calls, "fanotify_read", lambda _: 1 / 0)
                run = await launcher.aside("start", args=[str(path), "60"], user=CHILD)
                await until(lambda: troubles(seen, "watch-gate") == [False])
                assert watcher.kind == "poll"
                await until(lambda: plays(seen, run["pid"], chess))
            await until(lambda: troubles(seen, "watch-gate") == [False, True])
            assert watcher.kind == "gate"
            assert "pid" not in await launcher.aside("start", args=[str(path), "1"], user=CHILD)
            launcher("finish", pid=run["pid"])

    asyncio.run(body())


def test_who_has_something_to_lose_looks_at_once(watching, until, gate_folder, launcher, make_game, monkeypatch):
    """Not when the long wait is over that was begun while there was nothing."""
    turns = []
    monkeypatch.setattr(poll, "SLOW_S", NEVER_S)
    turn = Poller._turn
    monkeypatch.setattr(Poller, "_turn", lambda self, loop: (turns.append(1), turn(self, loop)))
    path, chess = make_game(gate_folder, "chess")
    seen = []

    async def body():
        async with watching(seen) as watcher:
            await until(lambda: turns)
            pid = (await launcher.aside("start", args=[str(path), "60"], user=CHILD))["pid"]
            watcher.refuse(Refusals(Catalogue([chess]), {CHILD: frozenset({"chess"})}))
            await until(lambda: plays(seen, pid, chess))
            launcher("finish", pid=pid)

    asyncio.run(body())
