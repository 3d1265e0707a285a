"""Ending real programs: asked by their windows, ended as whole trees, each by (pid, creation time), and nobody else."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import time
from dataclasses import replace
from types import SimpleNamespace

import pytest
import win32file

from daemon.platforms.processes import descendants
from daemon.platforms.windows import control
from daemon.platforms.windows.control import WindowsControl
from daemon.platforms.windows.ending import closing, run_in_session
from daemon.platforms.windows.watching.snapshot import Process, Snapshots
from tests.daemon.platforms.windows.stand import PATIENCE, SHORT, _started, gone, on_desktop, own, read, run, write
from tests.system import until
from tests.windows_programs import program

_user32 = ctypes.WinDLL("user32")


def process(pid: int) -> Process:
    return Snapshots().take()[pid]


def named(name: str, patience: float = PATIENCE) -> Process:
    """The program of this file name, once it runs. One that Wine says is born in 21085 is too young: it is not there yet."""
    end = time.monotonic() + patience
    while True:
        found = [one for one in Snapshots().take().values() if one.name == name and one.started <= time.time() * 1_000_000]
        if found:
            return found[0]
        assert time.monotonic() < end, f"{name} never came"
        time.sleep(0.01)


def alive(one: Process) -> bool:
    return not gone(*one.identity, patience=0)


def a_moment() -> None:
    """Where nothing is to happen there is nothing to wait for; whatever is ended by mistake is gone by then."""
    time.sleep(0.3)


@pytest.fixture
def game(here):
    """The path of a game; others of its folder are made by `also`."""
    own(here / "goc.exe")
    return here / "goc.exe"


def also(game, name: str):
    path = game.with_name(f"{name}-{game.parent.parent.name}.exe")
    write(path, read(program("khac.exe")))
    return path


# --- asked ------------------------------------------------------------------------------------------------------------------


def test_what_obeys_closes_by_itself(game):
    """WM_CLOSE: its own exit code, and not that of one that was ended."""
    started, ours = run(game, *SHORT, wait=True), WindowsControl()
    one = process(started.pid)
    assert ours.ask_close([one.identity])
    assert started.wait(PATIENCE) == 0
    assert ours.reached([one.identity])


def test_what_does_not_obey_lives_until_it_is_ended(game):
    """It was asked, and heard it."""
    started = run(game, "/stubborn", *SHORT, wait=True)
    one, ours = process(started.pid), WindowsControl()
    assert ours.ask_close([one.identity])
    a_moment()
    assert ours.alive(*one.identity)
    assert ours.end(*one.identity)
    assert (started.wait(PATIENCE), ours.alive(*one.identity)) == (1, False)
    assert not ours.end(*one.identity)


def test_the_right_to_end_is_taken_when_it_ends(game, monkeypatch):
    """Not before: an anti-cheat driver looks at who holds it, and so would anything that got hold of us."""
    taken, opened_as = [], control.processes.opened_as
    monkeypatch.setattr(control.processes, "opened_as", lambda *args: taken.append(args[2:]) or opened_as(*args))
    started, ours = run(game, "/stubborn", *SHORT, wait=True), WindowsControl()
    one = process(started.pid)
    assert ours.ask_close([one.identity])
    assert ours.alive(*one.identity)
    assert [rights for rights in taken if rights and rights[0] & control.processes.TERMINATE] == []
    assert ours.end(*one.identity)
    assert [rights[0] & control.processes.TERMINATE for rights in taken if rights][-1]


def test_one_without_a_window_is_only_ended(game):
    """There is nothing to ask; what tells others to end ends it at once, as there is no signal that it could act upon."""
    write(game, read(program("trochoi-console.exe")))
    started = run(game, *SHORT, wait=True)
    one, ours = process(started.pid), WindowsControl()
    assert ours.ask_close([one.identity])
    a_moment()
    assert ours.alive(*one.identity)
    assert not ours.reached([one.identity])
    assert ours.terminate(*one.identity)
    assert started.wait(PATIENCE) == 1


def test_a_minimised_and_a_hidden_window_are_asked_as_well(game):
    """Nobody escapes by the taskbar, nor by showing no window at all."""
    for show in (7, 0):  # SW_SHOWMINNOACTIVE, SW_HIDE
        started = run(game, *SHORT, wait=True)
        one = process(started.pid)
        for window in windows_of(started.pid):
            _user32.ShowWindow(ctypes.c_void_p(window), show)
        assert WindowsControl().ask_close([one.identity])
        assert started.wait(PATIENCE) == 0


def windows_of(pid: int) -> list[int]:
    found = []

    @ctypes.WINFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
    def look(window, _):
        owner = ctypes.c_ulong()
        _user32.GetWindowThreadProcessId(ctypes.c_void_p(window), ctypes.byref(owner))
        if owner.value == pid:
            found.append(window)
        return 1

    _user32.EnumWindows(look, None)
    return found


def test_a_window_on_another_desktop(game):
    """A player may make a desktop of his own and play there: its windows are not on ours, and are asked all the same."""
    create = _user32.CreateDesktopW
    create.restype = ctypes.c_void_p
    name = f"gc-{os.getpid()}"
    desktop = create(name, None, None, 0, 0x1000_0000, None)
    if not desktop:
        pytest.skip("no desktops can be made here")
    try:
        one = on_desktop(f"winsta0\\{name}", game, *SHORT)
        end = time.monotonic() + PATIENCE
        while not (asked := closing.ask([one.pid])) and alive(one) and time.monotonic() < end:
            time.sleep(0.05)  # until it has its window
        assert asked
        assert not windows_of(one.pid)
        assert gone(*one.identity)
    finally:
        _user32.CloseDesktop(ctypes.c_void_p(desktop))


def test_the_frame_of_a_store_program_is_asked(monkeypatch):
    """Its window is ApplicationFrameHost's, which is nobody's game; Wine has none, so by the calls."""
    classes, pids, posted = {1: "ApplicationFrameWindow", 2: "ApplicationFrameWindow", 3: "Edit"}, {11: 42, 12: 43}, []
    monkeypatch.setattr(closing.win32gui, "GetClassName", classes.__getitem__)
    monkeypatch.setattr(closing.win32gui, "IsWindowVisible", lambda _: True)
    monkeypatch.setattr(closing.win32gui, "FindWindowEx", lambda frame, _, kind, __: frame + 10 if "CoreWindow" in kind else 0)
    monkeypatch.setattr(closing.win32gui, "PostMessage", lambda *given: posted.append(given))
    monkeypatch.setattr(closing.win32process, "GetWindowThreadProcessId", lambda window: (0, pids.get(window, 7)))
    desktop = SimpleNamespace(SetThreadDesktop=lambda: None, EnumDesktopWindows=lambda: [1, 2, 3])
    assert closing._on(desktop, {42}) == 1
    assert posted == [(1, 0x10, 0, 0)]  # WM_CLOSE


def test_the_errand_of_a_service(game):
    """A service asks by a program of ours in the session of the game, which says by its end whether there was a window."""
    started = run(game, *SHORT, wait=True)
    errand = run_in_session.run(process(started.pid).session, closing.__name__, [str(started.pid)])
    assert errand
    assert started.wait(20) == 0
    assert until(lambda: run_in_session.succeeded(errand))


def test_an_errand_in_another_session_holds_no_file_open(monkeypatch):
    """Else CreateProcess, which opens it again, may wait for its own thread. Wine has one session: so by the calls."""
    calls = []

    class Fake:
        TokenElevationType, TokenLinkedToken, CREATE_NO_WINDOW = 18, 19, 0x0800_0000

        def __init__(self, module):
            self.module = module

        def __getattr__(self, name):
            def call(*_):
                calls.append(f"{self.module}.{name}")
                return (7,) if name == "CreateProcessAsUser" else 2 if name == "GetTokenInformation" else SimpleNamespace()

            return call

    for module in ("win32ts", "win32security", "win32profile", "win32process"):
        monkeypatch.setattr(run_in_session, module, Fake(module))
    monkeypatch.setattr(win32file, "CreateFile", Fake("win32file").CreateFile)
    monkeypatch.setattr(run_in_session, "own_session", lambda: 0)
    assert run_in_session.run(5, closing.__name__, ["42"]) == 7
    assert calls == [
        "win32ts.WTSQueryUserToken", "win32security.GetTokenInformation", "win32security.GetTokenInformation",
        "win32profile.CreateEnvironmentBlock", "win32process.STARTUPINFO", "win32process.CreateProcessAsUser",
    ]  # fmt: skip


@pytest.mark.parametrize(("session", "started", "done"), [(5, 9, [5]), (0, 9, []), (1, 9, []), (5, 8, [])])
def test_only_the_session_of_a_player_is_disconnected(monkeypatch, session, started, done):
    """Neither that of services nor our own, nor that of another program by now. Wine has one session: so by the call."""
    calls = []
    monkeypatch.setattr(run_in_session.win32ts, "WTSDisconnectSession", lambda *given: calls.append(given))
    monkeypatch.setattr(run_in_session, "own_session", lambda: 1)
    ours = WindowsControl()
    monkeypatch.setattr(ours, "_look", lambda: {42: Process(42, 4, started, session, "a.exe")})
    assert ours.disconnect(42, 9) is bool(done)
    assert calls == [(0, one, False) for one in done]  # of this server, without waiting
    assert not ours.disconnect(43, 9)


def test_a_service_knows_whom_its_errand_has_reached(game, monkeypatch):
    """The one with a window, not the one without."""
    monkeypatch.setattr(closing, "interactive", lambda: False)
    console = also(game, "console")
    write(console, read(program("trochoi-console.exe")))
    started, other, ours = run(game, *SHORT, wait=True), run(console, *SHORT, wait=True), WindowsControl()
    one, two = process(started.pid).identity, process(other.pid).identity
    assert ours.ask_close([two])
    assert ours.ask_close([one])
    assert started.wait(20) == 0
    assert until(lambda: ours.reached([one]))
    assert not ours.reached([two])
    assert other.poll() is None


# --- trees ------------------------------------------------------------------------------------------------------------------


def test_a_whole_tree(game):
    """What it started, and what that started."""
    child, below = also(game, "con"), also(game, "chau")
    started = run(game, "/run", child, "/run", below, *SHORT)
    tree = [process(started.pid), named(child.name), named(below.name)]
    assert WindowsControl().end(*tree[0].identity)
    assert all(gone(*one.identity) for one in tree)


def test_what_was_asked_and_lost_its_parent_since(game):
    """The game obeys and is gone, what it started does not: it is ended by the name of the game, with what it started since."""
    child, below = also(game, "con"), also(game, "chau")
    started = run(game, "/run", child, "/stubborn", "/run", below, "/stubborn", *SHORT, wait=True)
    root, left, newest = process(started.pid), named(child.name), named(below.name)
    ours = WindowsControl()
    until_it_has_a_window(left.pid)
    until_it_has_a_window(newest.pid)
    assert ours.ask_close([root.identity])
    assert started.wait(PATIENCE) == 0
    assert ours.alive(*left.identity)
    ours._remember(root.identity, (root, left))  # as if the last one had come after the question
    assert not ours.end(*root.identity)
    assert gone(*left.identity)
    assert gone(*newest.identity)


def until_it_has_a_window(pid: int) -> None:
    end = time.monotonic() + PATIENCE
    while not windows_of(pid):
        assert time.monotonic() < end
        time.sleep(0.01)


def test_what_it_starts_while_it_is_being_ended(game, monkeypatch):
    """Just after we looked who belongs to it, it starts one more: the game is gone, and that one is found as its child."""
    late = also(game, "muon")
    code = (
        "import subprocess, sys\n"
        "print('here', flush=True); sys.stdin.readline()\n"
        "subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)\n"
        "print('done', flush=True); sys.stdin.readline()\n"
    )
    words = [sys.executable, "-c", code, str(late), *SHORT]
    playing = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    _started.append(playing)
    assert playing.stdout.readline().strip() == b"here"
    root, end = process(playing.pid), control._end

    def just_before(pid, started):
        if pid == root.pid and playing.poll() is None:
            playing.stdin.write(b"\n")
            playing.stdin.flush()
            assert playing.stdout.readline().strip() == b"done"
        return end(pid, started)

    monkeypatch.setattr(control, "_end", just_before)
    assert WindowsControl().end(*root.identity)
    child = [one for one in Snapshots().take().values() if one.name == late.name]
    assert playing.wait(PATIENCE) == 1
    assert all(gone(*one.identity, patience=1) for one in child)


def test_a_fountain_of_children(game):
    """A game that starts one child after the other as fast as it can has none left once it is ended."""
    child = also(game, "con")
    code = (
        "import subprocess, sys\n"
        "while True: subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)\n"
    )
    playing = run(sys.executable, "-W", "ignore", "-c", code, child, *SHORT)
    named(child.name)
    assert WindowsControl().end(*process(playing.pid).identity)
    assert playing.wait(PATIENCE) == 1
    end = time.monotonic() + PATIENCE
    while left := [one for one in Snapshots().take().values() if one.name == child.name]:
        assert time.monotonic() < end, left
        time.sleep(0.05)


def test_an_orphan_is_no_part_of_the_tree(game):
    """Its parent left before anybody asked for the tree: only if it is a game itself somebody will end it."""
    middle, orphan = also(game, "giua"), also(game, "mo coi")
    started = run(game, "/run", middle, "/leave", "/run", orphan, *SHORT)
    left = named(orphan.name)
    end = time.monotonic() + PATIENCE
    while any(one.name == middle.name for one in Snapshots().take().values()):
        assert time.monotonic() < end
        time.sleep(0.01)
    assert WindowsControl().end(*process(started.pid).identity)
    assert alive(left)
    assert WindowsControl().end(*left.identity)


# --- nobody else ------------------------------------------------------------------------------------------------------------


def test_a_pid_that_somebody_else_has_by_now(game):
    """Neither alive under the old identity nor asked nor ended, nor what it started."""
    child = also(game, "con")
    started = run(game, "/run", child, *SHORT, wait=True)
    one, below, ours = process(started.pid), named(child.name), WindowsControl()
    for created in (one.started - 1, one.started + 1, 0):
        assert not ours.alive(one.pid, created)
        assert not ours.ask_close([(one.pid, created)])
        assert not ours.end(one.pid, created)
    a_moment()
    assert alive(one)
    assert alive(below)


def test_children_of_whoever_has_the_pid_now():
    """A tree that was known has gone, and its root's pid was given away: the newcomer's children are its own."""
    old = Process(100, 4, 1_000, 1, "goc.exe")
    mine = Process(104, 100, 1_500, 1, "con.exe")
    new = Process(100, 4, 2_000, 1, "khac.exe")
    its = Process(108, 100, 2_500, 1, "con cua khac.exe")
    elder = Process(112, 100, 500, 1, "gia.exe")
    here = {one.pid: one for one in (new, mine, its, elder)}
    assert descendants((old,), here) == [mine]
    assert descendants((new,), here) == [its]


def test_what_was_asked_is_not_ended_once_its_pid_is_somebody_elses(game):
    """Between asking and ending a helper went, and its pid is another program's."""
    child = also(game, "con")
    started = run(game, "/run", child, *SHORT, wait=True)
    root, below, ours = process(started.pid), named(child.name), WindowsControl()
    ours._remember(root.identity, (root, replace(below, started=below.started - 1)))
    started.kill()
    started.wait(PATIENCE)
    assert not ours.end(*root.identity)
    a_moment()
    assert alive(below)


HOW = {
    "asked": lambda ours, one: ours.ask_close([one]),
    "told": lambda ours, one: ours.terminate(*one),
    "ended": lambda ours, one: ours.end(*one),
}


@pytest.mark.parametrize("how", HOW)
def test_the_spared_and_what_is_below_them(game, how):
    """The daemon's own programs are never ended, even if a game started them."""
    child, below = also(game, "con"), also(game, "chau")
    started = run(game, "/run", child, "/run", below, *SHORT, wait=True)
    root, spared, also_spared = process(started.pid), named(child.name), named(below.name)
    ours = WindowsControl(lambda: (spared.pid,))
    assert HOW[how](ours, root.identity)
    assert gone(*root.identity)
    a_moment()
    assert alive(spared)
    assert alive(also_spared)
    assert not HOW[how](ours, spared.identity)
    assert alive(spared)


def test_whom_we_descend_from(game):
    """The daemon was started out of a game: it neither asks nor ends it, nor what the game started beside us."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from daemon.platforms.windows.control import WindowsControl\n"
        "from daemon.platforms.windows.watching.snapshot import Snapshots\n"
        "here = Snapshots().take()\n"
        "import os\n"
        "game = here[here[os.getpid()].parent]\n"
        "while game.name != sys.argv[2]: game = here[game.parent]\n"
        "ours = WindowsControl()\n"
        "said = ours.ask_close([game.identity]), ours.end(*game.identity), ours.end(*here[os.getpid()].identity)\n"
        "print(*said, file=open(sys.argv[3], 'w'))\n"
    )
    said, script = game.with_name("said.txt"), game.with_name("daemon.py")
    script.write_text(code, encoding="utf-8")
    started = run(game, "/run", sys.executable, script, os.getcwd(), game.name, said)  # noqa: PTH109 - the tree, where tests run
    one = process(started.pid)
    end = time.monotonic() + 20
    while not (said.exists() and said.read_text().endswith("\n")):
        assert time.monotonic() < end
        time.sleep(0.05)
    assert said.read_text().split() == ["False", "False", "False"]
    assert alive(one)
