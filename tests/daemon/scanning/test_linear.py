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
    '\\"', '"', "[", "[\n", "//", '"a" {', " ", "\t\n", "exec -a x\t", "'", "a: '", "/usr/", "\\", "A=$A$A\n",
])  # fmt: skip
@pytest.mark.timeout(30)
def test_a_mebibyte_of_anything_is_read_at_once(do, piece):
    """Where each piece is looked for the end of, to the end of the file, it takes hours."""
    do(piece * (1 << 20))
