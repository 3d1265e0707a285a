"""Which rules bind whom: packs and own limits."""

from __future__ import annotations

import pytest

from agent.api.players import LimitSet, PlayerAdd
from agent.api.pseudonym import pseudonym
from agent.api.rulebook import PackUse, PolicyShow, PolicyUse
from host.wire import ApiError
from rules.calendar import day_name

MINUTE = 60_000

CUSTOM = """
id = "nha-an"
jurisdiction = "house"
zone = "Asia/Ho_Chi_Minh"
source = "nhà"
status = "verified"

[title]
vi = "Nhà An"
en = "An's house"

[[budget]]
id = "evening"
cite = "nhà"
status = "verified"
authority = "house"
addressee = "household"
relax = ["guardian"]
per = "all"
minutes = 45
text = { vi = "45 phút", en = "45 minutes" }
"""


def use(target, *packs):
    return PolicyUse(target=target, packs=packs)


def refusal(desk, op, request):
    with pytest.raises(ApiError) as error:
        desk.ask(op, request)
    assert "\n" not in str(error.value)
    return error.value.code, str(error.value)


# --- limits --------------------------------------------------------------------------------------------------------


def budgets(player):
    (pack,) = [pack for pack in player.packs if pack.id == "house"]
    return {rule.id: rule.ms for rule in pack.budgets}


def test_a_limit_is_a_rule_of_the_next_roster(an):
    """Minutes for every day, in the player's own pack."""
    done = an.ask("limit.set", LimitSet(player="An", ms=60 * MINUTE))
    assert (done.number, "\n".join(map(str, done.notes))) == (an.roster.number, "")
    assert budgets(an.player("an")) == {"house.all": 60 * MINUTE}


def test_a_limit_replaces_that_of_its_key(an):
    """The key is (game or all, weekday); the others stay."""
    an.ask("limit.set", LimitSet(player="an", ms=60 * MINUTE))
    an.ask("limit.set", LimitSet(player="an", ms=90 * MINUTE, days=("sat", "sun")))
    an.ask("limit.set", LimitSet(player="an", ms=20 * MINUTE, game="luanti"))
    week = {f"house.all-{day}": 60 * MINUTE for day in ("mon", "tue", "wed", "thu", "fri")}
    assert budgets(an.player("an")) == {
        **week, "house.all-sat": 90 * MINUTE, "house.all-sun": 90 * MINUTE, "house.luanti": 20 * MINUTE,
    }  # fmt: skip


def test_none_deletes(an):
    """Day by day, until the pack is gone, with what was there; then there is nothing, which changes nothing."""
    an.ask("limit.set", LimitSet(player="an", ms=0))
    an.ask("limit.set", LimitSet(player="an", ms=None, days=("mon",)))
    assert len(budgets(an.player("an"))) == 6
    done = an.ask("limit.set", LimitSet(player="an", ms=None))
    assert [one.day for one in done.limits] == ["tue", "wed", "thu", "fri", "sat", "sun"]
    assert [str(one) for one in done.notes] == ["no rule binds An now"]
    assert an.player("an").packs == ()
    number = an.roster.number
    done = an.ask("limit.set", LimitSet(player="an", ms=None))
    assert (done.number, done.limits, done.notes) == (number, (), ())


def test_a_limit_says_what_it_takes_the_place_of(an):
    """Of its own days and game only, in the week's order."""
    an.ask("limit.set", LimitSet(player="an", ms=60 * MINUTE, days=("mon", "sat")))
    an.ask("limit.set", LimitSet(player="an", ms=20 * MINUTE, game="luanti"))
    assert an.ask("limit.set", LimitSet(player="an", ms=0, days=("tue",))).limits == ()
    done = an.ask("limit.set", LimitSet(player="an", ms=240 * MINUTE))
    assert [(one.game, one.day, one.ms) for one in done.limits] == [
        (None, "mon", 60 * MINUTE), (None, "tue", 0), (None, "sat", 60 * MINUTE),
    ]  # fmt: skip


def test_without_a_limit_the_other_rules_still_bind(an):
    """Whoever takes one away hears which."""
    an.ask("policy.use", use("an", PackUse(id="vn-147")))
    an.ask("limit.set", LimitSet(player="an", ms=30 * MINUTE))
    told = an.told("limit.set", LimitSet(player="an", ms=None))
    assert told.startswith("other rules still bind: Under 18: at most 60 minutes a day of each game (vn-147.daily-game)")
    assert "no rule" not in told


def test_hours_over_midnight_have_to_be_meant(an):
    """21:00-16:30 is mostly 16:30-21:00 the wrong way round, and would allow all but the evening."""
    before = an.roster
    pack = PackUse(id="home-school-week", params=("weekday_minutes=45", "weekday_hours=21:00-16:30"))
    code, text = refusal(an, "policy.use", use("an", pack))
    assert (code, "weekday_hours: 21:00-16:30" in text, "--overnight" in text) == ("bad-input", True, True)
    assert an.roster == before
    an.ask("policy.use", PolicyUse(target="an", packs=(pack,), overnight=True))
    assert an.player("an").packs[0].params["weekday_hours"] == "21:00-16:30"
    an.ask("policy.use", use("an", PackUse(id="home-school-week", params=("weekday_hours=16:30-24:00",))))


def test_a_packs_own_hours_over_midnight_are_meant(an):
    """Whoever writes a file writes them deliberately."""
    window = """
[[window]]
id = "night"
cite = "nhà"
status = "verified"
authority = "house"
addressee = "household"
relax = ["guardian"]
spans = ["22:00-06:00"]
text = { vi = "Đêm", en = "Night" }
"""
    an.ask("policy.use", use("an", PackUse(id="nha-an", text=CUSTOM + window)))
    assert len(an.player("an").packs[0].windows) == 1


def test_zero_means_not_at_all(an):
    """Zero is a limit, never the absence of one."""
    an.ask("limit.set", LimitSet(player="an", ms=0))
    assert budgets(an.player("an")) == {"house.all": 0}


def test_the_guest_can_be_limited(an):
    """Guests are limited when somebody says so."""
    an.ask("limit.set", LimitSet(player="guest", ms=30 * MINUTE))
    assert budgets(an.roster.guest) == {"house.all": 30 * MINUTE}


@pytest.mark.parametrize("ms", [-1, 24 * 60 * MINUTE + 1])
def test_what_is_no_day(an, ms):
    """A day has 1440 minutes."""
    assert refusal(an, "limit.set", LimitSet(player="an", ms=ms))[0] == "bad-input"


def test_a_limit_on_an_unknown_game(an):
    """A typing mistake must not look like a limit."""
    assert refusal(an, "limit.set", LimitSet(player="an", ms=0, game="luantii"))[0] == "not-found"


def test_a_looser_limit_says_which_rule_still_binds(an):
    """Packs in force apply together."""
    an.ask("policy.use", use("an", PackUse(id="vn-147")))
    done = an.ask("limit.set", LimitSet(player="an", ms=200 * MINUTE))
    assert "Under 18: at most 60 minutes a day of each game (vn-147.daily-game)" in "\n".join(map(str, done.notes))
    assert "; Under 18: at most 180 minutes a day of all games of one" in "\n".join(map(str, done.notes))
    assert an.told("limit.set", LimitSet(player="an", ms=60 * MINUTE)) == "", "as tight is not tighter"
    assert an.told("limit.set", LimitSet(player="an", ms=50 * MINUTE)) == ""
    assert "at most 3000 s of play a day" in an.told("limit.set", LimitSet(player="an", ms=55 * MINUTE, game="luanti"))


def test_only_rules_that_bind_this_player_count_as_tighter(desk):
    """vn-147 does not bind an adult."""
    desk.ask("player.add", PlayerAdd(name="Bố", born="1980-01-01"))
    desk.ask("policy.use", use("bo", PackUse(id="vn-147")))
    assert desk.told("limit.set", LimitSet(player="bo", ms=600 * MINUTE)) == ""


# --- packs ---------------------------------------------------------------------------------------------------------


def test_packs_in_force_replace_what_was(an):
    """An empty list empties it."""
    an.ask("policy.use", use("an", PackUse(id="vn-147", params=("over_all=true",))))
    (pack,) = an.player("an").packs
    values = {"over_all": True, "guardian": True}
    assert (pack.id, pack.params, pack.scope, len(pack.sha256)) == ("vn-147", values, "player", 64)
    an.ask("policy.use", use("An"))
    assert an.player("an").packs == ()


def test_packs_of_the_place_have_its_scope(an):
    """House rules put on the place bind minors only, so the pack has to say where it lies."""
    an.ask("policy.use", use("place", PackUse(id="vn-147")))
    assert [(pack.id, pack.scope) for pack in an.roster.place_packs] == [("vn-147", "place")]


def test_packs_for_guests(an):
    """`policy use guest PACK` is how guests come under rules at home."""
    an.ask("policy.use", use("guest", PackUse(id="vn-147")))
    assert [pack.id for pack in an.roster.guest.packs] == ["vn-147"]


@pytest.mark.parametrize(
    ("packs", "told"),
    [
        ((PackUse(id="vn-999"),), "vn-147"),
        ((PackUse(id="vn-147"), PackUse(id="vn-147")), "twice"),
        ((PackUse(id="vn-147", params=("over_all",)),), "key=value"),
        ((PackUse(id="vn-147", params=("over_all=true", "over_all=false")),), "over_all"),
        ((PackUse(id="vn-147", params=("over_all=perhaps",)),), "over_all"),
        ((PackUse(id="vn-147", params=("nonsense=1",)),), "nonsense"),
        ((PackUse(id="vn-147", text=CUSTOM),), "taken"),
        ((PackUse(id="house", text=CUSTOM),), "taken"),
        ((PackUse(id="other", text=CUSTOM),), "nha-an"),
        ((PackUse(id="nha-an", text="id = 7"),), "nha-an"),
        ((PackUse(id="nha-an", text="]["),), "nha-an"),
    ],
)
def test_what_is_no_list_of_packs(an, packs, told):
    """One line that says what would be."""
    before = an.roster
    code, text = refusal(an, "policy.use", use("an", *packs))
    assert code == "bad-input"
    assert told in text
    assert an.roster == before


def test_a_players_own_pack_never_says_by_its_hash_whose_it_is(an):
    """To the log it is `house`; its text stays out of the bundle."""
    an.ask("policy.use", use("an", PackUse(id="nha-an", text=CUSTOM)))
    (pack,) = an.player("an").packs
    assert (pack.id, pack.sha256) == ("nha-an", "house")
    entry = an.entries("policy.changed")[-1]
    assert (entry["packs"], entry["house"]) == ([], True)
    with an.tables() as tables:
        assert [row.public for row in tables.texts().values()] == [False]


def test_a_pack_of_the_place_is_public(an):
    """The same text put on the place may be read by anyone, and has its hash. The log says that it did not come with us."""
    an.ask("policy.use", use("an", PackUse(id="nha-an", text=CUSTOM)))
    an.ask("policy.use", use("place", PackUse(id="nha-an", text=CUSTOM)))
    (pack,) = an.roster.place_packs
    assert len(pack.sha256) == 64
    assert an.entries("policy.changed")[-1]["packs"] == [{"id": "nha-an", "own": True, "params": {}, "sha256": pack.sha256}]
    an.ask("policy.use", use("place", PackUse(id="vn-147")))
    assert "own" not in an.entries("policy.changed")[-1]["packs"][0]


def test_show(an):
    """A player's include the place's, and own limits."""
    an.ask("policy.use", use("place", PackUse(id="nha-an", text=CUSTOM)))
    an.ask("policy.use", use("an", PackUse(id="vn-147")))
    an.ask("limit.set", LimitSet(player="an", ms=0))
    asked = [an.ask("policy.show", PolicyShow(target=target)) for target in ("an", "place", "guest")]
    ids = {shown.target: [pack.id for pack in shown.packs] for shown in asked}
    assert ids == {"an": ["nha-an", "vn-147", "house"], "place": ["nha-an"], "guest": ["nha-an"]}
    assert an.ask("policy.show", PolicyShow(target="An")).target == "an"


def test_the_entry_names_packs_and_a_pseudonym(an, clock):
    """Anyone sees which public rules were in force; for whom, only who has the key."""
    an.ask("policy.use", use("an", PackUse(id="vn-147", params=("over_all=true",))))
    entry = an.entries("policy.changed")[-1]
    (pack,) = an.player("an").packs
    assert entry["packs"] == [{"id": "vn-147", "params": {"over_all": True, "guardian": True}, "sha256": pack.sha256}]
    assert entry["target"] == pseudonym(an.player("an").key, day_name("Asia/Ho_Chi_Minh", clock.wall()))
    assert entry["house"] is False


@pytest.mark.promise("Log: Entries name nobody, and pseudonyms change at midnight")
def test_pseudonyms_change_at_the_places_midnight(an, clock):
    """Days cannot be joined."""
    an.ask("limit.set", LimitSet(player="an", ms=0))
    clock.run(24 * 3_600_000)
    an.ask("limit.set", LimitSet(player="an", ms=1))
    first, second = (entry["target"] for entry in an.entries("policy.changed")[-2:])
    assert first != second
