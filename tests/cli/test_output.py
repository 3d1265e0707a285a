"""What a command says, and what it must not let through."""

from __future__ import annotations

import io

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.output import Output, _width, clean


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_plain_columns_line_up_under_wide_and_combining_letters():
    """A terminal's columns, not characters: composed, decomposed and wide."""
    out = io.StringIO()
    Output(out=out).table(("Tên", "X"), [("An", "1"), ("Bi\u0300nh", "2"), ("\u5c0f\u660e", "3")])

    assert out.getvalue().splitlines() == ["Tên   X", "An    1", "Bi\u0300nh  2", "小明  3"]


def test_names_cannot_steer_a_terminal():
    """No escape sequence, no return to the line's start, no reversed reading."""
    assert clean("An\x1b[2J\r\u202egnaht\x07") == "An\ufffd[2J\ufffd\ufffdgnaht\ufffd"


@pytest.mark.parametrize(("env", "bold"), [({"TERM": "xterm"}, True), ({"TERM": "dumb"}, False), ({}, False),
                                           ({"TERM": "xterm", "NO_COLOR": "1"}, False)], ids=repr)  # fmt: skip
def test_headings_are_bold_on_a_terminal_that_can(monkeypatch, env, bold):
    """And nothing else is: a name brings no colours."""
    for name in ("TERM", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    out = Terminal()
    Output(out=out).table(("Tên",), [("A\x1b[1mn",)])

    assert out.getvalue() == ("\x1b[1mTên\x1b[0m\n" if bold else "Tên\n") + "A\ufffd[1mn\n"


def test_json_is_one_document_and_messages_go_elsewhere(capsys):
    """Also on a terminal."""
    out = Terminal()
    output = Output(json=True, out=out)
    output.document({"a": 1.0, "b": "ờ"})
    output.message("hello")

    assert msgspec.json.decode(out.getvalue()) == {"a": 1.0, "b": "ờ"}
    assert capsys.readouterr() == ("", "hello\n")


def table(monkeypatch, width, columns, rows, title=""):
    monkeypatch.setenv("COLUMNS", str(width))
    out = io.StringIO()
    Output(out=out).table(columns, rows, title)
    return out.getvalue().splitlines()


def test_a_wide_table_folds_its_cells_at_spaces(monkeypatch):
    """The widest column gives way; a date, a number, a name never does."""
    rows = [("2017-05-01", "weekday_minutes", "chữ " * 40), ("2018-11-24", "x", "1 phút\u00a08 giây")]

    for width in (60, 80, 100):
        lines = table(monkeypatch, width, ("Sinh", "Gói / Pack", "Nội dung / What"), rows)
        assert max(map(len, lines)) <= width
        assert " ".join(" ".join(lines).split()).count("chữ") == 40
        assert [word in "\n".join(lines) for word in ("2017-05-01", "weekday_minutes", "phút 8")] == [True] * 3
        assert any(line.startswith("2017-05-01  weekday_minutes  chữ") for line in lines)


def test_what_does_not_fit_beside_each_other_becomes_lists(monkeypatch):
    """A row each, its first cell on top; empty cells say nothing; what is longer than a line stays whole."""
    lines = table(monkeypatch, 40, ("Mã", "Tệp", "Ghi chú", ""),
                  [("a1", "/games/" * 9, "một hai ba bốn năm sáu bảy tám chín", ""), ("b2", "x", "", "rút")], "Trò chơi")

    assert lines == [
        "Trò chơi", "Mã: a1", "  Tệp:", "    " + "/games/" * 9, "  Ghi chú: một hai ba bốn năm sáu bảy", "    tám chín",
        "", "Mã: b2", "  Tệp: x", "  rút",
    ]  # fmt: skip


@given(st.lists(st.lists(st.text("ab 小\u0300", max_size=30), min_size=3, max_size=3), max_size=4), st.integers(1, 120))
def test_no_word_is_ever_cut(rows, width):
    """Every word stands whole somewhere, and only one that is longer than a line makes a line too long."""
    with pytest.MonkeyPatch.context() as patch:
        lines = table(patch, width, ("A", "B", "C"), rows)
    shown = " ".join(lines).replace(":", "").split()

    assert sorted(word for row in rows for cell in row for word in cell.split()) == sorted(set_aside(shown))
    assert all(_width(line) <= max(40, min(100, width)) for line in lines if len(line.split()) > 1)


def set_aside(words):
    """Without the headings."""
    return [word for word in words if word not in {"A", "B", "C"}]


def test_a_paragraph_hangs_and_fits(monkeypatch):
    """No wider than the terminal, nor than a hundred columns; an address or command is never cut."""
    monkeypatch.setenv("COLUMNS", "60")
    out = io.StringIO()
    Output(out=out).say("một hai ba bốn " * 8 + "/very" * 15, 2, 4)

    first, *others, last = out.getvalue().splitlines()
    assert first.startswith("  một")
    assert all(line.startswith("      ") and len(line) <= 60 for line in others)
    assert last == "      " + "/very" * 15


def test_what_has_no_room_beside_its_name_stands_below_it(monkeypatch):
    """A key is not cut, and does not stick out where it need not."""
    monkeypatch.setenv("COLUMNS", "60")
    out = io.StringIO()
    Output(out=out).pairs([("place", "at home"), ("fingerprint", "x" * 50), ("size", "43 entries")])
    assert out.getvalue().splitlines() == [
        "  place        at home", "  fingerprint", "    " + "x" * 50, "  size         43 entries",
    ]  # fmt: skip
