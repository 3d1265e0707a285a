"""What the house says of a game: its label with a source, and whether its play counts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.api.rulebook import GameAdd, GameLabel, GameLabels, GameList, GameRemove, PlaceSet
from host.wire import ApiError
from rules.games import Game
from rules.packs.shipped import shipped_catalogue


def game(**fields):
    return Game(**{"id": "cave", "title": "", "names": ("cave",), **fields})


def label(desk, *labels):
    return desk.told("game.label", GameLabels(labels=tuple(GameLabel(game=g, label=la, source=s) for g, la, s in labels)))


def known(desk, id_="cave"):
    return next(one for one in desk.roster.games if one.id == id_)


def test_adding_again_keeps_title_and_label_and_says_so(desk):
    """What is not said again is not changed; what is changed says what it was."""
    desk.ask("game.add", GameAdd(game=game(title="The Cave", label=16, label_source="VN16, its box")))
    kept = desk.told("game.add", GameAdd(game=game(names=("cave2",))))
    changed = desk.told("game.add", GameAdd(game=game(label=0, label_source="OARS none, x")))

    assert (known(desk).title, known(desk).label, known(desk).system) == ("The Cave", 0, "OARS")
    assert "this adds to The Cave, which was there already\nit keeps its label VN16" in kept
    assert "cave: its label was VN16" in changed


def test_a_file_of_another_game_is_a_hint(desk):
    """It is added all the same: one of both ids may be a mistake, or two editions share a file."""
    file = {"paths": ("/opt/cave",), "sha256": ("ab" * 32,), "sizes": (5,)}
    desk.ask("game.add", GameAdd(game=game(names=(), **file)))

    assert "already known as cave" in desk.told("game.add", GameAdd(game=game(id="hole", names=(), **file)))
    luanti = game(id="x", names=(), paths=("/usr/games/luanti",))
    assert "already known as luanti" in desk.told("game.add", GameAdd(game=luanti))
    assert desk.told("game.add", GameAdd(game=game(names=(), **file))).count("already known") == 1


def test_labels_in_bulk_all_or_none(desk):
    """Shipped games too; each with where it is from, and an entry each."""
    assert label(desk, ("luanti", "VN12", "the publisher's page"), ("tuxmath", "pegi 3", "its box")) == ""
    number = desk.roster.number
    with pytest.raises(ApiError, match="luantii"):
        label(desk, ("luanti", "VN16", "x"), ("luantii", "VN16", "x"))
    with pytest.raises(ApiError, match="where its label is from"):
        label(desk, ("luanti", "VN16", " "))

    assert desk.roster.number == number
    assert (known(desk, "luanti").label_source, known(desk, "tuxmath").system) == ("VN12, the publisher's page", "PEGI")
    assert "luanti: its label was VN12" in label(desk, ("luanti", "OARS none", "x"))
    assert [(one["game"], one["after"]["system"]) for one in desk.entries("game.changed")] == [
        ("luanti", "VN"), ("tuxmath", "PEGI"), ("luanti", "OARS"),
    ]  # fmt: skip


def test_what_a_game_is_known_by_besides_is_told(desk):
    """What runs may be it now. Whoever says the same again changes nothing."""
    for names in (("cave",), ("cave", "cave2"), ("cave2",)):
        desk.ask("game.add", GameAdd(game=game(names=names)))
    said = [(one["before"], one["after"]) for one in desk.entries("game.changed")]
    assert [before == after for before, after in said] == [False, True]


def learning(desk):
    """What its seats take for learning programs, but for the shipped ones."""
    return {one.id for one in desk.roster.games if one.learning} - {one.id for one in shipped_catalogue() if one.learning}


def test_no_limit_binds_a_learning_program_until_it_is_said_otherwise(an):
    """Adding again keeps the mark. The household may give it to a shipped game."""
    an.ask("game.add", GameAdd(game=game(), learning=True))
    an.ask("game.add", GameAdd(game=replace(game(), id="luanti"), learning=True))
    told = an.told("game.add", GameAdd(game=game(names=("cave2",))))
    before = learning(an)
    marked = [row.game.id for row in an.ask("game.list", GameList()).games if row.learning]
    an.ask("game.add", GameAdd(game=game(), learning=False))

    assert (before, learning(an)) == ({"cave", "luanti"}, {"luanti"})
    assert (marked, "it is still a learning program" in told) == (["cave", "luanti"], True)
    entries = [one for one in an.entries("game.changed") if one["game"] == "cave"]
    assert [(one["before"] and one["before"]["learning"], one["after"]["learning"]) for one in entries] == [
        (None, True), (True, True), (True, False),
    ]  # fmt: skip


def test_a_game_point_has_no_learning_programs_of_its_own(desk):
    desk.ask("place.set", PlaceSet(place="game-point"))
    desk.ask("game.add", GameAdd(game=game(), learning=True))

    assert learning(desk) == set()


def test_a_removed_game_is_said_to_be_none(desk):
    desk.ask("game.add", GameAdd(game=game(label=7, label_source="PEGI 7, its box")))
    desk.ask("game.remove", GameRemove(game="cave"))

    assert desk.entries("game.changed")[-1]["after"] is None
