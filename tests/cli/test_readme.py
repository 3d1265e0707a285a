"""What a stranger follows: README and the pages for people say the same in both languages, and every command in them can be
typed.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from cli.commands import find
from cli.parser import GLOBALS
from rules.packs.shipped import shipped_catalogue

TOP = Path(__file__).parents[2]
ENGLISH, VIETNAMESE = TOP / "README.md", TOP / "README.vi.md"
PAGES = sorted(path for path in (TOP / "docs").glob("*.md") if path.with_suffix(".vi.md").exists())
PAIRS = [(ENGLISH, VIETNAMESE), *((page, page.with_suffix(".vi.md")) for page in PAGES)]
LETTERS = re.compile("[đơư]")
LINK = re.compile(r"\]\(([^)#:]+)\)")
both = pytest.mark.parametrize(("english", "vietnamese"), PAIRS, ids=[english.name for english, _ in PAIRS])


def commands(path):
    """What stands in its blocks, without comments."""
    lines = [line[4:] for line in path.read_text("utf-8").splitlines() if line.startswith("    ")]
    return [re.sub('--reason "[^"]*"', "--reason TEXT", line.partition(" # ")[0].rstrip()) for line in lines]


@both
def test_both_say_the_same_commands_in_the_same_order(english, vietnamese):
    assert commands(english) == commands(vietnamese)


@both
def test_both_have_the_same_headings_and_links(english, vietnamese):
    shapes = [[line.partition(" ")[0] for line in path.read_text("utf-8").splitlines() if line.startswith(("#", "|"))]
              for path in (english, vietnamese)]  # fmt: skip
    links = [sorted(LINK.findall(" ".join(path.read_text("utf-8").split()))) for path in (english, vietnamese)]
    neutral = [[re.sub(r"[./-](?:en|vi)(?=\.png$|\.md$)", "", link) for link in each] for each in links]

    assert shapes[0] == shapes[1]
    assert sorted(neutral[0]) == sorted(neutral[1])
    assert [link for each in links for link in each if not (english.parent / link).exists()] == []


@both
def test_a_page_shows_pictures_and_pages_of_its_language(english, vietnamese):
    """Where there are two: a reader is never led out of the language that they read."""
    strays = [link for path, other in ((english, ".vi"), (vietnamese, ".en")) for link in LINK.findall(path.read_text("utf-8"))
              if re.search(rf"\{other}\.(?:png|md)$", link) and link not in {english.name, vietnamese.name}]  # fmt: skip
    left = [link for link in LINK.findall(vietnamese.read_text("utf-8"))
            if (vietnamese.parent / link).with_suffix(".vi.md").exists() and link != english.name]  # fmt: skip

    assert strays + left == []


def test_each_is_whole_in_its_language():
    """Their comments too; names of ours and the link to the other one are no words."""
    english = ENGLISH.read_text("utf-8").replace("Giờ Chơi", "").replace("[Tiếng Việt]", "")
    comments = re.findall(r" # (.+)", VIETNAMESE.read_text("utf-8"))

    assert not LETTERS.search(english)
    assert len(comments) > 20
    assert [line for line in comments if line.isascii()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_is_whole_in_its_language(page):
    english = re.sub("Giờ Chơi|Tiếng Việt|Bình|Chơi|Cần Thơ", "", page.read_text("utf-8"))
    lines = [line for line in page.with_suffix(".vi.md").read_text("utf-8").splitlines()
             if len(line) > 40 and not line.startswith(("    ", "!"))]  # fmt: skip

    assert not LETTERS.search(english)
    assert [line for line in lines if line.isascii()] == []


@pytest.mark.parametrize("line", sorted({line for page, _ in PAIRS for line in commands(page) if line.startswith("giochoi ")}))
def test_a_command_that_is_shown_can_be_typed(line):
    words = shlex.split(line)
    words = words[1 : next((at for at, word in enumerate(words) if word in {">", ">>"}), None)]
    _, rest = GLOBALS.parse_known_args(words)
    command, given = find(rest)

    assert command.parse_args(given)


@pytest.mark.parametrize("page", [ENGLISH, *PAGES], ids=lambda page: page.name)
def test_a_game_that_is_named_is_known_or_was_added_before(page):
    """A reader who types an example is not told that there is no such game."""
    lines = "\n".join(commands(page))
    named = re.findall(r"--game (\S+)|game (?:dis)?allow \S+ (\S+)|game label ([a-z]\S+)|giochoi why \S+ (\S+)", lines)
    known = {"unknown", "all", *(game.id for game in shipped_catalogue())} | set(re.findall(r"game add (\S+)", lines))

    assert {one for each in named for one in each if one} <= known
