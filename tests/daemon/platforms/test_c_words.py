"""How programs built with Microsoft's C runtime split their command line; a real one does so in windows/test_words.py."""

from __future__ import annotations

import pytest

from daemon.platforms.interpreters.c_words import split

LINES = {
    'p "a b c" d e': ["a b c", "d", "e"],
    r'p "ab\"c" "\\" d': ['ab"c', "\\", "d"],
    r'p a\\\b d"e f"g h': [r"a\\\b", "de fg", "h"],
    r'p a\\\"b c d': [r"a\"b", "c", "d"],
    r'p a\\\\"b c" d e': [r"a\\b c", "d", "e"],
    'p a"b"" c d': ['ab" c d'],
    'p "a""b" c "d"': ['a"b', "c", "d"],
    'p "" x\t "y': ["", "x", "y"],
    r'p "-Wa""b" "C:\g\trò.py" z': ['-Wa"b', r"C:\g\trò.py", "z"],
}
"""The first five, and the sixth, are the examples of Microsoft's documentation."""


@pytest.mark.parametrize("line", LINES)
def test_as_it_is_written_down(line):
    assert split(line) == ("p", *LINES[line])


@pytest.mark.parametrize(("line", "words"), [
    ("", ()), ("  ", ()), (r'"C:\a b\p.exe" x', (r"C:\a b\p.exe", "x")), (r'C:\a" "b.exe  x ', (r"C:\a b.exe", "x")),
    ("p", ("p",)), ('"p', ("p",)),
])  # fmt: skip
def test_its_own_name_comes_first(line, words):
    assert split(line) == words


@pytest.mark.timeout(5)
def test_the_longest_line_of_the_worst_kind_takes_no_time():
    for text in ('"' * 32_767, "\\" * 32_767, '\\"' * 16_383, " " * 32_767 + "x", '"" ' * 10_922):
        split(f"p {text}")
