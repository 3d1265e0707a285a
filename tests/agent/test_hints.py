"""What a change of rules says besides: what binds now, what of that which was named does not, and what was there before."""

from __future__ import annotations

import pytest

from agent.api.players import LimitSet, PlayerAdd
from agent.api.rulebook import GameAllow, PackUse, PlaceSet, PolicyUse
from agent.packs.shipped import Shipped
from agent.registry import World
from host.wire import ApiError
from rules.games import Game


def note(desk, *packs, target="an"):
    uses = tuple(PackUse(id=id, params=tuple(params)) for id, *params in packs)
    return desk.told("policy.use", PolicyUse(target=target, packs=uses))


def test_a_game_point_says_what_binds_its_guests(desk):
    """Otherwise every guest is refused every game that has no label, and nobody knows why."""
    said = desk.told("place.set", PlaceSet(place="game-point"))
    rules = "guests are under the rules of vn-147; see: giochoi policy show guest"
    for word in ("08:00-22:00", rules, "giochoi game allow guest GAME|all", "giochoi game label ID", "one counter"):
        assert word in said
    assert all(len(line) <= 100 for line in said.splitlines())


def test_it_counts_the_games_that_guests_are_refused(open_desk, world):
    """Without a Vietnamese label, and not let through."""
    games = (
        Game(id="tank", title="Tank", names=("tank",), label=0, label_source="PEGI 3, its box"),
        Game(id="cave", title="Cave", names=("cave",), label=0, label_source="VN00, its box"),
    )
    with open_desk(World(Shipped(world.shipped.packs, games), world.account)) as desk:
        told = [desk.told("place.set", PlaceSet(place="game-point"))]
        desk.ask("game.allow", GameAllow(player="guest", game="tank"))
        desk.ask("place.set", PlaceSet(place="home"))
        told.append(desk.told("place.set", PlaceSet(place="game-point")))
    assert "1 game without a Vietnamese" in told[0]
    assert "games from VN12 on are refused\n" in told[1], "of none nothing is said"


def test_where_guests_are_asked_for_nothing_there_is_less_to_say(desk):
    """The operator chose other packs for guests… which setting the place completes; elsewhere guests are not mentioned."""
    assert desk.told("place.set", PlaceSet(place="home")) == "nothing is other than before"
    desk.ask("place.set", PlaceSet(place="game-point"))
    desk.ask("policy.use", PolicyUse(target="guest", packs=(PackUse(id="vn-147", params=("guardian=true",)),)))
    desk.ask("place.set", PlaceSet(place="home"))
    desk.ask("place.set", PlaceSet(place="game-point"))
    with desk.tables() as tables:
        assert tables.packs()["guest"][0].params == {"guardian": "false"}


def test_packs_out_of_force_are_said(an):
    """Replays of the past: valid, and nobody is limited."""
    said = note(an, ("kr-shutdown",), ("vn-72",)).splitlines()
    assert said == [
        "kr-shutdown: not in force since 2022-01-01",
        "vn-72: not in force since 2024-12-25",
        "no rule binds An now",
    ]


def test_that_nothing_binds_is_said_once(an):
    """Whether something did before or nothing, and of guests too; at a place of which nothing is asked it says nothing."""
    for before in ((), ("vn-147",)):
        for target, name in (("an", "An"), ("guest", "guest")):
            note(an, *((pack,) for pack in before), target=target)
            assert note(an, ("vn-72",), target=target).count(f"no rule binds {name} now") == 1
            note(an, target=target)
            assert note(an, target=target) == ""


def test_beside_a_rule_that_binds_nothing_more_is_said(an):
    """A pack beside, a limit, or a pack of the place."""
    told = [note(an, ("vn-72",), ("vn-147",)), note(an, ("vn-72",))]
    an.ask("limit.set", LimitSet(player="an", ms=60_000))
    told.append(note(an, ("vn-72",)))
    assert ["vn-72: " in one for one in told] == [True, True, True]
    assert ["no rule binds" in one for one in told] == [False, True, False]


def test_packs_for_another_place_are_said(an):
    """A point's hours bind nothing at home; at a point they do."""
    assert "binds nothing at home" in note(an, ("vn-game-point",))
    an.ask("place.set", PlaceSet(place="game-point"))
    assert "binds nothing" not in note(an, ("vn-game-point",))


def test_packs_for_another_age_are_said(an):
    """Whoever has grown out of every rule of a pack stays out of it; whoever will grow into one is not told."""
    an.ask("player.add", PlayerAdd(name="Bà", born="1950-01-01"))
    assert "binds nobody of Bà's age" in note(an, ("cn-2021",), target="ba")
    assert "age" not in note(an, ("cn-2021",))


def test_what_was_there_before_is_said(an):
    """With its values; not where there was nothing, nor where nothing changed."""
    assert "until now" not in note(an, ("vn-147", "over_all=true"))
    assert "until now" not in note(an, ("vn-147", "over_all=true"))
    assert note(an, ("vn-147",)) == "until now: vn-147:over_all=true"
    both = note(an, ("home-school-week",), ("vn-147",)), note(an, ("home-school-week", "play=30"))
    assert both == ("until now: vn-147", "until now: home-school-week, vn-147\nno longer in force: vn-147")
    note(an, ("vn-147",))
    assert note(an).splitlines() == ["until now: vn-147", "no rule binds An now"]


@pytest.mark.parametrize("hours", ["07:00-23:00", "06:00-22:00"])
def test_hours_out_of_the_laws_are_told_once(desk, hours):
    """In a line that fits."""
    with pytest.raises(ApiError) as error:
        desk.ask("place.set", PlaceSet(place="game-point", hours=hours))
    assert str(error.value).count(hours) == 1
    assert "08:00-22:00" in str(error.value)
    assert len(f"giochoi: {error.value!s}") <= 100


def test_another_zone_does_not_move_the_rules_of_packs(an):
    """Their days and hours are those of their own; own limits go with the place."""
    an.ask("limit.set", LimitSet(player="an", ms=60_000))
    paris, hanoi = (PlaceSet(place="home", zone=zone) for zone in ("Europe/Paris", "Asia/Ho_Chi_Minh"))
    there, back = "changed: time zone Asia/Ho_Chi_Minh → Europe/Paris", "changed: time zone Europe/Paris → Asia/Ho_Chi_Minh"
    assert an.told("place.set", paris) == there
    said = "days and hours of home-school-week stay those of Asia/Ho_Chi_Minh, not of Europe/Paris"
    assert said in note(an, ("home-school-week",)).splitlines()
    assert an.told("place.set", hanoi) == back
    assert an.told("place.set", paris) == f"{there}\n{said}"
    assert an.told("place.set", paris) == "nothing is other than before"
