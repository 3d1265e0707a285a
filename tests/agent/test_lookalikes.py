"""Whom a name means: An, Ẩn, Ấn and ân are four people, and whoever is nobody is asked about, never changed."""

from __future__ import annotations

import unicodedata

import pytest

from agent.api import naming
from agent.api.players import GuardianAdd, GuardianSet, LimitSet, PlayerAdd, PlayerList, PlayerRemove, PlayerSet
from agent.api.roster import Guardian
from agent.api.rulebook import PackUse, PolicyUse
from agent.registering import names
from host.wire import ApiError, Near
from rules.games import Catalogue, Game

FOUR = ("An", "Ẩn", "Ấn", "ân")


def guardians(*names):
    return tuple(Guardian(id=f"g{number}", name=name) for number, name in enumerate(names))


def unknown(rows, asked):
    with pytest.raises(ApiError) as error:
        naming.player(rows, asked)
    assert error.value.code == "not-found"
    return str(error.value), error.value.near


@pytest.fixture
def four(desk):
    for name in FOUR:
        desk.ask("player.add", PlayerAdd(name=name, born="2014-05-01"))
        desk.ask("limit.set", LimitSet(player=name, ms=1))
    return desk


def changed(desk, op, request):
    """Whose limits or names are others after it; the answer has to say the same."""
    before = {row.id: row for row in desk.ask("player.list", PlayerList()).players}
    done = desk.ask(op, request)
    after = {row.id: row for row in desk.ask("player.list", PlayerList()).players}
    (id,) = {row for row in before if before[row] != after.get(row)}
    assert done.id == id
    return before[id].name


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("name", FOUR)
def test_each_of_four_is_meant_by_their_own_name(four, name, form):
    """However it was typed, and by everything that changes a player."""
    typed = unicodedata.normalize(form, name)
    assert changed(four, "limit.set", LimitSet(player=typed, ms=5)) == name
    assert changed(four, "policy.use", PolicyUse(target=typed, packs=(PackUse(id="vn-147"),))) == name
    assert changed(four, "player.set", PlayerSet(player=typed, born="2013-05-01")) == name
    assert changed(four, "player.remove", PlayerRemove(player=typed)) == name


@pytest.mark.parametrize("name", FOUR)
def test_who_was_removed_is_nobody_else(four, name):
    """The same command once more: the three others are what is said of it, and stay as they are."""
    four.ask("player.remove", PlayerRemove(player=name))
    before = four.ask("player.list", PlayerList()).players
    for op, request in (("player.remove", PlayerRemove(player=name)), ("limit.set", LimitSet(player=name, ms=7))):
        with pytest.raises(ApiError, match="did you mean") as error:
            four.ask(op, request)
        assert error.value.code == "not-found"
    assert four.ask("player.list", PlayerList()).players == before


def test_case_alone_may_differ():
    """If one alone is meant by it; an exact name comes first."""
    rows = guardians("An", "Ẩn")
    assert [naming.person(rows, name) for name in ("AN", "an", "ẨN", "ẩn", "Ấn")] == [rows[0], rows[0], rows[1], rows[1], None]
    old = guardians("An", "AN")  # as only an older registry can have them
    assert [naming.person(old, name) for name in ("An", "AN", "an")] == [*old, None]
    for id, name in (("g0", "Ẩn"), ("g1", "ẨN")):
        assert naming.person(guardians("Ẩn", "ẨN"), unicodedata.normalize("NFD", name)).id == id
    assert unknown(old, "an")[0] == "no player 'an'; did you mean An (g0), AN (g1)?"


def test_an_id_is_exact():
    """And is no look-alike either."""
    rows = (Guardian(id="an", name="Ẩn"), Guardian(id="an-2", name="Bình"))
    assert [naming.person(rows, name) for name in ("an", "an-2", "AN-2", "An")] == [*rows, None, None]


def test_one_near_name_can_be_asked_about():
    """With what a terminal needs for the question; of two nobody can say yes to."""
    assert unknown(guardians("Ẩn", "Bình"), "an") == ("no player 'an'; did you mean Ẩn (g0)?", Near("player", "an", "g0"))
    assert unknown(guardians("Ẩn", "Bình"), "Bimh")[1] == Near("player", "Bimh", "g1")
    assert unknown(guardians("Ẩn", "Ấn"), "an") == ("no player 'an'; did you mean Ẩn (g0), Ấn (g1)?", None)
    assert unknown(guardians("Ẩn"), "Zed") == ("no player 'Zed'; there are: Ẩn (g0)", None)
    assert unknown((), "Zed") == ("no player 'Zed', nor any other yet; first: giochoi setup", None)
    assert unknown(guardians("小明", "Ẩn"), "小红")[1] is None


@pytest.mark.parametrize(("asked", "meant"), [("gest", "guest"), ("Guests", "guest"), ("khach", "khách"), ("plase", "place")])
def test_guests_and_the_place_are_perhaps_meant(asked, meant):
    """Where they can be; by nobody who is called alike."""
    others = ("guest", "khách", "place")
    with pytest.raises(ApiError, match=f"no player '{asked}'; did you mean {meant}?") as error:
        naming.player(guardians("Zed"), asked, *others)
    assert error.value.near is None
    with pytest.raises(ApiError, match="there are: Zed"):
        naming.player(guardians("Zed"), asked)
    with pytest.raises(ApiError, match=r"did you mean Gesta \(g0\)"):
        naming.player(guardians("Gesta"), "gest", *others)


def test_games_too():
    """By id or title, also one of several, without accents, case, spaces; two of a title, or a part of one, are a question."""
    lol = "League of Legends, Teamfight Tactics (Liên Minh Huyền Thoại, Đấu Trường Chân Lý)"
    games = Catalogue((Game(id="ran", title="Rắn", names=("a",)), Game(id="x", title="Rùa", names=("b",)),
                       Game(id="y", title="Rùa", names=("c",)), Game(id="lol", title=lol, names=("d",))))  # fmt: skip
    for asked, id in (("ran", "ran"), ("Ra\u0306\u0301n", "ran"), ("RẮN", "ran"), ("x", "x"), ("y", "y"), ("Rán", "ran"),
                      ("Liên Minh Huyền Thoại", "lol"), ("lien-minh huyen thoai", "lol"), ("DAU TRUONG CHAN LY", "lol")):
        assert naming.game(games, asked).id == id
    near = {"rùa": "did you mean Rùa (x), Rùa (y)?", "rua": "did you mean Rùa (x), Rùa (y)?", "cờ": "giochoi game add",
            "lien-minh": f"did you mean {lol} (lol)?", "chân": f"did you mean {lol} (lol)?", "h": "giochoi game add"}
    for asked, told in near.items():
        with pytest.raises(ApiError, match="no game") as error:
            naming.game(games, asked)
        assert told in str(error.value)


def test_a_name_without_end_is_nobodys(monkeypatch):
    """Nor is it compared with all there are, nor said back."""
    monkeypatch.setattr("difflib.get_close_matches", lambda *_: pytest.fail("compared"))
    text, near = unknown(guardians("x" * 80), "x" * 100_000)
    assert (len(text) < 300, near) == (True, None)


@pytest.mark.parametrize("text", ["a" + "\u0301\u0316" * 100_000, "\ufdfa" * 1_000_000], ids=["marks", "ligatures"])
def test_a_text_without_end_is_not_put_in_order(text, monkeypatch):
    """That takes time by the square of its marks, in which the whole server, and its gate, would wait."""
    real = unicodedata.normalize
    monkeypatch.setattr("unicodedata.normalize", lambda form, one: real(form, one) if len(one) < 1000 else pytest.fail("long"))
    assert unknown(guardians("An"), text)[1] is None
    assert not naming.same(text, "An")
    with pytest.raises(ApiError):
        names.clean(text)


def test_an_id_that_looks_like_the_name_is_said(desk):
    """Whoever types An carelessly would mean Ẩn."""
    desk.ask("player.add", PlayerAdd(name="Ẩn"))
    assert "an means Ẩn (an): write An as it is" in desk.told("player.add", PlayerAdd(name="An"))


def test_a_new_name_that_means_somebody_else_is_told(desk):
    """By renaming just as by adding, guardians just as players; a name that stays as it is was told before."""
    desk.ask("player.add", PlayerAdd(name="Ẩn"))
    desk.ask("player.add", PlayerAdd(name="Bình"))
    assert desk.told("player.set", PlayerSet(player="binh", name="An")) == "an means Ẩn (an): write An as it is"
    assert desk.told("player.set", PlayerSet(player="binh", name="An", born="2014")) == ""

    assert desk.told("guardian.add", GuardianAdd(name="Hạnh")) == ""
    assert desk.told("guardian.add", GuardianAdd(name="Hanh")) == "hanh means Hạnh (hanh): write Hanh as it is"
    desk.ask("guardian.add", GuardianAdd(name="Bố"))
    desk.ask("guardian.set", GuardianSet(guardian="hanh-2", name="Mẹ"))
    assert desk.told("guardian.set", GuardianSet(guardian="bo", name="Hanh")) == "hanh means Hạnh (hanh): write Hanh as it is"
    assert desk.told("guardian.set", GuardianSet(guardian="bo", account="me")) == ""



def test_no_id_is_anothers_name(desk):
    """A word means one player."""
    desk.ask("player.add", PlayerAdd(name="An"))
    desk.ask("player.add", PlayerAdd(name="Bình"))
    desk.ask("player.set", PlayerSet(player="Bình", name="an-2"))
    assert desk.ask("player.add", PlayerAdd(name="Ẩn")).id == "an-3"
