"""House games and what is let through."""

from __future__ import annotations

import pytest

from agent.api.players import LimitSet, PlayerAdd
from agent.api.rulebook import GameAdd, GameAllow, GameList, GameRemove
from agent.packs.shipped import Shipped
from agent.registry import World
from host.wire import ApiError
from rules.games import Game
from rules.matching.loaded import written


def game(id="cave", **fields):
    return Game(**{"id": id, "title": "Cave", "names": ("cave",), **fields})


def refusal(desk, op, request):
    with pytest.raises(ApiError) as error:
        desk.ask(op, request)
    assert "\n" not in str(error.value)
    return error.value.code, str(error.value)


def known(desk, id):
    return next((one for one in desk.roster.games if one.id == id), None)


def test_a_house_game_is_recognised_from_the_next_roster_on(desk):
    """Beside the shipped ones."""
    shipped = len(desk.roster.games)
    assert desk.ask("game.add", GameAdd(game=game(label=12))).id == "cave"
    found = known(desk, "cave")
    assert found is not None
    assert (found.title, found.label, len(desk.roster.games)) == ("Cave", 12, shipped + 1)


def test_every_clue_of_a_game_is_kept(desk):
    """Also who signs it and which product it is: in the registry, in the roster, and when more is added."""
    desk.ask("game.add", GameAdd(game=game(signers=("Nhà Phát Hành",), products=("Cave Online",))))
    desk.ask("game.add", GameAdd(game=game(names=("Cave.exe",), signers=("Other",))))
    found = known(desk, "cave")
    listed = next(row.game for row in desk.ask("game.list", GameList()).games if row.game.id == "cave")
    assert (found.names, found.signers, found.products) == (("cave", "Cave.exe"), ("Nhà Phát Hành", "Other"), ("Cave Online",))
    assert listed == found


def test_adding_again_adds_clues(desk):
    """A second program of the same game does not clear the first."""
    desk.ask("game.add", GameAdd(game=game(label=12)))
    done = desk.ask("game.add", GameAdd(game=game(names=("cave-server",))))
    found = known(desk, "cave")
    assert found is not None
    assert (found.names, found.label, "Cave" in "\n".join(map(str, done.notes))) == (("cave", "cave-server"), 12, True)


def test_a_shipped_game_can_be_completed(desk):
    """The house's own copy of a known game."""
    done = desk.ask("game.add", GameAdd(game=game("luanti", title="", names=(), paths=("/opt/luanti",), label=16)))
    found = known(desk, "luanti")
    assert found is not None
    assert ("/opt/luanti" in found.paths, found.label, "Luanti" in "\n".join(map(str, done.notes))) == (True, 16, True)


def test_a_known_game_can_be_given_a_label_alone(desk):
    """What recognises it is known already; a game that nobody knows needs something to be recognised by."""
    desk.ask("game.add", GameAdd(game=game("luanti", title="Luanti", names=(), label=13)))
    found = known(desk, "luanti")
    assert found is not None
    assert (found.label, "luanti" in found.names) == (13, True)
    assert refusal(desk, "game.add", GameAdd(game=game("fresh", names=(), label=13)))[0] == "bad-input"
    assert refusal(desk, "game.add", GameAdd(game=game("luanti", names=())))[0] == "bad-input"


def test_a_label_can_only_become_stricter_than_the_catalogues(open_desk, world):
    """A label is a fact about a game, not a rule. The house's own it may correct."""
    labelled = World(Shipped(world.shipped.packs, (game("tank", label=16),)), world.account)
    with open_desk(labelled) as desk:
        assert refusal(desk, "game.add", GameAdd(game=game("tank", label=12)))[0] == "refused"
        for label in (18, 16):
            desk.ask("game.add", GameAdd(game=game("tank", label=label)))
            desk.ask("game.add", GameAdd(game=game("cave", label=label)))
        found = [known(desk, id) for id in ("tank", "cave")]
        assert [one.label for one in found if one] == [16, 16]


CODE = written({(1, slot): slot + 1 for slot in range(16)})


def test_a_games_code_is_kept_and_known(desk):
    """By the file's code, also where nothing else of it is the same."""
    desk.ask("game.add", GameAdd(game=game(loaded=(CODE,))))
    done = desk.ask("game.add", GameAdd(game=game("den", loaded=(CODE,))))

    assert known(desk, "cave").loaded == (CODE,)
    assert "already known as cave" in "\n".join(map(str, done.notes))


@pytest.mark.parametrize(
    "wrong",
    [
        game("Cave Game"),
        game("all"),
        game(names=()),
        game(names=("",)),
        game(names=("bin/cave",)),
        game(paths=("cave",)),
        game(names=(), signers=("Somebody",)),
        game(products=("a\nb",)),
        game(signers=("",)),
        game(commands=("a\x00b",)),
        game(sha256=("xyz",), sizes=(1,)),
        game(sha256=("0" * 64,)),
        game(sizes=(-1,)),
        game(loaded=("1:00",)),
        game(loaded=(CODE,) * 65),
        game(label=-1),
        game(label=99),
    ],
)
def test_what_cannot_be_recognised_or_means_nothing(desk, wrong):
    """Bad input, in one line."""
    assert refusal(desk, "game.add", GameAdd(game=wrong))[0] == "bad-input"
    assert known(desk, wrong.id) is None


def test_paths_of_any_system(desk):
    """A seat may run another system than the agent."""
    desk.ask("game.add", GameAdd(game=game(paths=("/opt/cave", "C:\\Games\\cave.exe"))))
    assert known(desk, "cave") is not None


def test_remove_takes_limits_and_approvals_with_it(desk):
    """Another game of that id starts anew."""
    desk.ask("player.add", PlayerAdd(name="An"))
    desk.ask("game.add", GameAdd(game=game()))
    desk.ask("game.allow", GameAllow(player="an", game="cave"))
    desk.ask("limit.set", LimitSet(player="an", ms=0, game="cave"))
    assert "did you mean Cave (cave)?" in refusal(desk, "game.remove", GameRemove(game="cav"))[1]
    assert "limits" in desk.told("game.remove", GameRemove(game="Cave"))
    assert known(desk, "cave") is None
    assert (desk.player("an").packs, desk.player("an").approved) == ((), ())
    assert desk.entries("policy.changed")[-1]["house"] is False


def test_removing_what_was_added_to_a_shipped_game_leaves_the_game(desk):
    """Its limits stay, because it is still played."""
    desk.ask("player.add", PlayerAdd(name="An"))
    desk.ask("game.add", GameAdd(game=game("luanti", names=(), paths=("/opt/luanti",))))
    desk.ask("limit.set", LimitSet(player="an", ms=0, game="luanti"))
    desk.ask("game.remove", GameRemove(game="luanti"))
    found = known(desk, "luanti")
    assert found is not None
    assert "/opt/luanti" not in found.paths
    assert len(desk.player("an").packs) == 1


def test_a_shipped_game_stays(desk):
    """It can be left unlimited, not unknown."""
    assert refusal(desk, "game.remove", GameRemove(game="luanti"))[0] == "refused"
    assert refusal(desk, "game.remove", GameRemove(game="nothing"))[0] == "not-found"


def test_list_says_where_each_comes_from(desk):
    """Shipped, or of this house."""
    desk.ask("game.add", GameAdd(game=game()))
    rows = {row.game.id: row.origin for row in desk.ask("game.list", GameList()).games}
    assert (rows["cave"], rows["luanti"]) == ("house", "shipped")


def test_an_approval_is_an_event_with_an_id(an):
    """In the roster at once, in the log without a name; a second one says that it was there."""
    done = an.ask("game.allow", GameAllow(player="An", game="Luanti (Minetest)"))
    assert an.player("an").approved == ("luanti",)
    (entry,) = an.entries("approval")
    assert (entry["id"], entry["game"], len(entry["who"])) == (done.id, "luanti", 32)
    again = an.ask("game.allow", GameAllow(player="an", game="luanti"))
    assert (again.id, again.number, bool("\n".join(map(str, again.notes)))) == (done.id, done.number, True)
    assert len(an.entries("approval")) == 1


def test_only_known_games_are_let_through(an):
    """A typing mistake must not look like a permission."""
    assert refusal(an, "game.allow", GameAllow(player="an", game="luantii"))[0] == "not-found"
