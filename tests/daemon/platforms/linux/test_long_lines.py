"""What is done in steps with long command lines says the same as what is done at once with short ones."""

from __future__ import annotations

import pytest

from daemon.platforms.linux import procfs
from daemon.platforms.linux.watching import long_lines
from daemon.platforms.linux.watching.long_lines import PAUSE, at_once
from rules.games import Catalogue, Game

LONG = 40_000


@pytest.mark.parametrize("line", [
    b"", b"a", b"a\0b\0", b"a\0\0b\0\0\0", "é\0".encode() * LONG, b"ab\0\0" * LONG, b"x" * LONG + b"\0" + b"\xff\0" * LONG,
    b"a\0" + b"y" * LONG,
])  # fmt: skip
def test_the_words_are_the_same(line):
    assert at_once(long_lines.words(line)) == procfs.words(line)


def test_what_they_say_of_games_is_the_same_and_found_in_steps():
    catalogue = Catalogue([Game(id="g", title="", words=("net.craft.Main",), commands=("craft/", "fly"), names=("craft.exe",))])
    words = (*["x"] * LONG, "net.craft.Main", *["y"] * LONG, "a/craft/b", "C:\\1\\craft.exe", *["z"] * LONG, "C:\\2\\craft.exe")
    steps = long_lines.said(words, catalogue)
    assert sum(1 for _ in range(7) if next(steps, 0) is None) == 7
    assert at_once(long_lines.said(words, catalogue)) == catalogue.said_in(words)
    assert catalogue.said_in(words) == ("net.craft.Main", "craft/", "C:\\2\\craft.exe")


def test_each_word_is_told_once_but_is_not_remembered_for_ever():
    assert list(long_lines.each(["a", "b", "a", "b"])) == ["a", "b", PAUSE, PAUSE]
    many = [str(n) for n in range(100_000)]
    assert list(filter(None, long_lines.each(["a", *many, "a"]))) == ["a", *many, "a"]
