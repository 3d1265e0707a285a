"""Dialogs of Windows itself, filled and sent by the messages that a keyboard makes, against a daemon that listens."""

from __future__ import annotations

import ctypes
import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
import pywintypes
import win32con
import win32gui
import win32process
from msgspec.structs import replace

from daemon.api.asking import CodeUse, Off, RequestAdd, RequestApprove, RequestDeny
from daemon.api.messages import GrantAdd, GrantExtend
from daemon.api.status import StatusGet
from tests.system import PATIENCE, until
from tests.tray.dialogs import fake_setup
from tests.tray.dialogs.fake_daemon import MINUTE, STATUS

TOP = Path(__file__).resolve().parents[4]
TITLES = ("One moment", "Chờ một chút")
send = ctypes.WINFUNCTYPE(ctypes.c_ssize_t, ctypes.c_void_p, ctypes.c_uint, ctypes.c_size_t, ctypes.c_void_p)(
    ("SendMessageW", ctypes.WinDLL("user32"))
)


class Shown:
    """The dialog of a process that is open now: each has a window of its own, and a slow one has another before it."""

    def __init__(self, program, begins):
        self.program = program
        self.window = 0
        until(lambda: self._shows(lambda: begins in TITLES or not win32gui.GetWindowText(self.window).startswith(TITLES)))

    def says(self, text):
        until(lambda: self._shows(lambda: any(text in said for _, said, _ in self.controls())))

    def _shows(self, what):
        """Whether `what` is so of one of its windows, which is the one that is meant from then on."""
        for window in self._windows():
            self.window = window
            with suppress(pywintypes.error):  # it is gone by now
                if what():
                    return True
        return False

    def _windows(self):
        assert self.program.poll() is None, self.program.communicate()
        found = []

        def see(window, _):
            owner = win32process.GetWindowThreadProcessId(window)[1]
            if owner == self.program.pid and win32gui.IsWindowVisible(window) and win32gui.GetClassName(window) == "#32770":
                found.append(window)
            return True

        win32gui.EnumWindows(see, None)
        return found

    def controls(self):
        """[(class, text, id)] in the order of the Tab key."""
        found = []
        child = win32gui.GetWindow(self.window, win32con.GW_CHILD)
        while child:
            found.append((win32gui.GetClassName(child).upper(), text_of(child), win32gui.GetDlgCtrlID(child)))
            child = win32gui.GetWindow(child, win32con.GW_HWNDNEXT)
        return found

    def entries(self):
        return [id_ for kind, _, id_ in self.controls() if kind == "EDIT"]

    def type(self, at, text):
        """Into the entry of this number."""
        win32gui.SendMessage(win32gui.GetDlgItem(self.window, self.entries()[at]), win32con.WM_SETTEXT, 0, text)

    def click(self, text):
        id_ = next(id_ for kind, said, id_ in self.controls() if kind == "BUTTON" and said.replace("&", "") == text)
        win32gui.PostMessage(win32gui.GetDlgItem(self.window, id_), win32con.BM_CLICK, 0, 0)

    def key(self, code):
        """To one of its controls, as a keyboard does."""
        win32gui.PostMessage(win32gui.GetDlgItem(self.window, self.controls()[-1][2]), win32con.WM_KEYDOWN, code, 0)

    def closed(self):
        out, err = self.program.communicate(timeout=PATIENCE)
        assert "Traceback" not in err
        return self.program.returncode, out


def text_of(window):
    length = send(window, win32con.WM_GETTEXTLENGTH, 0, None)
    buffer = ctypes.create_unicode_buffer(length + 1)
    send(window, win32con.WM_GETTEXT, length + 1, buffer)
    return buffer.value


@pytest.fixture
def show(daemon):
    running = []

    def shown(name, *words, lang="en", begins=""):
        command = [sys.executable, "-m", "tray.dialog", name, *words, "--home", str(daemon.home.root), "--lang", lang]
        program = subprocess.Popen(command, cwd=TOP, encoding="utf-8", stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)  # fmt: skip
        running.append(program)
        return Shown(program, begins)

    yield shown
    for program in running:
        program.kill()
        program.communicate()


def test_ask_by_a_choice_and_ok(show, daemon):
    """30 minutes are clicked, a reason in Vietnamese is put in, and the answer is closed by Escape."""
    dialog = show("ask", lang="vi")
    dialog.click("30 phút")
    dialog.type(1, "Con làm xong bài tập rồi ạ")
    dialog.click("Gửi")
    dialog.says("Đã gửi lời xin")
    dialog.key(win32con.VK_ESCAPE)

    assert dialog.closed() == (0, "")
    assert daemon.of(RequestAdd) == [RequestAdd(ms=30 * MINUTE, reason="Con làm xong bài tập rồi ạ")]


def test_ask_with_minutes_of_ones_own(show, daemon):
    """Typing them chooses them; what cannot be read is said, and stays."""
    dialog = show("ask", "--game", "luanti")
    dialog.type(0, "soon")
    dialog.key(win32con.VK_RETURN)
    dialog.says("type a number")
    dialog.type(0, "25")
    dialog.key(win32con.VK_RETURN)
    until(lambda: daemon.of(RequestAdd))

    assert daemon.of(RequestAdd) == [RequestAdd(ms=25 * MINUTE, game="luanti")]


def test_what_is_left_is_renewed_and_what_was_typed_stays(show, daemon):
    """As time runs while somebody thinks about a reason."""
    dialog = show("ask", "--game", "luanti")
    dialog.says("Left now: 9 min")
    dialog.type(1, "please")
    (an, *others) = STATUS.players
    daemon.answers[StatusGet] = replace(STATUS, players=(replace(an, left_s=301.0), *others))
    dialog.says("Left now: 5 min")
    dialog.key(win32con.VK_RETURN)
    until(lambda: daemon.of(RequestAdd))

    assert daemon.of(RequestAdd) == [RequestAdd(ms=15 * MINUTE, game="luanti", reason="please")]


def test_limits_are_lifted_only_with_a_reason(show, daemon):
    dialog = show("off", lang="vi")
    dialog.key(win32con.VK_RETURN)
    dialog.says("Hãy ghi lý do")
    dialog.type(1, "sinh nhật")
    dialog.key(win32con.VK_RETURN)
    dialog.says("Không giới hạn gì đến")

    assert daemon.of(Off) == [Off(ms=60 * MINUTE, reason="sinh nhật")]


def test_a_wrong_pin_stays_and_the_right_one_is_printed(show):
    dialog = show("pin")
    dialog.type(0, "1111")
    dialog.key(win32con.VK_RETURN)
    dialog.says("4 tries left")
    until(lambda: text_of(win32gui.GetDlgItem(dialog.window, dialog.entries()[0])) == "")
    dialog.type(0, "2468")
    dialog.key(win32con.VK_RETURN)
    code, out = dialog.closed()

    assert (code, json.loads(out)["token"], json.loads(out)["name"]) == (0, "t0ken", "Mẹ Hoa")


@pytest.mark.parametrize(("words", "typed", "asked"), [
    (("code",), "123456", CodeUse(player="an", digits="123456")),
    (("until", "an"), "20:30", GrantExtend(player="an", until=(20 * 60 + 30) * MINUTE)),
    (("approve", "r7"), None, RequestApprove(id="r7", ms=30 * MINUTE)),
])  # fmt: skip
def test_the_others_ask_what_was_typed(show, daemon, words, typed, asked):
    dialog = show(*words)
    if typed:
        dialog.type(0, typed)
    dialog.key(win32con.VK_RETURN)
    dialog.says("may play until")
    dialog.click("Close")

    assert dialog.closed() == (0, "")
    assert daemon.of(type(asked)) == [asked]


def test_no_is_a_button_too(show, daemon):
    dialog = show("approve", "r7")
    dialog.click("No, not now")
    dialog.says("Answered")

    assert daemon.of(RequestDeny) == [RequestDeny(id="r7")]


@pytest.mark.parametrize(("words", "text"), [
    (("why", "an", "luanti"), "NĐ 147/2024, Đ.39 k.1 đ.e (G1); Đ.48 k.1 đ.e (G2–G4)"),
    (("kept",), "400 ngày"), (("rules",), "Cân bằng"),
    (("message", "Xong."), "Xong."),
])  # fmt: skip
def test_what_is_only_read_is_closed_by_escape(show, words, text):
    dialog = show(*words, lang="vi")
    dialog.says(text)
    dialog.key(win32con.VK_ESCAPE)

    assert dialog.closed() == (0, "")


def test_a_long_text_begins_at_its_beginning(show):
    """Also once the keyboard has got to the button below it."""
    dialog = show("kept", lang="vi")
    dialog.says("400 ngày")
    (text,) = dialog.entries()
    (close,) = (id_ for kind, _, id_ in dialog.controls() if kind == "BUTTON")
    button = win32gui.GetDlgItem(dialog.window, close)
    until(lambda: win32gui.SendMessage(button, win32con.BM_GETSTATE, 0, 0) & win32con.BST_FOCUS)
    assert win32gui.SendMessage(win32gui.GetDlgItem(dialog.window, text), win32con.EM_GETFIRSTVISIBLELINE, 0, 0) == 0


def test_a_daemon_that_goes_away_costs_nothing_typed(show, daemon):
    dialog = show("until", "an")
    dialog.type(0, "21:15")
    daemon.stop_serving()
    dialog.key(win32con.VK_RETURN)
    dialog.says("does not answer")
    assert text_of(win32gui.GetDlgItem(dialog.window, dialog.entries()[0])) == "21:15"
    dialog.key(win32con.VK_ESCAPE)

    assert dialog.closed() == (3, "")


def test_a_slow_daemon_is_waited_for(show, daemon):
    daemon.held.clear()
    dialog = show("why", "an", begins="One moment")
    daemon.held.set()
    dialog.says("may not be played now")


def test_games_are_ticked_many_at_once(show):
    """And none; what is ticked by then is the answer."""
    dialog = show("setup", sys.executable, fake_setup.__file__, begins="Giờ")
    dialog.click("Next")
    dialog.says("at least one")
    dialog.click("All up to 12+")
    dialog.click("Next")
    dialog.says("ticked: luanti sums")
    dialog.key(win32con.VK_RETURN)
    assert dialog.closed() == (0, "")


def test_a_card_gives_time_and_counts_down(show, daemon):
    dialog = show("players", begins="Nguyễn Minh An: 9 min left today")
    dialog.click("+15 min")
    until(lambda: daemon.of(GrantAdd))
    dialog.says("✓ Nguyễn Minh An")
    (an,) = STATUS.players
    daemon.answers[StatusGet] = replace(STATUS, players=(replace(an, left_s=480.0),))
    dialog.says("Nguyễn Minh An: 8 min left today")
    dialog.click("The week…")
    dialog.says("in the last 7 days")
    dialog.key(win32con.VK_ESCAPE)
    assert dialog.closed() == (0, "")
