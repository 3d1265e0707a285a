"""What we ask the X server: a window that has gone, and a server that is none, end no program."""

from __future__ import annotations

import pytest
from Xlib import X, Xatom
from Xlib.display import Display
from Xlib.ext import shape

from tray.showing.linux.front import screen
from tray.showing.linux.xcb import XError, server


@pytest.fixture
def display(x_server, monkeypatch):
    monkeypatch.setenv("DISPLAY", x_server["DISPLAY"])
    other = Display(x_server["DISPLAY"])
    yield other
    other.close()


@pytest.fixture
def window(display):
    made = display.screen().root.create_window(0, 0, 40, 30, 0, X.CopyFromParent)
    display.sync()
    return made


def test_what_another_client_set_is_read(display, window):
    window.change_property(display.intern_atom("_GIOCHOI"), Xatom.CARDINAL, 32, [1, 2**32 - 1, 7])
    window.change_property(display.intern_atom("_NONE"), Xatom.CARDINAL, 32, [])
    window.change_property(display.intern_atom("_TEXT"), Xatom.STRING, 8, b"abcd")
    display.sync()

    with server() as found:
        assert found.root == display.screen().root.id
        assert found.atom("_GIOCHOI") == display.intern_atom("_GIOCHOI")
        assert [found.values(window.id, name) for name in ("_GIOCHOI", "_NONE", "_TEXT", "_NEVER")] == [
            [1, 2**32 - 1, 7], [], None, None
        ]  # fmt: skip


def test_clicks_pass(display, window):
    def inputs():
        return len(window.shape_get_rectangles(shape.SK.Input).rectangles)

    assert inputs() == 1
    with server() as found:
        found.pass_clicks(window.id)

    assert inputs() == 0


def test_a_window_that_has_gone(display, window):
    window.destroy()
    display.sync()

    with server() as found:
        assert found.values(window.id, "_NET_WM_STATE") is None
        with pytest.raises(XError, match="gone"):
            found.pass_clicks(window.id)
        assert found.atom("_NET_WM_STATE"), "it goes on"


def test_where_there_is_no_server(monkeypatch):
    """A banner too many harms nobody."""
    monkeypatch.setenv("DISPLAY", ":54321")

    with pytest.raises(XError), server():
        pass
    assert screen() == "full"
    monkeypatch.delenv("DISPLAY")
    assert screen() == "full"
