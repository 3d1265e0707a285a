"""Of root, whose programs are nobody's play, the kernel tells nothing; of everybody else all that it told before."""

from __future__ import annotations

import asyncio
import errno
import os
import subprocess
import sys
from contextlib import contextmanager

import pytest

from daemon.platforms.api import ProgramStarted, Refusals
from daemon.platforms.linux import calls, procfs
from daemon.platforms.linux.watching import connector, unheard
from daemon.platforms.linux.watching.connector import Connector, Others
from rules.games import Catalogue, Game

pytestmark = pytest.mark.root
SOMEBODY = 48_211
GAME = Game(id="game", title="", names=("the-unheard",))


@pytest.fixture
def filters():
    """Skips where the kernel does not let us ask who acts."""
    try:
        os.close(unheard.without_root(connector._filter(0, spoken=True), 0, (1,)))
    except OSError as error:
        pytest.skip(f"this kernel has no such filter: {error}")


@contextmanager
def listening(*, root):
    line, others = Connector(), Others()
    try:
        line.want(others=None if root else others)
        yield lambda: list(line.read(100_000))
    finally:
        line.close()
        others.close()


def forks(code=""):
    return [sys.executable, "-I", "-S", "-c", f"import os; {code}\npid = os.fork()\nif pid: os.waitpid(pid, 0)"]


def kinds(told, pid):
    return [event.kind for event in told if event.pid == pid], [event for event in told if event.parent == pid]


def ran(command, **who):
    with subprocess.Popen(command, **who) as program:
        return program.pid


@pytest.mark.usefixtures("filters")
def test_what_root_does_is_not_told_and_what_others_do_is():
    """Exec, forks and ends; a fork of root's is root's, whoever executes something in it."""
    with listening(root=False) as told:
        roots, others = ran(forks()), ran(forks(), user=SOMEBODY, group=SOMEBODY, extra_groups=[])
        found = told()
    assert kinds(found, roots) == ([], [])
    named, children = kinds(found, others)
    assert named == ["exec", "exit"]
    assert [event.kind for event in children] == ["fork"]
    assert kinds(found, children[0].pid) == (["fork", "exit"], [])


@pytest.mark.usefixtures("filters")
def test_who_acts_with_roots_rights_is_not_root():
    """Setuid programs, which have the real number of whoever runs them; nor is root who acts as somebody."""
    for numbers in ((SOMEBODY, 0, 0), (0, SOMEBODY, 0)):
        with listening(root=False) as told:
            pid = ran(forks(f"os.setresuid{numbers}"))
            named, children = kinds(told(), pid)
        assert named == ["exit"]
        assert len(children) == 1


@pytest.mark.usefixtures("filters")
def test_that_events_come_is_proved_all_the_same():
    """The daemon, which is root, hears its own name."""
    with listening(root=False) as told:
        calls.OwnName().again()
        assert "named" in {event.kind for event in told()}


def test_where_the_kernel_does_not_say_who_acts_root_is_heard(monkeypatch):
    """An old one, or one that a service manager keeps from us."""

    def refused(*_):
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(connector, "without_root", refused)
    with listening(root=False) as told:
        pid = ran(forks())
        assert kinds(told(), pid)[0] == ["fork", "exec", "exit"]


@pytest.mark.parametrize("told", [True, False], ids=["told", "filtered"])
def test_root_is_looked_at_when_it_may_play(watching, until, make_game, open_folder, launcher, monkeypatch, told):
    """A roster makes the difference, at once; whoever plays as somebody else is seen by either."""
    if told:
        monkeypatch.setattr(connector, "without_root", unheard_of)
    (program, _), seen = make_game(open_folder, "the-unheard"), []
    catalogue = Catalogue([GAME])

    async def start(user=None):
        args = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", str(program)] if user else [str(program)]
        return (await launcher.aside("start", args=[*args, "60"]))["pid"]

    def games():
        return [one.program.pid for one in seen if isinstance(one, ProgramStarted) and catalogue.recognise(one.program)]

    async def body():
        async with watching(seen) as watcher:
            for roots in (False, True, False):
                watcher.refuse(Refusals(catalogue, {}, root=roots))
                first, second = await start(), await start(SOMEBODY)
                await until(lambda at={first, second} if roots else {second}: at <= set(games()))
                assert (first in games()) == roots
                assert (first in {one.pid for one in watcher.scan()}) == roots
                launcher("finish", pid=first)
                launcher("finish", pid=second)

    asyncio.run(body())


def test_what_root_runs_already_is_found_when_it_may_play(watching, until, make_game, open_folder, launcher, monkeypatch):
    """At once, and not with the next look at all that runs, be it that somebody spoke to the kernel."""
    want = Connector.want
    monkeypatch.setattr(Connector, "want", lambda line, *, others=None, **_: want(line, spoken=False, others=others))
    (program, _), seen = make_game(open_folder, "the-unheard"), []

    async def body():
        async with watching(seen) as watcher:
            watcher.refuse(Refusals(Catalogue([GAME]), {}, root=False))
            pid = (await launcher.aside("start", args=[str(program), "60"]))["pid"]
            watcher.scan()  # by now it runs, and is nobody's
            watcher.refuse(Refusals(Catalogue([GAME]), {}, root=True))
            await until(lambda: pid in {one.program.pid for one in seen if isinstance(one, ProgramStarted)})
            launcher("finish", pid=pid)

    asyncio.run(body())


def test_of_what_root_runs_no_more_is_read_than_whose_it_is(watching, launcher, monkeypatch):
    """By a scan, while it is nobody's: that is most of what runs. Others' programs are found as ever."""
    read, stat, seen = set(), procfs.stat, []
    monkeypatch.setattr(procfs, "stat", lambda pid: (read.add(pid), stat(pid))[1])

    async def body():
        async with watching(seen) as watcher:
            watcher.refuse(Refusals(Catalogue([GAME]), {}, root=False))
            mine, theirs = [
                (await launcher.aside("start", args=["/bin/sleep", "60"], user=user))["pid"] for user in ("root", "nobody")
            ]
            read.clear()
            found = {program.pid for program in watcher.scan()}
            assert (mine in found, theirs in found) == (False, True)
            assert (mine in read, theirs in read) == (False, True)
            for pid in (mine, theirs):
                launcher("finish", pid=pid)

    asyncio.run(body())


def test_what_root_started_is_a_players_once_it_acts_as_one(watching):
    """Without executing anything, so that nothing is told of it: the next look at all that runs finds it."""
    becomes = f"import os, sys; input(); os.setresuid(*[{SOMEBODY}] * 3); print('is', flush=True); input()"

    async def body():
        async with watching([]) as watcher:
            watcher.refuse(Refusals(Catalogue([GAME]), {}, root=False))
            assert program.pid not in {one.pid for one in watcher.scan()}
            program.stdin.write(b"\n")
            assert program.stdout.readline() == b"is\n"
            assert program.pid in {one.pid for one in watcher.scan()}

    command = [sys.executable, "-I", "-S", "-c", becomes]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as program:
        asyncio.run(body())
        program.kill()


def unheard_of(*_):
    raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))


@pytest.mark.usefixtures("filters")
def test_a_filter_is_made_once(monkeypatch):
    """Whoever has us listen anew again and again, by silencing the kernel, does not have it made each time."""
    made, make = [], connector.without_root

    def counted(*given):
        made.append(given)
        return make(*given)

    monkeypatch.setattr(connector, "without_root", counted)
    others = Others()
    for spoken in (True, False) * 3:
        line = Connector()
        line.want(spoken=spoken, others=others)
        line.close()
    others.close()
    assert len(made) == 2
