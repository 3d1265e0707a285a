"""The icon in the taskbar that is here: what its menu says and does, by the messages that taskbar, mouse and system send."""

from __future__ import annotations

import ctypes
import threading
from ctypes import wintypes

import pytest

from tests.system import WINE
from tests.tray.windows.shell import in_taskbar, png, running, soon, texts, user32, view
from tray.menus import LINE, Dialog, Row
from tray.view import View
from tray.windows import calls, pictures
from tray.windows.balloon import Balloons
from tray.windows.icon import Icon
from tray.windows.popup import Popup

LEFT, RIGHT = (0x0201, 0x0202), (0x0204, 0x0205)
DELETE, FLAGS = 2, 0
QUERY_END_SESSION, END_SESSION, TIMER, CLOSE = 0x0011, 0x0016, 0x0113, 0x0010
LONG = "Trò chơi có tên rất dài và có cả 𝄞: " * 30

wine_only = pytest.mark.skipif(not WINE, reason="whose taskbar can be seen from outside")


def forgotten(stand):
    """The taskbar no longer has the icon, as after Explorer's end."""
    assert stand.icon._message(DELETE, FLAGS)


@wine_only
@pytest.mark.parametrize("button", [LEFT, RIGHT])
def test_a_click_on_the_icon_opens_the_menu(button):
    """Either button of the mouse on the icon in the taskbar; the first row does what it says."""
    before = set(in_taskbar())
    with running(view("Còn 42 phút", "Xin thêm giờ…")) as stand:
        (icon,) = set(in_taskbar()) - before
        assert stand.there == [True]
        for message in button:
            user32.PostMessageW(icon, message, 0, 0)
        soon(stand.in_menu)
        stand.choose(1)
        assert stand.clicked == [Dialog("Còn 42 phút")]
    assert set(in_taskbar()) <= before


def test_clicks_arrive_while_everything_changes():
    """Each click does what was seen when the menu opened, however often it was to change since; then it shows the last."""
    with running(view("a", "b", "c")) as stand:
        seen = "b"
        for turn in range(200):
            stand.open()
            for step in range(3):
                stand.icon.show(view("a", f"b {turn} {step}", "c", state="asks", tooltip=f"{turn} {step}"))
            stand.settle()
            assert stand.in_menu()
            stand.choose(2)
            assert stand.clicked == [Dialog(seen)]
            stand.clicked.clear()
            seen = f"b {turn} 2"
        assert texts(stand) == ["a", seen, "c"]


def test_a_menu_that_is_only_closed_changes_too():
    """Nothing was chosen."""
    with running(view("a")) as stand:
        stand.open()
        stand.icon.show(view("b"))
        stand.keys("escape")
        soon(lambda: not stand.in_menu())
        stand.settle()
        assert (texts(stand), stand.clicked) == (["b"], [])


def test_rows_lines_and_a_menu_in_a_row():
    """The second level opens to the right; "&" and a tab are part of a name."""
    menu = (Row("Tom & Jerry\tEnter", Dialog("a")), LINE, Row("An", rows=(Row("15", Dialog("b")), Row("30", Dialog("c")))))
    with running(View("free", "", "", "", menu)) as stand:
        assert texts(stand) == ["Tom && Jerry Enter", "", "An"]
        stand.open()
        stand.keys("down", "down", "right", "down", "return")
        soon(lambda: not stand.in_menu())
        stand.settle()
        assert stand.clicked == [Dialog("c")]


def test_texts_of_any_length():
    """Whatever a game is called, the tray goes on."""
    with running(view(LONG, tooltip=LONG)) as stand:
        stand.icon.show(view("a", tooltip=LONG[1:]))
        stand.settle()
        assert Balloons(stand.icon).notify(LONG, LONG, "critical")
        assert texts(stand) == ["a"]


def test_a_click_that_fails_is_one_click():
    """What goes wrong in one message does not end the loop."""
    with running(view("a")) as stand:
        stand.icon._act = lambda _: 1 / 0
        stand.open()
        stand.choose(1)
        stand.icon._act = stand.clicked.append
        stand.open()
        stand.choose(1)
        assert stand.clicked == [Dialog("a")]


@pytest.mark.parametrize("message", ["TaskbarCreated", TIMER])
def test_the_taskbar_came_back(message):
    """Explorer was started again, or had no time at first."""
    before = set(in_taskbar())
    with running(view("a")) as stand:
        forgotten(stand)
        assert set(in_taskbar()) <= before
        number = user32.RegisterWindowMessageW(message) if isinstance(message, str) else message
        for _ in range(2):  # also where it is there by now
            stand.post(number)
            stand.settle()
            assert stand.there[-1]
            assert not WINE or len(set(in_taskbar()) - before) == 1
        stand.open()
        stand.choose(1)
        assert stand.clicked == [Dialog("a")]


def test_a_taskbar_that_is_not_there_yet(monkeypatch):
    """Nobody says that the icon is shown, and it is tried again."""
    asked = []
    taken = [False] * 3
    real = calls.set_timer
    monkeypatch.setattr(calls, "set_timer", lambda window, number, ms, what: asked.append(ms) or real(window, number, 1, what))
    with running(view("a"), taken=taken) as stand:
        soon(lambda: stand.there[-1:] == [True])
        assert (stand.there[0], asked[0]) == (False, 2_000)


def test_windows_may_log_off():
    """Asked whether the session may end, it says yes; what it does not know is left to Windows; then it ends."""
    with running(view("a")) as stand:
        assert user32.SendMessageW(stand.window, QUERY_END_SESSION, 0, 0) == 1
        stand.post(END_SESSION, 0)  # somebody else said no
        stand.settle()
        stand.post(END_SESSION, 1)
        stand.thread.join(20)
        assert not stand.thread.is_alive()


def test_a_window_that_cannot_be_made(monkeypatch):
    """The program ends, and says why; no thread keeps it, and with it the session's only place for a tray."""
    before = threading.enumerate()
    made = Icon(view("a"), print, png)
    monkeypatch.setattr(made, "_create_window", lambda _: (_ for _ in ()).throw(OSError("no desktop")))
    with pytest.raises(OSError, match="no desktop"):
        made.run()
    assert threading.enumerate() == before


def test_it_ends_while_its_menu_is_open():
    with running(view("a")) as stand:
        stand.open()
        stand.icon.stop()
        stand.thread.join(20)
        assert not stand.thread.is_alive()


def test_the_picture_has_the_size_of_the_place(monkeypatch):
    """16 px at 100 %, 32 px at 200 %; no picture at all is no reason to end."""
    asked = []

    def picture(name, pixels):
        asked.append((name, pixels))
        if name == "giochoi-over":
            raise FileNotFoundError(name)
        return png(name, pixels)

    with running(view("a"), picture=picture) as stand:
        pixels = pictures.size()
        assert (set(asked), _width(stand)) == ({("giochoi-free", pixels)}, pixels)
        monkeypatch.setattr(pictures, "size", lambda: 32)
        stand.post(0x007E)  # WM_DISPLAYCHANGE
        stand.settle()
        assert _width(stand) == 32
        stand.icon.show(view("a", state="over"))
        stand.settle()
        assert _width(stand) == 32


def test_nothing_is_done_where_nothing_changed():
    """The same again costs no picture and no menu."""
    asked = []
    with running(view("a"), picture=lambda name, pixels: asked.append(name) or png(name, pixels)) as stand:
        menu = stand.icon._menu_handle
        for _ in range(3):
            stand.icon.show(view("a"))
            stand.settle()
        assert (len(asked), stand.icon._menu_handle) == (1, menu)


def test_a_balloon_that_nobody_sees_was_not_shown(monkeypatch):
    """In front of a game that fills the screen Windows holds it back; without an icon there is none."""
    with running(view("a")) as stand:
        balloons = Balloons(stand.icon)
        for urgency in ("low", "normal", "critical"):
            assert balloons.notify("Còn 5 phút", "Lưu", urgency)
            assert balloons.notify("Còn 5 phút", "", urgency)
        for state in (0, 1, 2, 3, 4, 6):
            monkeypatch.setattr("tray.windows.balloon.state", lambda state=state: state)
            assert not balloons.notify("Còn 5 phút", "", "critical")
        monkeypatch.setattr("tray.windows.balloon.state", lambda: 5)
        forgotten(stand)
        assert not balloons.notify("Còn 5 phút", "", "critical")


def test_the_menu_as_a_window():
    """`--window`: it opens once something is known, does one thing, and ends without ever having been in the taskbar."""
    before = set(in_taskbar())
    with running(view("no answer", state="disconnected"), kind=Popup) as stand:
        assert set(in_taskbar()) <= before
        stand.icon.show(view("a", "b"))
        soon(stand.in_menu)
        stand.icon.show(view("c"))
        stand.keys("down", "down", "return")
        stand.thread.join(20)
        assert (stand.thread.is_alive(), stand.clicked) == (False, [Dialog("b")])


def _width(stand):
    """Of the icon's picture."""

    class Info(ctypes.Structure):
        _fields_ = (
            ("icon", wintypes.BOOL), ("x", wintypes.DWORD), ("y", wintypes.DWORD), ("mask", wintypes.HBITMAP),
            ("color", wintypes.HBITMAP),
        )  # fmt: skip

    class Bitmap(ctypes.Structure):
        _fields_ = (
            *((name, ctypes.c_long) for name in ("kind", "width", "height", "bytes")),
            ("planes", wintypes.WORD), ("bits", wintypes.WORD), ("data", ctypes.c_void_p),
        )  # fmt: skip

    info, bitmap, gdi32 = Info(), Bitmap(), ctypes.WinDLL("gdi32")
    assert user32.GetIconInfo(wintypes.HICON(stand.icon._icon_handle), ctypes.byref(info))
    for one in (info.color, info.mask):
        assert gdi32.GetObjectW(wintypes.HBITMAP(one), ctypes.sizeof(bitmap), ctypes.byref(bitmap))
        gdi32.DeleteObject(wintypes.HBITMAP(one))
        if one == info.color:
            width = bitmap.width
    return width
