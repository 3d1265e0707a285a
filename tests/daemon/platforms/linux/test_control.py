"""Ending programs: the right ones, all of them, and never ourselves."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import pytest

from daemon.platforms.linux import procfs
from daemon.platforms.linux.control import LinuxControl
from daemon.platforms.processes import BlindError, ancestors, descendants
from rules.games import Program
from tests.system import PATIENCE, until


@pytest.fixture(autouse=True)
def nobody_is_asked(monkeypatch):
    """Windows are test_closing.py's."""
    monkeypatch.setattr("daemon.platforms.linux.ending.asker.Asker.ask", lambda *_: None)


@pytest.fixture
def spawn():
    started = []

    def start(*args):
        started.append(subprocess.Popen(args, stdin=subprocess.DEVNULL, start_new_session=True))
        return started[-1]

    yield start
    for child in started:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)  # also what it left behind
        child.wait()


def identity(pid):
    return pid, procfs.stat(pid).started


def program(pid, started):
    return Program(pid, started, 0, "", ())


def below(pid):
    here = procfs.processes()
    return descendants((here[pid],), here)


def gone(*pids):
    return until(lambda: not any((found := procfs.stat(pid)) and found.alive for pid in pids))


def children(pid, name, ready=lambda _: True):
    """Those of its children that run the program `name`, as far as they are ready."""
    return [one.pid for one in below(pid) if one.parent == pid and procfs.args(one.pid)[:1] == (name,) and ready(one.pid)]


def test_a_stopped_game_can_obey_and_be_ended(spawn):
    """A game that stopped itself is woken when it is told to end, and ended even if it never wakes."""
    first, second = spawn("/bin/sleep", "60"), spawn("/bin/sleep", "60")
    control = LinuxControl()
    for child in (first, second):
        child.send_signal(signal.SIGSTOP)
    assert control.terminate(*identity(first.pid))
    assert control.end(*identity(second.pid))
    assert (first.wait(PATIENCE), second.wait(PATIENCE)) == (-signal.SIGTERM, -signal.SIGKILL)


@pytest.fixture
def signalled(monkeypatch):
    """Pids that would have been signalled. Nothing is: a mistake here would end everything on the machine."""
    pids = []
    monkeypatch.setattr("daemon.platforms.linux.control._send", lambda pid, *_: pids.append(pid) or True)
    return pids


def test_never_ourselves_nor_what_we_come_from(spawn, signalled):
    """Init, the kernel, this process and its ancestors are left alone whatever they match, and so is all that is below them."""
    spawn("/bin/sleep", "60")  # a child of ours: below every one of our ancestors
    control = LinuxControl()
    for pid in {1, 2, *ancestors(os.getpid(), procfs.processes())}:
        assert not control.ask_close([identity(pid)])
        assert not control.terminate(*identity(pid))
        assert not control.end(*identity(pid))
    assert signalled == []


def test_what_is_below_a_spared_one_is_not_the_games(spawn, signalled):
    """A game that started somebody who is spared is ended without it and without what that one started."""
    game = spawn("/bin/sh", "-c", "sh -c 'sleep 60 & wait; exit' & sleep 60 & wait; exit")
    (spared,) = until(lambda: [one for one in children(game.pid, "sh") if children(one, "sleep")])
    (other,) = until(lambda: children(game.pid, "sleep"))
    LinuxControl(lambda: (spared,)).terminate(*identity(game.pid))
    assert signalled == [game.pid, other]


def test_spared_ones_are_left_alone_also_below_a_game(spawn):
    """Who is spared survives the end of the game that started it."""
    game = spawn("/bin/sh", "-c", "sleep 60 & wait; exit")
    (child,) = until(lambda: children(game.pid, "sleep"))
    control = LinuxControl(lambda: (child,))
    assert not control.end(*identity(child))
    assert control.end(*identity(game.pid))
    assert gone(game.pid)
    assert procfs.stat(child).alive
    os.kill(child, signal.SIGKILL)


@pytest.fixture
def helper():
    """A program that becomes root whoever starts it, starts another of itself, and waits."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:  # /dev/shm may not lend rights
        Path(folder).chmod(0o755)
        helper = Path(folder, "helper")
        shutil.copy("/usr/bin/python3", helper)
        helper.chmod(0o4755)
        yield f"{helper} -I -c 'import os, time; os.setresuid(0, 0, 0); os.fork(); time.sleep(60)'"


@pytest.mark.promise("End of play: What root or another account does below a game goes on")
@pytest.mark.root
@pytest.mark.parametrize("whose", [65_534, 0], ids=["a child's", "root's"])
def test_what_root_does_in_a_terminal_of_the_game_is_left_alone(helper, whose):
    """Nor is what that has started ended; what the game has started besides is. A game of root's is ended whole."""
    script = f"{helper} & sleep 60 & wait; exit"
    with subprocess.Popen(["/bin/sh", "-c", script], user=whose, start_new_session=True, cwd="/") as game:
        program = helper.partition(" ")[0]
        (roots,) = until(lambda: [one for one in children(game.pid, program) if children(one, program)])
        both = [roots, *children(roots, program)]
        (other,) = until(lambda: children(game.pid, "sleep"))
        control = LinuxControl()
        control.remember([identity(game.pid)])
        assert control.end(*identity(game.pid))
        assert gone(game.pid, other, *(() if whose else both))
        if whose:
            assert [procfs.stat(one).alive for one in both] == [True, True]
            for one in both:
                os.kill(one, signal.SIGKILL)


@pytest.mark.root
def test_nor_is_it_ended_once_the_game_is_over_and_nobody_says_whose_it_was(helper, monkeypatch):
    """Another round goes by what was seen just before: what root does there is below the game still."""
    with subprocess.Popen(["/bin/sh", "-c", f"{helper} & wait; exit"], user=65_534, start_new_session=True, cwd="/") as game:
        program = helper.partition(" ")[0]
        (roots,) = until(lambda: [one for one in children(game.pid, program) if children(one, program)])
        control, seen, asked = LinuxControl(), procfs.processes(), []
        owner = procfs.owner
        monkeypatch.setattr(control, "_look", lambda: seen)
        monkeypatch.setattr(
            "daemon.platforms.linux.procfs.owner",
            lambda pid: None if pid == game.pid and (asked.append(pid) or len(asked) > 1) else owner(pid),
        )
        assert control.end(*identity(game.pid))
        assert gone(game.pid)
        time.sleep(0.2)  # a signal takes a moment
        assert procfs.stat(roots).alive
        for one in (roots, *children(roots, program)):
            os.kill(one, signal.SIGKILL)


def test_whose_a_game_is_may_be_hidden_from_us_and_then_none_is_ended(spawn, monkeypatch):
    """Else somebody else's programs below it might be."""
    game, control = spawn("/bin/sleep", "60"), LinuxControl()
    found = identity(game.pid)
    monkeypatch.setattr("daemon.platforms.linux.procfs.owner", blind)
    control.remember([found])
    assert not control.ask_close([found])
    assert not control.end(*found)
    monkeypatch.undo()
    assert control.end(*found)


def blind(_pid):
    raise BlindError


@pytest.mark.root
def test_what_may_not_be_ended_is_said(as_nobody):
    """An ordinary user's daemon cannot end another account's game: False, no exception."""
    with subprocess.Popen(["/bin/sleep", "60"]) as game:
        found = identity(game.pid)
        ours = LinuxControl()
        said = as_nobody(lambda: (ours.ask_close([found]), ours.terminate(*found), ours.end(*found)))
        assert said == "(False, False, False)"
        assert LinuxControl().alive(*identity(game.pid))
        game.kill()
