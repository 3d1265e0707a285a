"""What is done with unknown programs, and which of them a guardian lets through."""

from __future__ import annotations

import pytest

from agent.api.players import LimitSet, PlayerAdd, PlayerRemove, PlayerSet
from agent.api.rulebook import GameAdd, PlaceSet
from agent.registry import World
from host.wire import ApiError
from rules.games import Game
from rules.installed import LetProgram


def program(name="sums", of="ab", **more):
    return LetProgram(name=name, sha256=of * 32, size=10, **more)


def put(desk, **fields):
    return desk.ask("player.set", PlayerSet(player="an", **fields))


def held(desk):
    player = desk.player("an")
    return player.unknown, tuple(one.name for one in player.programs)


def test_it_is_in_the_roster_and_in_the_log(an):
    """Listed until somebody says otherwise. The entry names contents; names of files are beside it."""
    assert held(an) == ("listed", ())
    put(an, unknown="refused", allow=(program(), program("python3.11", "cd", interpreter="python")))
    assert held(an) == ("refused", ("sums", "python3.11"))
    [line] = an.entries("programs.changed")
    assert (line["unknown"], line["players"]) == ("refused", 1)
    assert (line["let"], line["interpreters"]) == (["ab" * 32, "cd" * 32], ["python"])
    assert "sums" not in str(line)
    put(an, unknown="counts")
    assert held(an) == ("counts", ("sums", "python3.11"))
    assert an.entries("programs.changed")[-1]["players"] == 0


def test_what_does_not_speak_of_it_leaves_it_as_it_is(an):
    put(an, unknown="refused", allow=(program(),))
    put(an, born="2015-05-01")
    assert held(an) == ("refused", ("sums",))
    assert len(an.entries("programs.changed")) == 1


def test_it_is_taken_back_by_id(an):
    put(an, allow=(program(), program("more", "ac")))
    put(an, disallow=("abababab",))
    assert held(an)[1] == ("more",)


@pytest.mark.parametrize("id", ["abababab", "a", "", "%", "ABABABAB"])
def test_an_id_that_means_no_one_program_changes_nothing(an, id):
    put(an, allow=(program(of="ac"), LetProgram(name="twin", sha256="ac" * 31 + "00", size=1)))
    before = (held(an), len(an.entries()))
    with pytest.raises(ApiError) as error:
        put(an, disallow=(id,))
    assert (error.value.code, held(an), len(an.entries())) == ("not-found", *before)


def test_an_interpreter_is_let_be_once(an):
    """Its newer version takes the place of the older one."""
    put(an, allow=(program("python3.11", "cd", interpreter="python"),))
    put(an, allow=(program("python3.13", "ce", interpreter="python"),))
    assert held(an)[1] == ("python3.13",)


@pytest.mark.parametrize("bad", [
    LetProgram(name="x", sha256="", size=1), LetProgram(name="x", sha256="ab" * 32, size=0),
    LetProgram(name="ld.so", sha256="ab" * 32, size=1, interpreter="loader"),
])  # fmt: skip
def test_what_would_let_anything_through_is_refused(an, bad):
    with pytest.raises(ApiError) as error:
        put(an, allow=(bad,))
    assert (error.value.code, held(an)) == ("bad-input", ("listed", ()))


def test_it_ends_with_the_player(an):
    """Who comes back starts anew."""
    put(an, unknown="refused", allow=(program(),))
    an.ask("player.remove", PlayerRemove(player="an"))
    assert an.entries("programs.changed")[-1]["players"] == 0
    an.ask("player.add", PlayerAdd(name="An", born="2014-05-01", account="an"))
    assert held(an) == ("listed", ())


@pytest.mark.promise("Unknown programs: Where there is no gate, `refused` and `counts` cannot be set")
def test_where_no_gate_can_be_it_is_refused_in_so_many_words(open_desk, world):
    with open_desk(World(world.shipped, world.account, gates=False)) as desk:
        desk.ask("player.add", PlayerAdd(name="An", born="2014-05-01"))
        with pytest.raises(ApiError) as error:
            put(desk, unknown="refused")
        assert (str(error.value), held(desk)) == ("not on Windows yet: --unknown refused needs a PC with Linux", ("listed", ()))


def test_an_administrators_account_is_said(open_desk, world):
    with open_desk(World(world.shipped, world.account, frozenset({"me"}).__contains__)) as desk:
        desk.ask("player.add", PlayerAdd(name="An", account="me"))
        said = desk.told("player.set", PlayerSet(player="an", unknown="refused"))
        assert "me is an administrator's account: no limit can hold in it" in said


def test_whoever_sets_it_is_told_what_that_means(an):
    said = an.told("player.set", PlayerSet(player="an", unknown="refused"))
    assert "An runs only what an administrator installed" in said
    said = an.told("player.set", PlayerSet(player="an", allow=(program(interpreter="python"),)))
    assert "any script with sums" in said


def test_guests_at_a_game_point_are_refused_unknown_programs(an):
    """Older seats read it as only_installed. At home guests are nobody that a setting is for."""
    def guest():
        return an.roster.guest

    assert (guest().unknown, guest().only_installed) == ("listed", False)
    an.ask("place.set", PlaceSet(place="game-point"))
    assert (guest().unknown, guest().only_installed) == ("refused", True)


def test_the_game_of_unknown_programs_has_a_limit_and_can_be_nobody_elses(an):
    an.ask("limit.set", LimitSet(player="an", ms=1_800_000, game="unknown"))
    [pack] = an.player("an").packs
    assert [(rule.games, rule.ms) for rule in pack.budgets] == [(("unknown",), 1_800_000)]
    with pytest.raises(ApiError, match="'unknown' cannot be a game's id"):
        an.ask("game.add", GameAdd(game=Game(id="unknown", title="X", names=("x",))))
