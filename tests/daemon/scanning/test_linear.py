"""What somebody else wrote costs what it is long: a search of Python's is one call that keeps hold of the interpreter."""

from __future__ import annotations

from contextlib import suppress

import pytest

from daemon.scanning import programs
from daemon.scanning.formats import FormatError, parse_entry, parse_vdf, scalars
from daemon.scanning.programs import commands


def entry(text):
    with suppress(FormatError):
        parse_entry(b"[Desktop Entry]\nName=x\n" + text.encode())


def valve(text):
    with suppress(FormatError):
        parse_vdf(text)


def called(text):
    list(programs._PATH.finditer(text))
    list(commands(text[: programs._LONGEST_SCRIPT], "/usr/games/x"))


def yaml(text):
    list(scalars(text))


@pytest.mark.parametrize("do", [valve, entry, called, yaml])
@pytest.mark.parametrize("piece", [
    '\\"', '"', '"\\', "[", "[ ", "[\n", "/ ", "//", "{", '"a" {', "\n", " ", "\t\n", "exec ", "exec\n", "exec -a ",
    "exec -a x\t", "a=", "a ", "'", "':", "- ", "a: '", "/usr/", "[x] ", "\\", "$a", "A=$A$A\n",
])  # fmt: skip
@pytest.mark.timeout(30)
def test_a_mebibyte_of_anything_is_read_at_once(do, piece):
    """Where each piece is looked for the end of, to the end of the file, it takes hours."""
    do(piece * (1 << 20))


def test_what_is_never_closed_is_cut_off():
    """The rest of the text is no word."""
    for text in ('"a', '"a" "b', '"a\\"', '"a" "b\\', '"a" { "b" "c" } "'):
        with pytest.raises(FormatError):
            parse_vdf(text)


def test_words_are_read_as_before():
    """Escapes, comments and conditions, and words without quotes."""
    text = '"a" "x \\"y\\" \\\\" // "no"\nB { c [$WIN32] d "e\n" "" [$X360 "no"]\n}\n'

    assert parse_vdf(text) == {"a": 'x "y" \\', "b": {"c": "d", "e\n": ""}}
