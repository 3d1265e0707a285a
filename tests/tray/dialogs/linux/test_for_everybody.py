"""Each dialog for those who hear it, enlarge it or read it in Vietnamese."""

from __future__ import annotations

import pytest

from daemon.api.asking import RequestAdd
from tests.system import until
from tests.tray.dialogs.fake_daemon import MINUTE

DIALOGS = [
    ("ask",), ("ask", "--program", "ab" * 32, "--title", "sums.AppImage"), ("pin",), ("code",), ("why", "an", "luanti"),
    ("kept",), ("until", "an"), ("rules",), ("approve", "r7"), ("message", "Xong."),
]  # fmt: skip
NAMELESS = {"panel", "filler", "scroll pane", "scroll bar", "separator", "grouping"}  # what only holds others


@pytest.mark.parametrize("words", DIALOGS, ids=lambda words: "-".join(words[:2])[:16])
def test_whatever_can_have_the_focus_has_a_name(show, words):
    """A screen reader says it; nobody hears "text" or "button" alone. And the window is a dialog."""
    dialog = show(*words, lang="vi")
    dialog.says("Đóng") if words[0] in {"why", "kept", "rules", "message"} else dialog.says("Thôi")
    spoken = dialog.spoken()

    assert (spoken[0]["role"], bool(spoken[0]["name"])) == ("dialog", True)
    assert [one for one in spoken if one["focusable"] and not one["name"] and one["role"] not in NAMELESS] == []


@pytest.mark.parametrize("scale", [{}, {"GDK_DPI_SCALE": "1.5"}, {"GDK_SCALE": "2"}], ids=["100", "150", "200"])
@pytest.mark.parametrize("words", [("ask",), ("approve", "r7"), ("kept",)], ids=lambda words: words[0])
def test_nothing_is_cut_off_at_any_scale(show, desk, words, scale):
    """All that is shown lies inside the window, and the window on the screen; a text that is scrolled is higher than its pane."""
    dialog = show(*words, lang="vi", **scale)
    left, top, width, height = (
        int(line.partition("=")[2]) for line in desk.xdotool("getwindowgeometry", "--shell", dialog.window).splitlines()[1:5]
    )  # fmt: skip
    spoken = until(dialog.spoken)
    factor = int(scale.get("GDK_SCALE", 1))
    kinds = {"label", "push button", "radio button", "text"}
    places = [one["place"] for one in spoken if one["showing"] and one["role"] in kinds and "\n" not in one["text"]]

    assert left >= 0 <= top
    assert left + width <= 1400
    assert top + height <= 1000
    assert max(x + wide for x, _, wide, _ in places) * factor <= left + width
    assert max(y + high for _, y, _, high in places) * factor <= top + height


def test_vietnamese_that_is_put_in_arrives_as_it_was(show, daemon):
    """As an input method or a screen reader's user puts it in: whole words, with their marks."""
    dialog = show("ask", lang="vi")
    dialog.says("Gửi")
    dialog.spoken("set", "Lý do (nếu muốn)", "Con làm xong bài tập rồi ạ")
    dialog.spoken("press", "Gửi")
    until(lambda: daemon.of(RequestAdd))

    assert daemon.of(RequestAdd) == [RequestAdd(ms=15 * MINUTE, reason="Con làm xong bài tập rồi ạ")]
