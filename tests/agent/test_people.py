"""Players and guardians: who is accepted, under which id, and what is refused in one clear line."""

from __future__ import annotations

from datetime import date

import pytest

from agent.api.answers import Done, LimitRow, Who
from agent.api.log import LogShow
from agent.api.players import (
    GuardianAdd,
    GuardianList,
    GuardianRow,
    LimitSet,
    PlayerAdd,
    PlayerList,
    PlayerRemove,
    PlayerRow,
    Players,
    PlayerSet,
)
from agent.api.rulebook import GameAllow, PackUse, PlaceSet, PolicyUse
from agent.registry import World
from host.wire import ApiError
from i18n.message import Message


def refusal(desk, op, request):
    with pytest.raises(ApiError) as error:
        desk.ask(op, request)
    assert "\n" not in str(error.value)
    assert isinstance(error.value.message, Message)
    return error.value.code, str(error.value)


def test_a_player_is_in_the_next_roster(desk):
    """The answer names the roster that holds the change, and the id."""
    before = desk.roster.number
    done = desk.ask("player.add", PlayerAdd(name="Ân Nguyễn", born="2014-05-01", account="an"))
    assert done == Done(number=before + 1, id="an-nguyen", name="Ân Nguyễn", notes=done.notes)
    player = desk.player("an-nguyen")
    assert (player.name, player.born, player.account, player.guardian) == ("Ân Nguyễn", date(2014, 5, 1), "an", True)
    assert desk.roster.number == done.number
    assert len(bytes.fromhex(player.key)) == 32


def test_nobody_becomes_a_guardian_by_being_named(an):
    """A typing mistake would be one: the line says how to add somebody, and who was perhaps meant. Nothing changes."""
    before = an.roster
    for op, request in (
        ("player.add", PlayerAdd(name="Bình", guardian="Không có")),
        ("player.set", PlayerSet(player="an", guardian="Không có")),
    ):  # fmt: skip
        assert refusal(an, op, request) == ("not-found", "no guardian 'Không có'; first: giochoi guardian add \"Không có\"")
    code, text = refusal(an, "player.add", PlayerAdd(name="Bình", guardian="Me"))
    assert (code, text.startswith("no guardian 'Me'; did you mean Mẹ (me)?")) == ("not-found", True)
    assert an.roster == before


def test_a_guardian_is_named_by_name_or_id(an):
    """A difference of case alone is none."""
    for name, guardian in (("Bình", "me"), ("Chi", "Me\u0323"), ("Dung", "MẸ")):
        an.ask("player.add", PlayerAdd(name=name, guardian=guardian))
    assert [row.guardians for row in an.ask("player.list", PlayerList()).players] == [("Mẹ",)] * 4


def test_an_administrators_account_is_said_at_once(open_desk, world):
    """Where the account is set, not only by the doctor later."""
    with open_desk(World(world.shipped, world.account, frozenset({"me"}).__contains__)) as desk:
        said = "me is an administrator's account: no limit can hold in it"
        assert desk.told("player.add", PlayerAdd(name="An", account="me")).splitlines()[0] == said
        assert desk.told("player.set", PlayerSet(player="an", account="an")) == ""
        assert desk.told("player.set", PlayerSet(player="an", account="me")) == said
        assert desk.told("player.set", PlayerSet(player="an", name="An An")) == ""


def test_each_change_says_whose_it_is(an):
    """By id and name, as they are after it: who types a name has to see whom it meant."""
    for op, request in (
        ("player.set", PlayerSet(player="an", born="2013-05-01")), ("limit.set", LimitSet(player="AN", ms=1)),
        ("policy.use", PolicyUse(target="An", packs=())), ("player.remove", PlayerRemove(player="an")),
    ):  # fmt: skip
        done = an.ask(op, request)
        assert (done.id, done.name) == ("an", "An")
    done = an.ask("game.allow", GameAllow(player="guest", game="luanti"))
    assert done.player == Who(id="guest", name="Khách")


@pytest.mark.parametrize(
    ("born", "told"),
    [
        ("2026-11-25", "future"), ("2999-01-01", "future"), ("2027", "future"), ("1899-12-31", "that old"),
        ("1899", "that old"), ("yesterday", "YYYY"), ("2014-02-30", "date"),
    ],
)  # fmt: skip
def test_impossible_birth_dates(desk, born, told):
    """Today in Hanoi is 2026-11-24."""
    code, text = refusal(desk, "player.add", PlayerAdd(name="An", born=born))
    assert code == "bad-input"
    assert told in text


def test_a_year_of_birth_alone(desk):
    """The younger age counts: the last day of the year decides, and the list shows no day that nobody said."""
    desk.ask("player.add", PlayerAdd(name="An", born="2014"))
    desk.ask("player.add", PlayerAdd(name="Bé", born="2026"))
    assert (desk.player("an").born, desk.player("be").born) == (date(2014, 12, 31), date(2026, 12, 31))
    rows = desk.ask("player.list", PlayerList()).players
    assert [(row.id, row.born) for row in rows] == [("an", "2014"), ("be", "2026")]
    line = next(one for one in desk.ask("log.show", LogShow()).lines if '"policy.changed"' in one.entry)
    assert '"born":"2014"' in (line.payload or "")


def test_a_year_may_become_a_date_and_back(an):
    """What was said last stands."""
    an.ask("player.set", PlayerSet(player="an", born="2014"))
    assert an.player("an").born == date(2014, 12, 31)
    an.ask("player.set", PlayerSet(player="an", name="An"))
    assert an.player("an").born == date(2014, 12, 31)
    an.ask("player.set", PlayerSet(player="an", born="2014-05-01"))
    (row,) = an.ask("player.list", PlayerList()).players
    assert row.born == "2014-05-01"


def test_today_is_the_places(desk, clock):
    """At 23:30 in Hanoi it is yesterday in London: the place decides."""
    desk.ask("place.set", PlaceSet(place="home", zone="Pacific/Kiritimati"))
    clock.run(9 * 3_600_000)  # 17:00 in Hanoi, the next day on Kiritimati
    desk.ask("player.add", PlayerAdd(name="An", born="2026-11-25"))


def test_an_account_has_one_player(an):
    """The mapping decides play, so it must be one."""
    code, text = refusal(an, "player.add", PlayerAdd(name="Bình", account="an"))
    assert code == "refused"
    assert "An (an)" in text


def test_an_unknown_account(desk):
    """A typing mistake would leave a child unlimited."""
    assert refusal(desk, "player.add", PlayerAdd(name="An", account="ann"))[0] == "bad-input"


def test_where_accounts_cannot_be_asked_the_caller_is_believed(open_desk, world):
    """An agent on another machine cannot know the seat's accounts."""
    with open_desk(World(world.shipped, lambda account: account)) as desk:
        assert desk.ask("player.add", PlayerAdd(name="An", account="ann")).id == "an"


@pytest.mark.parametrize(("name", "born"), [("AN", "2014-05-01"), ("An", "2016-05-01"), ("an", None)])
def test_a_name_means_one_child(an, name, born):
    """A repeated command or a second child of the name: nobody could call either by it. The line says what to do."""
    code, text = refusal(an, "player.add", PlayerAdd(name=name, born=born))
    assert (code, "giochoi player set an" in text, "another name" in text) == ("bad-input", True, True)
    assert [row.id for row in an.ask("player.list", PlayerList()).players] == ["an"]


def test_nobody_takes_anothers_name_later(an):
    """Nor another's id as a name; one's own name in another form is one's own."""
    an.ask("player.add", PlayerAdd(name="Bình"))
    for name in ("An", "an"):
        assert refusal(an, "player.set", PlayerSet(player="Bình", name=name))[0] == "bad-input"
    assert refusal(an, "player.add", PlayerAdd(name="binh"))[0] == "bad-input"
    an.ask("player.set", PlayerSet(player="an", name="AN"))
    assert an.player("an").name == "AN"


def test_names_that_differ_by_an_accent_are_two(an):
    """The second gets a number in its id, and is told so; typed with the accent, each name means one."""
    done = an.ask("player.add", PlayerAdd(name="Ân"))
    assert (done.id, "an-2" in "\n".join(map(str, done.notes))) == ("an-2", True)
    an.ask("player.remove", PlayerRemove(player="Ân"))
    assert [row.id for row in an.ask("player.list", PlayerList()).players] == ["an"]


def test_set_changes_what_is_named_and_nothing_else(an):
    """Unset fields stay."""
    an.ask("player.set", PlayerSet(player="an", born="2013-05-01", account=None))
    (player,) = an.ask("player.list", PlayerList()).players
    assert (player.name, player.born, player.account, player.guardians) == ("An", "2013-05-01", None, ("Mẹ",))
    an.ask("player.set", PlayerSet(player="an", guardian=None, name="An An"))
    (player,) = an.ask("player.list", PlayerList()).players
    assert (player.id, player.name, player.guardians) == ("an", "An An", ())


def test_remove_takes_rules_and_approvals_with_it(an):
    """A player added again later starts without them."""
    an.ask("limit.set", LimitSet(player="an", ms=60_000))
    an.ask("policy.use", PolicyUse(target="an", packs=(PackUse(id="vn-147"),)))
    an.ask("game.allow", GameAllow(player="an", game="luanti"))
    an.ask("player.remove", PlayerRemove(player="An"))
    assert an.roster.players == ()
    an.ask("player.add", PlayerAdd(name="Bình", account="an"))
    an.ask("player.add", PlayerAdd(name="An", born="2014-05-01"))
    player = next(one for one in an.ask("player.list", PlayerList()).players if one.id == "an")
    assert (player.packs, player.approved, player.guardians, player.account) == ((), (), (), None)


def test_a_removal_says_what_becomes_of_the_account(an):
    """Nobody's limits hold in it any more but the guests'."""
    assert an.told("player.remove", PlayerRemove(player="an")) == "the account an is a guest's now"


def test_coming_back_keeps_id_and_key(an):
    """Removing and adding a child must not give it a second day under a new pseudonym."""
    key = an.player("an").key
    an.ask("player.remove", PlayerRemove(player="an"))
    assert an.ask("player.add", PlayerAdd(name="An", born="2014-05-01")).id == "an"
    assert an.player("an").key == key


@pytest.mark.parametrize(("first", "then"), [
    ("2014-05-01", "2014"), ("2014-05-01", None), ("2014", "2014-05-01"), ("2014", None), (None, "2014-05-01"), (None, None),
])  # fmt: skip
def test_a_birth_date_that_is_less_or_more_exact_makes_nobody_new(desk, first, then):
    """What is said of the child now stands, and the answer says who it is."""
    desk.ask("player.add", PlayerAdd(name="Na", born=first))
    key = desk.player("na").key
    desk.ask("player.remove", PlayerRemove(player="na"))
    told = desk.told("player.add", PlayerAdd(name="NA", born=then))
    assert told.startswith("this is the NA who was removed: what was played today counts on")
    assert desk.player("na").key == key
    assert [(row.id, row.born) for row in desk.ask("player.list", PlayerList()).players] == [("na", then)]


def test_of_two_of_a_removed_name_the_one_meant_comes_back(an):
    """The one of whom just this was said before."""
    an.ask("player.remove", PlayerRemove(player="an"))
    assert an.ask("player.add", PlayerAdd(name="An", born="2013")).id == "an-2"
    an.ask("player.remove", PlayerRemove(player="an-2"))
    assert an.ask("player.add", PlayerAdd(name="An", born="2014-06-01")).id == "an-3"
    an.ask("player.remove", PlayerRemove(player="an-3"))
    for born, id in (("2013", "an-2"), ("2014-06-01", "an-3"), ("2014-05-01", "an"), ("2013-07-01", "an-2")):
        assert an.ask("player.add", PlayerAdd(name="An", born=born)).id == id
        an.ask("player.remove", PlayerRemove(player=id))


def test_another_child_of_a_removed_name_is_another(an):
    """Keys are of persons: no other birth date inherits one."""
    key = an.player("an").key
    an.ask("player.remove", PlayerRemove(player="an"))
    assert an.ask("player.add", PlayerAdd(name="An", born="2015-05-01")).id == "an-2"
    assert an.player("an-2").key != key


def test_nobody_of_that_name(an):
    """The line says who there is."""
    code, text = refusal(an, "player.remove", PlayerRemove(player="Bo"))
    assert code == "not-found"
    assert "An (an)" in text


@pytest.mark.parametrize("request_", [PlayerRemove(player="guest"), PlayerSet(player="guest", name="x")])
def test_the_guest_is_no_registered_player(an, request_):
    """It can neither be removed nor be somebody."""
    op = "player.remove" if isinstance(request_, PlayerRemove) else "player.set"
    assert refusal(an, op, request_)[0] == "not-found"


def test_list(an):
    """Everything about a player in one row."""
    an.ask("limit.set", LimitSet(player="an", ms=60_000, days=("mon",)))
    an.ask("policy.use", PolicyUse(target="an", packs=(PackUse(id="vn-147", params=("over_all=true",)),)))
    an.ask("game.allow", GameAllow(player="an", game="luanti"))
    row = PlayerRow(
        id="an", name="An", born="2014-05-01", account="an", guardians=("Mẹ",), packs=("vn-147",),
        limits=(LimitRow(game=None, day="mon", ms=60_000),), approved=("luanti",), uses=("vn-147:over_all=true",),
    )
    assert an.ask("player.list", PlayerList()) == Players(players=(row,))


def test_guardians(an):
    """One row each; a name or an account is taken once."""
    assert an.ask("guardian.list", GuardianList()).guardians == (GuardianRow(id="me", name="Mẹ", account="me"),)
    for name in ("mẹ", "me"):
        assert refusal(an, "guardian.add", GuardianAdd(name=name))[0] == "refused"
    assert refusal(an, "guardian.add", GuardianAdd(name="Bố", account="me"))[0] == "refused"
    assert refusal(an, "guardian.add", GuardianAdd(name="Bố", account="x"))[0] == "bad-input"


def test_one_account_may_be_both(an):
    """A mother who plays is guardian and player."""
    assert an.ask("player.add", PlayerAdd(name="Mẹ", account="me")).id == "me"


def test_a_refused_command_changes_nothing(an):
    """No number, no entry, no row."""
    before = an.roster, an.agent.log.size
    refusal(an, "player.add", PlayerAdd(name="Bình", born="2999-01-01", guardian="Bố"))
    refusal(an, "player.add", PlayerAdd(name="Bình", account="an", guardian="Bố"))
    assert (an.roster, an.agent.log.size) == before
    with an.tables() as tables:
        assert [row.id for row in tables.guardians()] == ["me"]


def test_the_log_says_it_without_names(an):
    """The leaf holds a pseudonym; name, birth date and account lie beside it, with who asked."""
    (entry,) = an.entries("policy.changed")
    assert entry["secret"]
    assert len(entry["target"]) == 32
    assert not {"An", "an", "2014-05-01"} & set(map(str, entry.values()))
    line = next(one for one in an.ask("log.show", LogShow()).lines if '"policy.changed"' in one.entry)
    for said in ('"name":"An"', '"born":"2014-05-01"', '"account":"an"', '"by":"me"'):
        assert said in (line.payload or "")
