"""What is let through for whom: what an approval lifts, what still refuses, and that it can be taken back."""

from __future__ import annotations

import pytest

from agent.api.players import LimitSet, PlayerAdd, PlayerRemove
from agent.api.rulebook import GameAdd, GameAllow, GameAllowed, GameDisallow, GameRemove, PackUse, PlaceSet, PolicyUse
from host.wire import ApiError
from rules.games import Game

VN16 = "VN16, its box"
OARS = "OARS 1.1 (AppStream: luanti)"
OARS_13 = "OARS sex-themes=mild"


@pytest.fixture
def child(an):
    """An, 12, under the law's pack; with a game of each kind of label."""
    an.ask("policy.use", PolicyUse(target="an", packs=(PackUse(id="vn-147"),)))
    for id_, label, source in (("tank", 16, VN16), ("cave", 13, OARS), ("fresh", None, None)):
        an.ask("game.add", GameAdd(game=Game(id=id_, title=id_.title(), names=(id_,), label=label, label_source=source)))
    return an


def allow(desk, game, player="an"):
    return desk.ask("game.allow", GameAllow(player=player, game=game))


def guest(desk):
    return desk.roster.guest.approved


def refused(desk, op, request):
    before = (desk.roster.number, len(desk.entries()))
    with pytest.raises(ApiError) as error:
        desk.ask(op, request)
    assert (error.value.code, before) == ("refused", (desk.roster.number, len(desk.entries())))
    return str(error.value)


def test_at_home_a_guardian_lifts_every_label_and_what_has_none(child):
    """They keep title and label."""
    before = {game.id: game for game in child.roster.games}
    for game in ("tank", "cave", "fresh"):
        allow(child, game)

    assert set(child.player("an").approved) == {"tank", "cave", "fresh"}
    assert {game.id: game for game in child.roster.games} == before


def test_what_refuses_for_good_is_named_and_nothing_recorded(child):
    """The law's label at a game point, which nobody there relaxes; a foreign label is for the point to let through."""
    child.ask("place.set", PlaceSet(place="game-point"))

    assert "stays refused: the game is labelled VN16; the player is 12" in refused(
        child, "game.allow", GameAllow(player="an", game="tank"))  # fmt: skip
    allow(child, "cave")
    allow(child, "cave", "guest")
    assert child.player("an").approved == ("cave",)


def test_no_play_at_all_is_for_good_too(child):
    child.ask("limit.set", LimitSet(player="an", ms=0, game="cave"))

    assert "no playing of Cave" in refused(child, "game.allow", GameAllow(player="an", game="cave"))


def test_the_hour_or_the_day_is_no_refusal_of_the_game(child):
    """Who allows it at night means tomorrow."""
    hours = PackUse(id="home-school-week", params=("weekday_hours=03:00-03:01", "weekend_hours=03:00-03:01"))
    child.ask("policy.use", PolicyUse(target="an", packs=(hours,)))
    allow(child, "cave")

    assert child.player("an").approved == ("cave",)


def test_an_approval_is_taken_back_by_an_entry(child):
    """And given again by another one; what is not let through cannot be taken back."""
    done = allow(child, "cave")
    child.ask("game.disallow", GameDisallow(player="An", game="cave"))

    assert child.player("an").approved == ()
    assert [entry["id"] for entry in child.entries("approval.ended")] == [done.id]
    assert "not let through for An" in refused(child, "game.disallow", GameDisallow(player="an", game="cave"))
    assert allow(child, "cave").id != done.id


def test_what_is_let_through_is_listed(child):
    allow(child, "cave")
    allow(child, "fresh")
    child.ask("game.remove", GameRemove(game="fresh"))

    listed = child.ask("game.allowed", GameAllowed()).approvals
    assert [(one.game, one.player, one.name) for one in listed] == [("cave", "an", "An")]
    assert len(child.entries("approval.ended")) == 1


def test_who_is_removed_takes_their_approvals_along(child):
    """Each ends by an entry, as the log has to say what is let through; the same child that returns has none."""
    ended = [allow(child, game).id for game in ("cave", "fresh")]
    allow(child, "cave", "guest")
    child.ask("player.remove", PlayerRemove(player="an"))
    assert sorted(entry["id"] for entry in child.entries("approval.ended")) == sorted(ended)

    child.ask("player.add", PlayerAdd(name="An", born="2014-05-01"))
    assert (child.player("an").approved, child.roster.guest.approved) == ((), ("cave",))


def test_all_games_are_let_through_but_those_that_a_rule_refuses_anyway(child):
    """Where none is, what that changes nothing for is not let through; labels choose; each has an entry of its own."""
    child.ask("place.set", PlaceSet(place="game-point"))
    toy = Game(id="toy", title="Toy", names=("toy",), label=0, label_source="VN00, its box")
    child.ask("game.add", GameAdd(game=toy))
    before = len(child.entries())

    some = child.ask("game.allow", GameAllow(player="guest", game=None, labels=(OARS_13,)))
    assert (some.id, guest(child)) == ("cave", ("cave",))

    done = child.ask("game.allow", GameAllow(player="guest", game=None))
    assert {"fresh", "luanti"} <= set(done.id.split()) <= set(guest(child))
    assert not {"tank", "toy", "mame", "tuxpaint"} & set(guest(child))
    (note,) = done.notes
    assert str(note) == "1 game stays refused: Players choose games that fit their own age (vn-147.label)"
    assert [entry["kind"] for entry in child.entries()[before:]] == ["approval"] * len(guest(child))
    assert child.ask("game.allow", GameAllow(player="guest", game=None)).id == ""

    gone = child.ask("game.disallow", GameDisallow(player="guest", game=None))
    assert (set(gone.id.split()), guest(child)) == ({"cave", *done.id.split()}, ())


def test_labels_choose_among_all_games_alone(child):
    for request in (GameAllow(player="an", game="cave", labels=("VN12",)), GameAllow(player="an", game=None, labels=("VN13",))):
        with pytest.raises(ApiError) as error:
            child.ask("game.allow", request)
        assert error.value.code == "bad-input"
