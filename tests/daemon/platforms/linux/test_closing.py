"""Asking windows to close on a real screen: by its manager or without one, as the player, never for long, nobody else's."""

from __future__ import annotations

import ctypes
import os
import select
import shutil
import socket
import struct
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from daemon.platforms.linux import procfs
from daemon.platforms.linux.control import LinuxControl
from daemon.platforms.linux.ending.asker import Asker
from daemon.platforms.linux.ending.closing import displays
from tests.end_to_end.conftest import display, manager
from tests.system import until

__all__ = ["display", "manager"]

GAME = Path(__file__).resolve().parents[3] / "saving_game.py"
ROOT = os.geteuid() == 0
PLAYER = "games" if ROOT else None


@pytest.fixture
def control():
    asker = Asker()
    yield LinuxControl(asker=asker)
    asker.close()


@pytest.fixture
def play(open_folder, display):
    """`play(…)`: a game with a window, of an ordinary account if we may; its process, and the file that it writes."""
    try:
        ctypes.CDLL("libX11.so.6")
    except OSError:
        pytest.skip("needs libX11 (it comes with openbox)")
    games = []

    def start(*words, seconds=0.3, **env):
        folder = open_folder / str(len(games))
        folder.mkdir()
        if ROOT:
            shutil.chown(folder, PLAYER)
        script = shutil.copy(GAME, folder / "game.py")
        file = folder / "file"
        command = [shutil.which("python3", path=os.defpath) or sys.executable, "-I", script, file, str(seconds), *words]
        games.append(subprocess.Popen(
            command, env={"DISPLAY": display, **env}, user=PLAYER, extra_groups=[] if ROOT else None, cwd="/",
            stdin=subprocess.DEVNULL, start_new_session=True,
        ))  # fmt: skip
        return games[-1], file

    yield start
    for game in games:
        game.kill()
        game.wait()


def opened(file):
    return until(lambda: file.exists() and file.read_text() == "open")


def identity(process):
    return process.pid, procfs.stat(process.pid).started


def obeys(control, game, file):
    """Asked, it saves and closes by itself; that it was asked is known when it is over."""
    program = identity(game)
    assert control.ask_close([program])
    assert game.wait(20) == 0
    assert file.read_text() == "saved"
    return control.reached([program])


# --- asked ------------------------------------------------------------------------------------------------------------------


def test_a_window_is_closed_by_its_manager(control, play, manager):
    """As by a click on its cross: the game takes its time to save."""
    game, file = play()
    opened(file)
    until(lambda: manager() == 1)
    assert obeys(control, game, file)


def test_without_a_manager_the_window_is_asked_itself(control, play):
    """A PC that shows one program on the whole screen."""
    game, file = play()
    opened(file)
    assert obeys(control, game, file)


def test_who_cannot_be_asked_is_not_cut_off(control, play, manager):
    """A manager would cut a program off that knows no WM_DELETE_WINDOW; and nobody else's window is closed."""
    deaf, first = play("deaf")
    other, second = play()
    obedient, third = play()
    for file in (first, second, third):
        opened(file)
    until(lambda: manager() == 3)
    assert control.ask_close([identity(deaf)])
    assert obeys(control, obedient, third)
    assert not control.reached([identity(deaf)])
    assert (deaf.poll(), other.poll(), first.read_text(), second.read_text()) == (None, None, "open", "open")


def test_a_program_without_a_window_hears_nothing(control, display):
    """It has a display and nothing on it; another one has not even that."""
    for env in ({"DISPLAY": display}, {}):
        with subprocess.Popen(["/bin/sleep", "60"], env=env, user=PLAYER) as idle:
            program = identity(idle)
            assert control.ask_close([program])
            obeyed = until(lambda: not errands_children(control))  # the errand is over
            assert (obeyed, idle.poll(), control.reached([program])) == (True, None, False)
            idle.kill()


def errands_children(control):
    """Errands that are under way."""
    pid = control._asker.process.pid
    return [one for one in procfs.processes().values() if one.parent == pid and one.alive]


def test_a_screen_that_wants_a_cookie(control, play, open_folder, need):
    """The one of the game's own XAUTHORITY, which is read as the player."""
    cookie = os.urandom(16)
    file = open_folder / "cookies"
    file.write_bytes(line("other", b"77", os.urandom(16)) + line(socket.gethostname(), b"", cookie))
    with xvfb(need("Xvfb"), "-auth", str(file)) as guarded:
        if ROOT:
            shutil.chown(file, PLAYER)
        file.chmod(0o600)
        game, saved = play(DISPLAY=guarded, XAUTHORITY=str(file))
        opened(saved)
        assert obeys(control, game, saved)


def line(host, number, cookie):
    fields = (host.encode(), number, b"MIT-MAGIC-COOKIE-1", cookie)
    return struct.pack(">H", 256) + b"".join(struct.pack(">H", len(one)) + one for one in fields)


@contextmanager
def xvfb(program, *options):
    reader, writer = os.pipe()
    command = [program, "-displayfd", str(writer), "-screen", "0", "200x200x24", "-nolisten", "tcp", *options]
    with subprocess.Popen(command, pass_fds=[writer], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        os.close(writer)
        with os.fdopen(reader) as pipe:
            number = pipe.readline().strip()
        yield f":{number}"
        server.terminate()


# --- a screen that is none --------------------------------------------------------------------------------------------------


@pytest.fixture
def false_screen():
    """`false_screen(answer)`: its number; whoever connects gets the answer, and nothing more. `callers`: their (uid, gid)."""
    servers, lines = [], []

    def serve(answer):
        number = next(one for one in range(700, 800) if free(one, servers))
        start.callers = callers = []

        def listen():
            with suppress(OSError):
                while True:
                    line, _ = servers[-1].accept()
                    lines.append(line)
                    _, *ids = struct.unpack("3i", line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
                    callers.append(tuple(ids))
                    line.sendall(answer)
                    while answer is DRIPS:
                        time.sleep(0.2)
                        line.sendall(b"x")

        threading.Thread(target=listen, daemon=True).start()
        return number

    start = serve
    yield start
    for one in (*servers, *lines):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()


def free(number, servers):
    server = socket.socket(socket.AF_UNIX)
    try:
        server.bind(f"\0/tmp/.X11-unix/X{number}")
    except OSError:
        server.close()
        return False
    server.listen()
    servers.append(server)
    return True


DRIPS = struct.pack("<BBHHH", 1, 0, 11, 0, 60_000)  # each byte in time, and never all of them
NOISE = struct.pack("<BBHHH", 1, 0, 11, 0, 60_000) + b"\xff" * 240_000


REFUSED = struct.pack("<BBHHH", 0, 3, 11, 0, 1) + b"no!!"


@pytest.mark.promise("Servers and rights: A display that a player made up holds nobody up")
@pytest.mark.parametrize("answer", [b"", REFUSED, NOISE, DRIPS], ids=["silent", "refused", "noise", "drips"])
def test_whatever_calls_itself_a_screen_holds_nobody_up(control, play, false_screen, answer):
    """Its caller is the player, with no right of ours, and is gone soon; the next game is asked as ever."""
    number = false_screen(answer)
    with subprocess.Popen(["/bin/sleep", "60"], env={"DISPLAY": f":{number}"}, user=PLAYER) as idle:
        program, owner = identity(idle), procfs.owner(idle.pid)
        assert control.ask_close([program])
        until(lambda: false_screen.callers)
        assert {uid for uid, _ in false_screen.callers} == {owner[0]}
        assert not ROOT or all(gid != 0 for _, gid in false_screen.callers)
        until(lambda: not errands_children(control))
        assert (idle.poll(), control.reached([program])) == (None, False)
        idle.kill()
    game, file = play()
    opened(file)
    assert obeys(control, game, file)


# --- the errands ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", [False, True])
def test_errands_end_with_whoever_gives_them(said):
    """Nothing of them is left, however the daemon ended, and whether it had read what they `said` or not."""
    asker = Asker()
    asker.start()
    process = asker.process
    if said:
        select.select([asker.line], [], [])
    asker.line.close()
    assert process.wait(20) == 0
    asker.close()


# --- what a player writes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("environment", "found"), [
    (b"A=1\0DISPLAY=:0\0", ((0, ""),)),
    (b"DISPLAY=:12.1\0XAUTHORITY=/run/user/1000/x y\0", ((12, "/run/user/1000/x y"),)),
    (b"DISPLAY=:1\0DISPLAY=:2\0", ((1, ""),)),
    (b"DISPLAY=:0\0XAUTHORITY=relative\0", ((0, ""),)),
    (b"DISPLAY=:0\0XAUTHORITY=/" + b"x" * 5000 + b"\0", ((0, ""),)),
    (b"DISPLAY=:0\0XAUTHORITY=/h\xff\0", ((0, "/h\udcff"),)),
    *((b"DISPLAY=" + word + b"\0", ()) for word in (
        b"", b":", b"0", b":x", b"localhost:0", b"10.0.0.1:0", b"evil.example:0", b"unix:0", b"tcp/evil:0", b":0\n", b":123456",
        b":0.", b":0.1.2", b"/tmp/x:0", b"[::1]:0", "：0".encode(), b":\xb2",
    )),
    (b"", ()), (b"\0\0=\0DISPLAY", ()),
])  # fmt: skip
def test_which_displays_an_environment_names(environment, found):
    """Local ones only, whatever else stands there."""
    assert displays([environment]) == found
