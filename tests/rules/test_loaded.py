"""A program is a game if half of the game's blocks are its own."""

from __future__ import annotations

import pytest

from host.loaded import BLOCK
from host.segment import PAGE
from rules.games import Catalogue, Fingerprint, Game, Program
from rules.matching.clues import Match
from rules.matching.loaded import LEAST, SLOTS, Index, is_written, written

BLOCKS = {(page, slot): page * 100 + slot for page in (1, 7) for slot in range(SLOTS)}


def some(count, blocks=BLOCKS):
    return dict(list(blocks.items())[:count])


def catalogue(*blocks, **more):
    return Catalogue([Game(id="turtles", title="Turtles", loaded=tuple(map(written, blocks)), **more)])


def runs(*loaded, **more):
    files = tuple(Fingerprint(f"/home/an/{one}", 1, loaded=text) for one, text in enumerate(loaded))
    return Program(1, 1, 1, "an", files, **more)


def test_a_page_has_as_many_blocks_as_are_written():
    assert SLOTS * BLOCK == PAGE


def test_what_is_written_is_read_as_it_was():
    assert is_written(written(BLOCKS))
    assert list(Index([("x", written(BLOCKS))]).games(written(BLOCKS))) == ["x"]
    assert Index([("x", written(BLOCKS))]).wanted.pages == {
        page: {slot: frozenset((page * 100 + slot,)) for slot in range(SLOTS)} for page in (1, 7)
    }


@pytest.mark.parametrize(("count", "known"), [(0, False), (1, False), (15, False), (16, True), (32, True)])
def test_half_of_it_makes_it_the_game(count, known):
    found = catalogue(BLOCKS).recognise(runs(written(some(count))))

    assert found == (Match("turtles", ("loaded",)) if known else None)
    assert found is None or found.sure


def test_of_several_programs_each_is_the_game():
    """Half of one is enough, not of all together."""
    other = {(9, slot): slot + 1 for slot in range(SLOTS)}
    both = catalogue(BLOCKS, other)

    assert both.recognise(runs(written(some(SLOTS // 2, other)))) is not None
    assert both.recognise(runs(written(some(SLOTS // 2 - 1, other)))) is None


def test_the_same_blocks_elsewhere_are_none_of_its():
    assert catalogue(BLOCKS).recognise(runs(written({(page + 1, slot): one for (page, slot), one in BLOCKS.items()}))) is None


def test_code_that_it_has_loaded_counts_but_no_name_of_it():
    """A library may be called like a game."""
    games = catalogue(BLOCKS, names=("turtles",))
    mapped = Fingerprint("/tmp/turtles", 1, loaded=written(BLOCKS))

    assert games.recognise(runs("", mapped=(mapped,))) == Match("turtles", ("loaded",))
    assert games.recognise(runs("", mapped=(Fingerprint("/tmp/turtles", 1),))) is None


@pytest.mark.parametrize("text", [
    "", "x", "1:", "1:00", written(some(LEAST - 1)), written(BLOCKS) + " ", written(BLOCKS).upper(), "-" + written(BLOCKS),
    written({(page, slot): 1 for page in range(9) for slot in range(SLOTS)}),
])  # fmt: skip
def test_what_game_add_does_not_write_says_nothing(text):
    """Nor does it raise anything, as an older or newer list may have it."""
    assert not is_written(text)
    assert Index([("x", text)]).wanted.pages == {}


def test_a_game_without_it_asks_for_nothing():
    """As those that were added by an earlier version."""
    games = Catalogue([Game(id="turtles", title="", names=("turtles",))])

    assert games.wanted_blocks.stamp == 0
    assert catalogue(BLOCKS).wanted_blocks.stamp


def test_equal_lists_ask_for_the_same():
    """What was compared for one need not be compared for the next."""
    assert catalogue(BLOCKS).wanted_blocks.stamp == catalogue(BLOCKS, label=12).wanted_blocks.stamp != 0
