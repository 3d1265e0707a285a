"""The thread that keeps trays: real processes, ended as a child would, and what the next daemon knows of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import pywintypes
import win32event
import win32security

from daemon.platforms.windows import accounts, trays
from daemon.platforms.windows.control import WindowsControl
from daemon.platforms.windows.ending import run_in_session
from daemon.platforms.windows.trays import AGAIN_MS, LONGEST_MS, NOBODY_MS, STEADY_MS, Tray, Trays
from daemon.platforms.windows.watching import processes
from host.clock import SystemClock
from host.windows.win32 import Handle
from tests.system import until
from tests.windows_programs import program
from tray.windows import once

SECONDS = ("/seconds", "60")
LONG = 60.0  # seconds: a tray starts slowly in Wine


class Desk:
    """Starts a small program in the place of the tray. `here`: the sessions that somebody looks at."""

    def __init__(self, memory: Path) -> None:
        self.here, self.started, self.empty, self.memory = {1}, [], False, memory
        self.keeper = self.made()

    def made(self):
        return Trays(SystemClock().mono, lambda: frozenset(self.here), self.start, self.memory)

    def start(self, session):
        if self.empty:
            return None
        nowhere = subprocess.DEVNULL
        process = subprocess.Popen([program("trochoi-console.exe"), *SECONDS], stdin=nowhere, stdout=nowhere)
        handle = processes.opened(process.pid)
        self.started.append((session, process))
        return Tray(handle, (process.pid, processes.times(handle).created))

    def running(self):
        return [session for session, process in self.started if process.poll() is None]


@pytest.fixture
def desk(tmp_path, monkeypatch):
    monkeypatch.setattr(trays._Session, "__init__", _hurried(trays._Session.__init__))
    made = Desk(tmp_path / "trays.json")
    yield made
    made.keeper.stop()
    for _, process in made.started:
        process.kill()
        process.wait(20)


def _hurried(real):
    """In a session that is met for the first time the first wait is a millisecond."""

    def init(self, due, **rest):
        real(self, due, wait=1, **rest)

    return init


def test_it_is_there_and_again_when_it_is_gone(desk):
    """Where somebody is at first, where somebody comes later, and after each end."""
    desk.keeper.start()
    until(lambda: desk.running() == [1])
    desk.here = {1, 2}
    desk.keeper.look()
    until(lambda: sorted(desk.running()) == [1, 2])
    for turn in range(3):
        session, process = desk.started[-1]
        process.kill()
        until(lambda wanted=3 + turn: len(desk.started) == wanted and sorted(desk.running()) == [1, 2])
        assert desk.started[-1][0] == session


def test_the_screen_on_which_people_log_on(desk):
    """Nobody has a tray there; as soon as somebody may have logged on, they have one."""
    desk.empty = True
    desk.keeper.start()
    desk.keeper.look()
    desk.empty = False
    until(lambda: (desk.keeper.look(), desk.running())[1] == [1])


def test_the_next_daemon_knows_it(desk):
    """It starts no second one, and one again when that ends; of a pid that another program has it knows nothing."""
    desk.keeper.start()
    until(lambda: desk.memory.exists() and desk.running() == [1])
    desk.keeper.stop()
    desk.keeper = desk.made()
    desk.keeper.start()
    until(desk.keeper.running)
    assert len(desk.started) == 1
    desk.started[0][1].kill()
    until(lambda: len(desk.started) == 2)
    desk.keeper.stop()
    ((_, process),) = desk.started[1:]
    desk.memory.write_text(f'{{"1": [{process.pid}, 12345], "x": 1}}')
    assert desk.made()._written() == {}
    desk.memory.write_text(f'{{"1": [{process.pid}, 12345]}}')
    again = desk.made()
    again._take_up()
    assert again.running() == {}


def test_who_kills_it_in_a_loop_waits_ever_longer(clock, monkeypatch):
    """A few starts at first, then one in two minutes. Who ran long is started at once again; where nobody has logged on is
    looked once a minute, and when somebody may have.
    """
    over, empty = set(), [True]
    monkeypatch.setattr(processes, "running", lambda handle: handle not in over)
    keeper = Trays(clock.mono, lambda: {1}, lambda _: None if empty[0] else Tray(Handle(0), (1, 1)))
    assert (keeper._turn(), keeper.running()) == (NOBODY_MS, {})
    empty[0] = False
    clock.run(NOBODY_MS)
    waits = []
    for ran in (0,) * 10 + (STEADY_MS,):
        assert keeper._turn() is None
        over.add(keeper.running()[1].handle)
        clock.run(ran)
        keeper._see_who_ended()
        waits.append(keeper._turn())
        clock.run(waits[-1])
    assert waits == [*(min(AGAIN_MS << turn, LONGEST_MS) for turn in range(10)), AGAIN_MS]


def test_sessions_that_somebody_looks_at(monkeypatch):
    """Neither that of services nor one that is left at the moment; our own among them where tests run at a desktop."""
    found = [{"SessionId": number, "State": state} for number, state in ((0, 0), (1, 0), (2, 4), (3, 0), (65536, 6))]
    monkeypatch.setattr(accounts.win32ts, "WTSEnumerateSessions", lambda: found)
    assert accounts.looked_at() == {1, 3}


@pytest.mark.promise("Windows (under Wine): The tray never runs with an administrator's rights")
@pytest.mark.parametrize(("kind", "given"), [(1, "own"), (2, "linked"), (3, "own")])
def test_never_with_an_administrators_rights(monkeypatch, kind, given):
    """Who has two tokens is given the one of their desktop."""
    answers = {win32security.TokenElevationType: kind, win32security.TokenLinkedToken: "linked"}
    monkeypatch.setattr(win32security, "GetTokenInformation", lambda _, what: answers[what])
    assert run_in_session.plain("own") == given


def test_what_is_started_is_looked_for_where_we_lie():
    """And not in a room, whose files have the names of other people's modules."""
    rooms = Path(run_in_session.command_line("tray", ())[-2])
    assert (rooms / "tray" / "__main__.py").is_file()
    assert rooms == Path(run_in_session.__file__).parents[4]


def test_the_own_name_of_its_program(tmp_path, monkeypatch):
    """Where an installer gave the interpreter one, the tray runs by it, and nothing else does."""
    for name in ("python.exe", "pythonw.exe", "giochoi-tray.exe"):
        (tmp_path / name).touch()
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python.exe"))
    lines = [Path(run_in_session.command_line("tray", (), own_name=own)[0]).name for own in (True, False)]
    assert lines == ["giochoi-tray.exe", "pythonw.exe"]
    monkeypatch.setattr(sys, "prefix", str(tmp_path))  # what lies in a virtual environment under that name is pip's
    assert Path(run_in_session.command_line("tray", (), own_name=True)[0]).name == "pythonw.exe"


@pytest.mark.skipif(run_in_session.own_session() not in accounts.looked_at(), reason="nobody looks at this session")
def test_the_tray_itself_in_our_session(tmp_path):
    """It is started, is the only one, and is there again when it is ended. Its daemon is away all the time."""
    ours = run_in_session.own_session()
    keeper = Trays(
        SystemClock().mono, lambda: frozenset((ours,)), lambda one: trays.start(one, ("--home", str(tmp_path))), None
    )
    keeper.start()
    try:
        until(_one_runs, LONG)
        first = keeper.running()[ours].identity
        second = trays.start(ours, ("--home", str(tmp_path)))
        until(lambda: not processes.running(second.handle), LONG)
        assert keeper.running()[ours].identity == first
        assert WindowsControl().end(*first)
        until(lambda: keeper.running().get(ours, second).identity not in {first, second.identity}, LONG)
        until(_one_runs, LONG)
    finally:
        keeper.stop()
        for tray in keeper.running().values():
            WindowsControl().end(*tray.identity)


def _one_runs():
    """Without holding the name, as `once.alone` would: the tray would see it and end."""
    try:
        win32event.OpenMutex(0x0010_0000, False, once.NAME).Close()  # SYNCHRONIZE
    except pywintypes.error:
        return False
    return True
