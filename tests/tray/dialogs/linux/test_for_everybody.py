"""Each dialog for those who hear it, enlarge it or read it in Vietnamese."""

from __future__ import annotations

import struct

import pytest
from PIL import Image
from Xlib.display import Display

from daemon.api.asking import RequestAdd
from tests.system import until
from tests.tray.dialogs.fake_daemon import MINUTE
from tests.tray.dialogs.linux.conftest import texts
from tray.own import NAME, picture

DIALOGS = [
    ("ask",), ("ask", "--program", "ab" * 32, "--title", "sums.AppImage"), ("pin",), ("code",), ("why", "an", "luanti"),
    ("kept",), ("until", "an"), ("rules",), ("approve", "r7"), ("off",), ("message", "Xong."), ("players",), ("played", "an"),
]  # fmt: skip
HOLDING = {"panel", "filler", "scroll pane", "scroll bar", "separator", "grouping"}  # what only holds others
KINDS = {"label", "push button", "button", "radio button", "text"}  # a button is called so from AT-SPI 2.56 on


def test_whatever_can_have_the_focus_has_a_name(desk, start):
    """A screen reader says it; nobody hears "text" or "button" alone. And the window is a dialog."""
    programs = [start(*words, lang="vi") for words in DIALOGS]
    told = until(lambda: opened(desk, programs))

    for words, spoken in zip(DIALOGS, told, strict=True):
        assert (words, spoken[0]["role"], bool(spoken[0]["name"])) == (words, "dialog", True)
        nameless = [one for one in spoken if one["focusable"] and not one["name"] and one["role"] not in HOLDING]
        assert (words, nameless) == (words, [])


def opened(desk, programs):
    """What each tells, once all show the button that closes them."""
    told = desk.spoken(*programs)
    return all({"Đóng", "Thôi"} & set(texts(one)) for one in told) and told


@pytest.mark.parametrize("scale", [{"GDK_DPI_SCALE": "1.5"}, {"GDK_SCALE": "2"}], ids=["150", "200"])
def test_nothing_is_cut_off_at_any_scale(desk, start, scale):
    """All that is shown lies inside its window, and the window on the screen; what is scrolled is higher than its pane."""
    programs = [start(*words, lang="vi", **scale) for words in (("ask",), ("approve", "r7"), ("kept",), ("players",))]
    factor = int(scale.get("GDK_SCALE", 1))
    for spoken in until(lambda: opened(desk, programs)):
        left, top, width, height = spoken[0]["place"]
        places = [one["place"] for one in spoken if one["showing"] and one["role"] in KINDS and "\n" not in one["text"]]

        assert (width, height) > (300, 100)
        assert width * factor <= 1400
        assert height * factor <= 1000
        assert len(places) > 1
        assert all(left <= x and x + wide <= left + width for x, _, wide, _ in places)
        assert all(top <= y and y + high <= top + height for _, y, _, high in places)


def test_a_window_bears_our_icon_and_says_that_there_is_more(desk, show):
    """By a bar beside the text, and not above it, where it would hide until the mouse comes."""
    dialog = show("kept", lang="vi")
    dialog.says("Đóng")
    (text,) = (one["place"] for one in dialog.spoken() if one["role"] == "text" and one["showing"])
    (bar,) = (one["place"] for one in dialog.spoken() if one["role"] == "scroll bar" and one["showing"])
    with Image.open(picture(NAME, 16)) as file:
        ours = struct.unpack("<256I", file.convert("RGBA").tobytes("raw", "BGRA"))
    screen = Display(desk.environment["DISPLAY"])
    icon = screen.create_resource_object("window", int(dialog.window)).get_full_property(screen.get_atom("_NET_WM_ICON"), 0)
    screen.close()

    assert text[0] + text[2] <= bar[0]
    assert list(icon.value[:258]) == [16, 16, *ours]


def test_vietnamese_that_is_put_in_arrives_as_it_was(show, daemon):
    """As an input method or a screen reader's user puts it in: whole words, with their marks."""
    dialog = show("ask", lang="vi")
    dialog.says("Gửi")
    dialog.does("set", "Lý do (nếu muốn)", "Con làm xong bài tập rồi ạ")
    dialog.does("press", "Gửi")
    until(lambda: daemon.of(RequestAdd))

    assert daemon.of(RequestAdd) == [RequestAdd(ms=15 * MINUTE, reason="Con làm xong bài tập rồi ạ")]
