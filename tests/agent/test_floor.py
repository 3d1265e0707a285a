"""Registering never loosens (house.md 17): what guests have, a registered player has; what is looser is said and recorded."""

from __future__ import annotations

import msgspec
import pytest

from agent.api.log import LogShow
from agent.api.players import GuardianAdd, LimitSet, PlayerAdd, PlayerRemove, PlayerSet
from agent.api.rulebook import PackUse, PlaceSet, PolicyUse

MINUTE = 60_000
CHILD, ADULT = "2019-05-01", "1980-01-01"
LABELS = (
    "Players choose games that fit their own age (vn-147.label); "
    "A game with only a foreign label: that label's age applies (vn-147.other-label)"
)


def use(desk, target, *packs):
    uses = tuple(PackUse(id=id, params=tuple(params)) for id, *params in packs)
    return desk.told("policy.use", PolicyUse(target=target, packs=uses))


def packs(desk, id):
    return [(pack.id, pack.params.get("guardian")) for pack in desk.player(id).packs]


def looser(desk):
    """What the last line of the log says became looser, beside the entry."""
    lines = [one for one in desk.ask("log.show", LogShow()).lines if '"policy.changed"' in one.entry]
    return msgspec.json.decode(lines[-1].payload).get("looser", [])


@pytest.fixture
def point(desk):
    desk.ask("place.set", PlaceSet(place="game-point"))
    return desk


def test_a_registered_child_at_a_game_point_has_what_guests_have(point):
    """A 7-year-old who was registered there played a game for adults that guests were refused."""
    told = point.told("player.add", PlayerAdd(name="Tí", born=CHILD))
    assert "Tí: now under what guests are under: vn-147:guardian=false" in told
    assert packs(point, "ti") == [("vn-147", False)]
    assert [pack["id"] for pack in point.entries("policy.changed")[-1]["packs"]] == ["vn-147"]


def test_what_a_known_age_loosens_is_named(point):
    """In the answer and beside the entry: a child may play games up to its age; nothing of the law's minutes binds an adult."""
    told = point.told("player.add", PlayerAdd(name="Tí", born=CHILD))
    assert f"Tí: what is known makes it looser than for a guest: {LABELS}" in told
    assert looser(point) == ["vn-147.label", "vn-147.other-label"]
    told = point.told("player.add", PlayerAdd(name="Bố", born=ADULT))
    rules = ["vn-147.ask-first", "vn-147.daily-game", "vn-147.daily-publisher", "vn-147.label", "vn-147.other-label"]
    assert "looser than for a guest: " in told
    assert all(f"({rule})" in told for rule in rules)
    assert looser(point) == rules
    assert "looser" not in point.told("player.add", PlayerAdd(name="Ẩn danh"))
    assert looser(point) == []


def test_who_was_registered_before_it_became_a_game_point(desk):
    """Is put under the same as its guests; values that somebody chose stay; a home again takes nothing away unsaid."""
    for name in ("Tí", "Sửu", "Dần"):
        desk.ask("player.add", PlayerAdd(name=name))
    use(desk, "suu", ("vn-147", "guardian=true"))
    desk.ask("player.remove", PlayerRemove(player="dan"))
    told = desk.told("place.set", PlaceSet(place="game-point"))
    assert ("Tí: now under" in told, "Sửu: now" in told, "Dần" in told) == (True, False, False)
    assert (packs(desk, "ti"), packs(desk, "suu")) == ([("vn-147", False)], [("vn-147", True)])
    before = len(desk.entries("policy.changed"))
    assert "now under" not in desk.told("place.set", PlaceSet(place="game-point"))
    assert len(desk.entries("policy.changed")) == before, "nothing is changed for anybody"
    assert "still under vn-147: Sửu, Tí" in desk.told("place.set", PlaceSet(place="home"))


def test_what_is_said_of_many_is_said_once(desk):
    """A point with many players reads a few lines; who is the eleventh stands in `player list`."""
    for number in range(11):
        desk.ask("player.add", PlayerAdd(name=f"Tí {number:02}", born=CHILD))
    told = desk.told("place.set", PlaceSet(place="game-point", certificate="12/GCN")).splitlines()[-2:]
    names = ", ".join(f"Tí {number:02}" for number in range(10)) + ", …"
    assert told == [
        f"{names}: now under what guests are under: vn-147:guardian=false",
        f"{names}: what is known makes it looser than for a guest: {LABELS}",
    ]


def test_a_child_that_comes_back_has_it_too(point):
    """Removal took its packs away."""
    add = PlayerAdd(name="Tí", born=CHILD)
    point.ask("player.add", add)
    point.ask("player.remove", PlayerRemove(player="ti"))
    point.ask("player.add", add)
    assert packs(point, "ti") == [("vn-147", False)]


def test_at_home_nothing_holds_for_guests_until_somebody_says_so(desk):
    """Then it holds for whoever is registered, own limits too."""
    told = desk.told("player.add", PlayerAdd(name="Tí", born=CHILD))
    assert told == "nothing limits Tí yet; to begin with: giochoi policy use ti home-school-week"
    assert desk.told("player.add", PlayerAdd(name="Bà", born="1960")) == ""
    assert packs(desk, "ti") == []
    use(desk, "guest", ("home-school-week", "weekday_minutes=45"))
    desk.ask("limit.set", LimitSet(player="guest", ms=30 * MINUTE, days=("sun",)))
    told = desk.told("player.add", PlayerAdd(name="Sửu", born=CHILD))
    assert told == "Sửu: now under what guests are under: home-school-week:weekday_minutes=45, own limits"
    school, own = desk.player("suu").packs
    assert school.params["weekday_minutes"] == 45
    assert [(rule.id, rule.ms) for rule in own.budgets] == [("house.all-sun", 30 * MINUTE)]


def test_an_account_that_becomes_a_players_was_a_guests(desk):
    """Its first account, or another one: what held there holds on. A new name brings nothing."""
    desk.ask("player.add", PlayerAdd(name="Tí", born=CHILD))
    use(desk, "guest", ("vn-147",))
    desk.ask("player.set", PlayerSet(player="ti", name="Tèo"))
    assert packs(desk, "ti") == []
    told = desk.told("player.set", PlayerSet(player="ti", account="an"))
    assert told.splitlines() == [
        "Tèo: now under what guests are under: vn-147",
        f"Tèo: what is known makes it looser than for a guest: {LABELS}",
    ]
    assert packs(desk, "ti") == [("vn-147", True)]
    use(desk, "ti")
    desk.ask("player.set", PlayerSet(player="ti", account="an"))
    assert packs(desk, "ti") == [], "it is the account that it was"
    desk.ask("player.set", PlayerSet(player="ti", account="binh"))
    assert packs(desk, "ti") == [("vn-147", True)]


def test_a_birth_date_that_loosens_is_said(an):
    """An older child may play more games, an adult all day; a younger one, or an unknown age, is never looser."""
    use(an, "an", ("vn-147",))
    told = an.told("player.set", PlayerSet(player="an", born="2011-05-01"))
    assert told == f"An: what is known makes it looser than before: {LABELS}"
    told = an.told("player.set", PlayerSet(player="an", born=ADULT))
    rules = ["vn-147.ask-first", "vn-147.daily-game", "vn-147.daily-publisher", "vn-147.label", "vn-147.other-label"]
    assert told.startswith("An: what is known makes it looser than before: ")
    assert all(f"({rule})" in told for rule in rules)
    assert looser(an) == rules
    assert an.told("player.set", PlayerSet(player="an", born=None)) == ""
    assert an.told("player.set", PlayerSet(player="an", name="Anh")) == ""


def test_a_guardian_that_is_named_loosens_at_a_game_point(point):
    """The rule that wants one holds no longer."""
    point.ask("player.add", PlayerAdd(name="Tí", born=CHILD))
    point.ask("guardian.add", GuardianAdd(name="Mẹ"))
    use(point, "ti", ("vn-147",))
    told = point.told("player.set", PlayerSet(player="ti", guardian="Mẹ"))
    assert "looser than before: Under 16: a parent or guardian registers" in told


def test_who_is_removed_is_a_guest_again(an):
    """A game that runs goes on without limits: that is said, with what holds no longer, and stands beside the entry."""
    use(an, "an", ("home-school-week",))
    an.ask("limit.set", LimitSet(player="an", ms=20 * MINUTE, game="luanti"))
    told = an.told("player.remove", PlayerRemove(player="an"))
    assert told == (
        "the account an is a guest's now\n"
        "for whoever plays as an this no longer holds, and a game that runs goes on: home-school-week; own limits"
    )
    assert looser(an)[-1] == "house.luanti"


def test_who_is_removed_from_what_holds_for_guests_too(an):
    """Then nothing is looser; nor for whoever has no account here."""
    use(an, "guest", ("vn-147",))
    use(an, "an", ("vn-147",))
    an.ask("player.add", PlayerAdd(name="Bình"))
    use(an, "binh", ("home-school-week",))
    assert an.told("player.remove", PlayerRemove(player="binh")) == ""
    assert an.told("player.remove", PlayerRemove(player="an")) == "the account an is a guest's now"


def test_an_account_taken_from_a_player_is_a_guests_again(an):
    """As when the player is removed."""
    use(an, "an", ("home-school-week",))
    told = an.told("player.set", PlayerSet(player="an", account=None))
    assert told == "for whoever plays as an this no longer holds, and a game that runs goes on: home-school-week"
    assert "home-school-week.hours" in looser(an)


def test_rules_chosen_looser_than_guests_ones(point):
    """The operator of a point may: nothing addressed to the point lies on a player. It is said, and recorded."""
    point.ask("player.add", PlayerAdd(name="Tí", born=CHILD))
    assert "looser" not in use(point, "ti", ("vn-147", "guardian=false"), ("home-school-week",))
    told = use(point, "ti", ("home-school-week",))
    assert "looser than for a guest: vn-147" in told.splitlines()
    assert looser(point) == [
        f"vn-147.{rule}" for rule in ("ask-first", "daily-game", "daily-publisher", "label", "notice", "other-label")
    ]
    assert "looser" not in use(point, "ti", ("home-balanced",)), "not looser than it was"
    assert [pack.id for pack in point.roster.place_packs] == ["vn-game-point"], "what is addressed to the point is not asked"


def test_a_limit_looser_than_the_guests(an):
    """Taken away, or more minutes; days one by one and all days are compared as what they are."""
    an.ask("limit.set", LimitSet(player="guest", ms=30 * MINUTE))
    for ms in (30 * MINUTE, 20 * MINUTE):
        assert "looser" not in an.told("limit.set", LimitSet(player="an", ms=ms))
    told = an.told("limit.set", LimitSet(player="an", ms=40 * MINUTE, days=("sat",)))
    assert "looser than for a guest: own limits" in told
    assert looser(an) == ["house.all"]
    told = an.told("limit.set", LimitSet(player="an", ms=None))
    assert told.splitlines() == ["looser than for a guest: own limits", "no rule binds An now"]


def test_nobody_is_told_of_what_never_held(an):
    """At home without rules for guests nothing is looser, and nothing is beside the entry."""
    use(an, "an", ("vn-147",))
    assert use(an, "an").splitlines() == ["until now: vn-147", "no rule binds An now"]
    assert looser(an) == []


def test_guests_rules_chosen_anew_leave_nobody_behind_unsaid(point):
    """At a game point: who is registered keeps what there was; who needs nothing of the new rules is not named."""
    for name, born in (("Tí", CHILD), ("Bố", ADULT)):
        point.ask("player.add", PlayerAdd(name=name, born=born))
    told = use(point, "guest", ("vn-147", "guardian=false", "over_all=true"))
    assert "registered players keep their own rules, which ask less than the guests' now: Tí" in told.splitlines()
    assert "keep their own" not in use(point, "guest", ("vn-147", "guardian=false"))
    assert "Bố, Tí" in point.told("limit.set", LimitSet(player="guest", ms=30 * MINUTE))
