"""A banner on Windows: a window above all others that is never active."""

from __future__ import annotations

import ctypes

import pytest
import win32api
import win32con
import win32gui

from i18n.catalogue import Catalogue
from tests.system import until
from tray.showing.api import Card
from tray.showing.shower import Means, Shower
from tray.showing.windows.banner import Banner
from tray.showing.windows.build import shower
from tray.showing.windows.card import CLASS

EXPECTED = (
    win32con.WS_EX_TOPMOST | win32con.WS_EX_TOOLWINDOW | win32con.WS_EX_TRANSPARENT | win32con.WS_EX_LAYERED | 0x0800_0000
)


@pytest.fixture
def banner():
    made = Banner()
    yield made
    made.close()
    until(lambda: not shown())


@pytest.fixture
def game():
    """A full-screen window that has the keyboard."""
    instance = win32api.GetModuleHandle(None)
    width, height = (win32api.GetSystemMetrics(one) for one in (win32con.SM_CXSCREEN, win32con.SM_CYSCREEN))
    window = win32gui.CreateWindowEx(
        0, "EDIT", "", win32con.WS_POPUP | win32con.WS_VISIBLE, 0, 0, width, height, 0, 0, instance, None
    )
    win32gui.SetForegroundWindow(window)
    win32gui.SetFocus(window)
    until(lambda: win32gui.PumpWaitingMessages() == 0 and win32gui.GetForegroundWindow() == window)
    yield window
    win32gui.DestroyWindow(window)


def shown():
    found = []
    win32gui.EnumWindows(lambda window, _: found.append(window) if _is_ours(window) else None, None)
    return found


def _is_ours(window):
    return win32gui.IsWindowVisible(window) and win32gui.GetClassName(window) == CLASS


def card(key="time:an:luanti:", **more):
    return Card(key, "Còn 5 phút", ("Luanti: chơi đến 20:30",), "critical", **more)


def test_it_is_above_all_and_the_game_stays_active(banner, game):
    for number in range(8):
        assert banner.show(card(lasts=number + 1)).result(10)
        win32gui.PumpWaitingMessages()
        assert (win32gui.GetForegroundWindow(), win32gui.GetFocus()) == (game, game)

    window = until(lambda: len(found := shown()) == 1 and found[0])
    assert win32gui.GetWindowLong(window, win32con.GWL_EXSTYLE) & EXPECTED == EXPECTED
    assert win32gui.GetWindowText(window) == "Còn 5 phút"
    assert above(window, game)


def above(window, other):
    """Whether it lies higher: whoever is below comes after it."""
    below = window
    while below:
        below = win32gui.GetWindow(below, win32con.GW_HWNDNEXT)
        if below == other:
            return True
    return False


def test_several_lie_below_each_other_and_go_by_key(banner):
    for key in ("time:an:a:", "time:an:b:", "notice:an:r"):
        assert banner.show(card(key)).result(10)
    windows = until(lambda: len(found := shown()) == 3 and found)
    tops = sorted(win32gui.GetWindowRect(window)[1] for window in windows)
    assert tops[0] < tops[1] < tops[2]

    banner.drop("time:an:")

    until(lambda: len(shown()) == 1)


@pytest.mark.promise("Windows (under Wine): In exclusive full screen nothing is said to have been seen")
def test_in_exclusive_mode_nothing_is_said_to_have_been_seen(banner):
    """There a banner cannot be seen: a sound, or nothing."""
    from concurrent.futures import Future

    def ringing(came):
        class Bell:
            def ring(self):
                outcome = Future()
                outcome.set_result(came)
                return outcome

        return Bell()

    from daemon.api.messages import Signal

    made = shower(lambda: Catalogue("vi"), lambda *_: True, lambda: "exclusive")
    for came, how in ((True, "sound"), (False, None)):
        kept = made._means
        one = Shower(Means(kept.notifications, banner, ringing(came), lambda: "exclusive"), lambda: Catalogue("vi"), lambda: 0)
        assert one.show(Signal(number=1, kind="warning", player="an", game="luanti", left=60_000)) == how
    assert shown() == []


def test_a_place_that_is_closed_covers_the_screen(banner, game):
    closed = card("place:closed", full=True, lasts=60_000)
    assert banner.show(closed).result(10)
    window = until(lambda: (found := shown()) and found[0])
    assert win32gui.GetWindowRect(window) == win32gui.GetWindowRect(game)
    assert banner.show(closed).result(10)
    assert shown() == [window]
    banner.drop("place:")
    until(lambda: not shown())


def test_it_is_drawn_in_the_pixels_of_its_screen(banner):
    assert banner.show(card(saving=30_000)).result(10)
    window = until(lambda: (found := shown()) and found[0])
    left, top, right, bottom = win32gui.GetWindowRect(window)
    scale = ctypes.WinDLL("user32").GetDpiForSystem() / 96
    assert right - left > 200 * scale
    assert 50 * scale < bottom - top < 200 * scale
