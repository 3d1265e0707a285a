"""The icon in a real panel, used by mouse and keyboard."""

from __future__ import annotations

import signal
import sys

import pytest

from daemon.api.asking import Me, RequestApprove, RequestPart
from daemon.api.messages import GrantAdd
from tests.desk import Desk, needed
from tests.scripted_daemon import game, player, status
from tests.system import ours, until

PARENT = Me(account="me", guardian=True, player=None)
QUARTER = GrantAdd(player="an", ms=900_000)


@pytest.fixture(scope="module")
def desk(request):
    found = Desk()
    yield found
    found.close()


@pytest.fixture
def tray(desk, daemon, home_folder, need):
    """`tray("--lang", "vi")` starts one."""
    started = []

    def start(*words, env=None):
        program = desk.start(*ours("giochoi-tray"), "--home", str(home_folder), *words, piped=True, env=env)
        started.append(program)
        return program

    yield start
    for program in started:
        if program.poll() is None:
            program.kill()
        program.wait()
    until(lambda: not desk.icons() or not desk.has_tray())


@pytest.fixture
def panel(desk, need):
    needed(need, "xfce4-panel")
    if not desk.has_tray():
        desk.open_panel()
    return desk


def plays(left_s=1_800.0):
    return status(player("an", game(left_s=left_s), left_s=None))


def test_an_icon_is_there_and_follows_what_the_daemon_says(panel, daemon, tray):
    """Number and sign, in the words of whoever looks."""
    daemon.status = plays(1_830.0)
    tray("--lang", "vi")
    until(lambda: panel.told("IconName") == "giochoi-playing-30")
    assert panel.told("Title") == "Giờ Chơi: An: hôm nay còn 30 phút"

    daemon.status = plays(119.0)
    daemon.tell()
    until(lambda: panel.told("IconName") == "giochoi-soon-1")
    daemon.status = status(player("an", game(left_s=119.0), left_s=None, name="Ân"))  # the same sign, other words
    daemon.tell()
    until(lambda: panel.told("Title") == panel.told("IconAccessibleDesc") == "Giờ Chơi: Ân: hôm nay còn 1 phút")


def test_a_click_in_the_menu_reaches_the_daemon(panel, daemon, tray):
    """By keyboard and by mouse; what followed is said in the menu."""
    daemon.me, daemon.status = PARENT, plays()
    tray("--lang", "en")
    until(lambda: panel.told("IconName").startswith("giochoi-playing"))
    panel.open_menu()
    panel.tool("key", "--delay", "60", "Down", "Down", "Return")
    until(lambda: daemon.asked == [QUARTER])

    until(lambda: not panel.menu())
    panel.open_menu()
    panel.tool("mousemove", "100", "100", "click", "1")  # the head says now what followed: the third row is 15 minutes again
    until(lambda: len(daemon.asked) == 2)


def test_an_open_menu_survives_updates_and_its_click_arrives(panel, daemon, tray, soak):
    """Its texts change under the pointer, and nothing else."""
    daemon.me, daemon.status = PARENT, plays(5_990.0)
    tray("--lang", "en")
    until(lambda: panel.told("IconName").startswith("giochoi-playing"))
    window = panel.open_menu()
    minutes = soak(15, 60)
    for minute in range(1, minutes + 1):
        daemon.status = plays(5_970.0 - 60 * minute)
        looked = daemon.looked
        daemon.tell()
        until(lambda looked=looked: daemon.looked > looked)
    until(lambda: panel.told("IconName") == f"giochoi-playing-{99 - minutes}")

    assert panel.menu() == window
    panel.tool("key", "--delay", "60", "Down", "Down", "Return")
    until(lambda: daemon.asked == [QUARTER])


def test_a_request_is_answered_with_one_click(panel, daemon, tray):
    """The icon says that somebody asks; the second row says yes."""
    daemon.me, daemon.status = PARENT, plays()
    daemon.requests = (
        RequestPart(id="r1", player="an", name="An", game=None, title=None, program=None, ms=900_000, reason="", asked=0),
    )
    tray("--lang", "en")
    until(lambda: panel.told("IconName") == "giochoi-asks")
    panel.open_menu()
    panel.tool("key", "--delay", "60", "Down", "Down", "Return")

    until(lambda: daemon.asked == [RequestApprove(id="r1")])


def test_a_panel_that_starts_anew_gets_its_icon_back(panel, daemon, tray):
    daemon.status = plays()
    tray()
    until(lambda: panel.told("Title"))
    panel.kill_panel()
    panel.open_panel()

    until(lambda: panel.told("IconName").startswith("giochoi-playing"))


def test_a_daemon_that_is_killed_is_said_and_one_that_comes_back_too(panel, daemon, tray):
    daemon.status = plays()
    tray()
    until(lambda: panel.told("IconName").startswith("giochoi-playing"))
    daemon.shut()
    until(lambda: panel.told("IconName") == "giochoi-disconnected")
    daemon.open()

    until(lambda: panel.told("IconName").startswith("giochoi-playing"))


@pytest.mark.promise("Servers and rights: Ending the tray changes nothing, as it keeps nothing on a disk")
def test_a_tray_that_is_killed_changes_nothing(panel, daemon, tray):
    """The next one says the same. Asked to end, it ends cleanly."""
    daemon.status = plays(1_830.0)
    for number, code in ((signal.SIGKILL, -9), (signal.SIGTERM, 0)):
        program = tray()
        until(lambda: panel.told("IconName") == "giochoi-playing-30" and daemon.displays == 1)
        program.send_signal(number)
        assert program.wait(20) == code
        said = [line for line in program.stdout.read().splitlines() if line and "libayatana" not in line]
        assert said == []  # but that Debian 13's library says that it is deprecated
        until(lambda: daemon.displays == 0 and not panel.icons())
    assert daemon.asked == []


@pytest.mark.promise("Servers and rights: Ending the tray changes nothing, as it keeps nothing on a disk")
def test_a_tray_keeps_nothing_on_a_disk(panel, daemon, tray, tmp_path):
    """But for the lock with its number, by which it is the session's only one; here, as there is no folder of a session."""
    names = ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME")
    env = {name: text for name, text in panel.env.items() if name != "XDG_RUNTIME_DIR"} | dict.fromkeys(names, str(tmp_path))
    daemon.me, daemon.status = PARENT, plays()
    program = tray("--lang", "en", env=env)
    until(lambda: panel.told("IconName").startswith("giochoi-playing"))
    panel.open_menu()
    panel.tool("key", "--delay", "60", "Down", "Down", "Return")
    until(lambda: daemon.asked == [QUARTER])

    kept = {path.relative_to(tmp_path): path.read_text("utf-8") for path in tmp_path.rglob("*giochoi*") if path.is_file()}
    assert [(path.parent.name, path.suffix, text) for path, text in kept.items()] == [("giochoi", ".lock", f"{program.pid}\n")]
    said = [path for path in tmp_path.rglob("*") if path.is_file() and b"An:" in path.read_bytes()]
    assert said == []


def test_there_is_one_in_a_session_and_one_in_each(panel, daemon, tray):
    """A second one says so and is content; another screen is another session."""
    daemon.status = plays()
    tray()
    until(lambda: daemon.displays == 1)
    second = tray("--lang", "en")

    assert second.wait(20) == 0
    assert second.stdout.read() == "giochoi-tray runs in this session already\n"
    other = Desk()
    try:
        tray(env=other.env | {"XDG_RUNTIME_DIR": panel.env["XDG_RUNTIME_DIR"]})
        until(lambda: daemon.displays == 2)
    finally:
        other.close()


def test_without_a_tray_the_same_menu_is_a_window(desk, daemon, tray, need):
    """Reached by keyboard alone; Escape closes it."""
    needed(need)
    daemon.me, daemon.status = PARENT, plays()
    program = tray("--window", "--lang", "en")
    window = until(lambda: desk.tool("search", "--onlyvisible", "--name", "^Giờ Chơi$").strip())
    until(lambda: daemon.displays == 1)
    until(lambda: desk.height(window) > 350 and desk.tool("getwindowfocus").strip() == window)
    desk.tool("key", "--delay", "60", "shift+Tab", "shift+Tab", "space")  # backwards from the first: the last but one
    until(lambda: daemon.asked == [GrantAdd(player="an", ms=3_600_000, game="luanti")])
    desk.tool("key", "Escape")

    assert program.wait(20) == 0


def test_a_task_bar_calls_the_window_by_the_programs_name(desk, daemon, home_folder, need):
    """Started as the package starts it."""
    needed(need)
    program = desk.start(sys.executable, "-m", "tray", "--home", str(home_folder), "--window")
    try:
        window = until(lambda: desk.tool("search", "--onlyvisible", "--name", "^Giờ Chơi$").strip())
        assert window in desk.tool("search", "--onlyvisible", "--class", "^giochoi-tray$").split()
    finally:
        program.kill()
        program.wait()


def test_without_a_screen_it_says_so(daemon, home_folder, tray, desk):
    env = {key: text for key, text in desk.env.items() if key != "DISPLAY"}
    program = tray("--lang", "en", env=env)

    assert program.wait(20) == 1
    assert "there is no screen here" in program.stdout.read()
