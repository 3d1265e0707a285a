"""Which game a program is: any clue may make it one, none may clear it."""

from dataclasses import replace

import pytest

from rules.games import Catalogue, Fingerprint, Game, Match, Program
from rules.shipped import shipped_catalogue


@pytest.fixture
def catalogue():
    return Catalogue((
        Game(id="luanti", title="Luanti", names=("luanti", "minetest"), sha256=("aa",), sizes=(100,), build_ids=("b1",)),
        Game(id="cards", title="Cards", label=0, names=("cards",), paths=("/opt/c/run",)),
        Game(id="craft", title="Craft", label=12, commands=("net.craft.Main",)),
        Game(id="war", title="War", label=18, names=("war", "cards"), commands=("net.craft",)),
    ))


def program(path="/usr/bin/python3", *more, args=(), **known):
    files = (Fingerprint(path, 100, **known), *(Fingerprint(one, 1) for one in more))
    return Program(1, 2, 3, "an", files, args)


@pytest.mark.parametrize(("seen", "match"), [
    (program("/usr/games/minetest"), Match("luanti", ("name",))),
    (program("/home/an/homework", sha256="AA"), Match("luanti", ("content",))),
    (program("/usr/games/luanti", sha256="aa", build_id="B1"), Match("luanti", ("content", "build-id", "name"))),
    (program("/opt/c/run"), Match("cards", ("name",))),
    (program("/bin/sh", "/home/an/luanti"), Match("luanti", ("name",))),
    (program("/usr/bin/java", "/opt/craft.jar", args=("java", "-cp", "x", "net.craft.Main")), Match("war", ("command",))),
    (replace(program("/usr/bin/java", args=("java", "net.craft.Main")), interpreted=True), Match("war", ("command",))),
    (program("/usr/bin/vim", args=("vim", "net.craft.Main")), None),
    (program("/usr/bin/cat"), None),
    (program("/usr/games/luanti.bak"), None),
    (program("/usr/games/Luanti"), None),
    (program("/srv/luanti/server"), None),
])
def test_recognition(catalogue, seen, match):
    """By content, build id, command line, path, or the name of any of its files: strongest clue first."""
    assert match == catalogue.recognise(seen)


def test_of_several_games_the_stricter_counts(catalogue):
    """A label of 18 before one of 0; no label before any; then the id."""
    more = (Game(id=id, title=id, names=("war",)) for id in ("zoo", "ape"))
    unrated = Catalogue((*catalogue.games.values(), *more))

    assert catalogue.recognise(program("/x/cards")).game == "war"
    assert unrated.recognise(program("/x/war")).game == "ape"


def test_an_allowed_name_does_not_clear_a_games_content(catalogue):
    assert catalogue.recognise(program("/x/cards", sha256="aa")).game == "luanti"


def test_the_gate_hears_of_every_game_that_a_file_is(catalogue):
    assert frozenset({"cards", "war"}) == catalogue.by_file(Fingerprint("/x/cards", 1))
    assert frozenset() == catalogue.by_file(Fingerprint("/bin/ls", 100))


def test_only_files_of_a_games_size_are_worth_a_hash(catalogue):
    assert (catalogue.wants_sha256(100), catalogue.wants_sha256(101)) == (True, False)


def test_a_households_entry_completes_a_shipped_one(catalogue):
    """It adds clues and says the label; it takes no clue away."""
    own = Game(id="luanti", title="Luanti at home", label=12, label_source="us", paths=("/home/an/lt",))

    both = Catalogue((*catalogue.games.values(), own)).games["luanti"]

    assert (
        both.title, both.label, both.label_source, both.names, both.paths
    ) == ("Luanti at home", 12, "us", ("luanti", "minetest"), ("/home/an/lt",))


def test_shipped_games_have_a_label_only_with_its_source():
    games = shipped_catalogue()

    assert len({game.id for game in games}) == len(games) > 5
    assert [game.id for game in games if (game.label is None) != (game.label_source is None)] == []
    assert Catalogue(games).recognise(program("/usr/games/minetest")) == Match("luanti", ("name",))
