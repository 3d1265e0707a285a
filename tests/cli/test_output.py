"""What a command says, and what it must not let through."""

from __future__ import annotations

import io

import msgspec

from cli.output import Output, clean


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


def test_names_are_no_markup():
    """rich would read [bold] as a command."""
    out = Terminal()
    Output(out=out).table(("Tên",), [("[bold]An[/bold]",)])

    assert "[bold]An[/bold]" in out.getvalue()


def test_json_is_one_document_and_messages_go_elsewhere():
    """Also on a terminal."""
    out, err = Terminal(), io.StringIO()
    output = Output(json=True, out=out, err=err)
    output.document({"a": 1.0, "b": "ờ"})
    output.message("hello")

    assert msgspec.json.decode(out.getvalue()) == {"a": 1.0, "b": "ờ"}
    assert (output.terminal, err.getvalue()) == (False, "hello\n")


def test_a_wide_table_folds_its_cells_at_a_hundred_columns(monkeypatch):
    """The widest column gives way; words without spaces are cut rather than columns lost."""
    monkeypatch.setenv("COLUMNS", "100")
    out = io.StringIO()
    Output(out=out).table(("Mã", "Nội dung"), [("a1", "chữ " * 60), ("b2", "x" * 150)])

    lines = out.getvalue().splitlines()
    assert max(map(len, lines)) <= 100
    assert [line[:2] for line in lines] == ["Mã", "a1", "  ", "  ", "b2", "  "]
    assert sum(line.count("x") for line in lines) == 150


def test_a_paragraph_hangs_and_fits(monkeypatch):
    """No wider than the terminal, nor than a hundred columns; an address or command is never cut."""
    monkeypatch.setenv("COLUMNS", "60")
    out = io.StringIO()
    Output(out=out).say("một hai ba bốn " * 8 + "/very" * 15, 2, 4)

    first, *others, last = out.getvalue().splitlines()
    assert first.startswith("  một")
    assert all(line.startswith("      ") and len(line) <= 60 for line in others)
    assert last == "      " + "/very" * 15
