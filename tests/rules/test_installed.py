"""What runs besides what is installed: by content alone, whatever else a file says of itself."""

from __future__ import annotations

import pytest

from rules.games import Catalogue, Fingerprint, Game, Program
from rules.installed import READ_AT_ONCE, LetProgram, OnlyInstalled, sizes

SUMS = LetProgram(name="sums", sha256="aa", size=10, build_id="b1")
PYTHON = LetProgram(name="python3.11", sha256="bb", size=20, interpreter="python")
BIG = LetProgram(name="big", sha256="ee", size=READ_AT_ONCE + 1, build_id="b4")
CHESS = Game(id="chess", title="Chess", names=("chess",), sha256=("cc",), build_ids=("b3",))
GAMES = Catalogue((CHESS,))


@pytest.mark.parametrize(("file", "lets"), [
    (Fingerprint("/home/an/x", 10, "aa", "b1"), True),
    (Fingerprint("/home/an/x", 10, "ab", "b1"), False),  # a byte changed, the build id kept
    (Fingerprint("/home/an/sums", 11, None, "b1"), False),
    (Fingerprint("/home/an/sums", 10, None, "b2"), False),
    (Fingerprint("/home/an/sums", 10, None, "b1"), False),  # its owner keeps it from being read
    (Fingerprint("/home/an/x", BIG.size, None, "b4"), None),  # too large to have been read yet
    (Fingerprint("/home/an/x", BIG.size, "ef", "b4"), False),
    (Fingerprint("/home/an/x", BIG.size, "ee", "b4"), True),
    (Fingerprint("/home/an/chess", 30, "cc"), False),  # no guardian let that game through
])  # fmt: skip
def test_content_decides(file, lets):
    assert OnlyInstalled((SUMS, BIG)).lets(file, GAMES) is lets


def test_a_game_that_is_let_through_is_known_by_its_content_only():
    only = OnlyInstalled((), frozenset({"chess"}))
    assert only.lets(Fingerprint("/home/an/x", 30, "cc"), GAMES) is True
    assert only.lets(Fingerprint("/home/an/chess", 30, "dd", "b3"), GAMES) is False


def test_an_interpreter_that_is_let_be_is_told_what_it_likes():
    """It, whatever its version; not another, and not a copy of it that is not installed."""
    script, python = Fingerprint("/home/an/x.py", 5, "ee"), Fingerprint("/usr/bin/python3.12", 21, "ff")
    only = OnlyInstalled((PYTHON,))

    def strangers(*files, foreign):
        return only.strangers(Program(1, 1, 1, "an", files, foreign=foreign), GAMES)

    assert strangers(python, script, foreign=(script,)) == ()
    assert strangers(Fingerprint("/usr/bin/perl", 9, "99"), script, foreign=(script,)) == (script,)
    copy = Fingerprint("/home/an/python3.12", 21, "fe")
    assert strangers(copy, script, foreign=(copy, script)) == (copy,)


def test_files_of_such_a_size_have_to_be_read():
    assert sizes((OnlyInstalled((SUMS,)), OnlyInstalled((PYTHON,)))) == {10, 20}
