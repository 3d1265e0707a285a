"""What a stranger follows: the two READMEs say the same, and every command in them, and in the documents, can be typed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from cli.commands import find
from cli.parser import GLOBALS

TOP = Path(__file__).parents[2]
ENGLISH, VIETNAMESE = TOP / "README.md", TOP / "README.vi.md"
LETTERS = re.compile("[đơư]")
LINK = re.compile(r"\]\(([^)#:]+)\)")


def commands(path):
    """What stands in its blocks, without comments."""
    lines = [line[4:] for line in path.read_text("utf-8").splitlines() if line.startswith("    ")]
    return [re.sub('--reason "[^"]*"', "--reason TEXT", line.partition(" # ")[0].rstrip()) for line in lines]


def test_both_say_the_same_commands_in_the_same_order():
    assert commands(ENGLISH) == commands(VIETNAMESE)


def test_both_have_the_same_headings_and_links():
    shapes = [[line.partition(" ")[0] for line in path.read_text("utf-8").splitlines() if line.startswith("#")]
              for path in (ENGLISH, VIETNAMESE)]  # fmt: skip
    links = [sorted(link for link in LINK.findall(" ".join(path.read_text("utf-8").split())) if not link.startswith("README"))
             for path in (ENGLISH, VIETNAMESE)]  # fmt: skip

    assert shapes[0] == shapes[1]
    assert [link.replace("-en.png", "") for link in links[0]] == [link.replace("-vi.png", "") for link in links[1]]
    assert [link for link in links[0] if not (TOP / link).exists()] == []


def test_each_is_whole_in_its_language():
    """Their comments too; names of ours and the link to the other one are no words."""
    english = ENGLISH.read_text("utf-8").replace("Giờ Chơi", "").replace("[Tiếng Việt]", "")
    comments = re.findall(r" # (.+)", VIETNAMESE.read_text("utf-8"))

    assert not LETTERS.search(english)
    assert len(comments) > 20
    assert [line for line in comments if line.isascii()] == []


@pytest.mark.parametrize("line", [line for line in commands(ENGLISH) if line.startswith("giochoi ")])
def test_a_command_of_the_readme_can_be_typed(line):
    words = shlex.split(line)
    words = words[1 : next((at for at, word in enumerate(words) if word in {">", ">>"}), None)]
    _, rest = GLOBALS.parse_known_args(words)
    command, given = find(rest)

    assert command.parse_args(given)
