"""Guardians: changed, removed, and never those who play under limits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.api.log import LogShow
from agent.api.players import (
    GuardianAdd,
    GuardianList,
    GuardianRemove,
    GuardianRow,
    GuardianSet,
    LimitSet,
    PlayerAdd,
    PlayerList,
    PlayerSet,
)
from agent.api.roster import Guardian
from agent.api.rulebook import PackUse, PlaceSet, PolicyUse
from agent.auth import KEEPER, roles
from host.transport import Caller
from host.wire import ApiError

OWN = 990
LAW = (PackUse(id="vn-147"),)
SHE = Caller(uid=1001, pid=1, account="me", admin=False)


def refusal(desk, op, request):
    number = desk.roster.number
    with pytest.raises(ApiError) as error:
        desk.ask(op, request)
    assert "\n" not in str(error.value)
    assert desk.roster.number == number
    return error.value.code, str(error.value)


def keeps(desk, caller=SHE):
    """Whether the registry is this account's to change."""
    return KEEPER in roles(caller, OWN, desk.roster)


def test_a_guardian_is_changed(an):
    """A name, an account, each alone; the answer says whose."""
    done = an.ask("guardian.set", GuardianSet(guardian="Mẹ", name="Mẹ Hoa"))
    assert (done.id, done.name, done.notes) == ("me", "Mẹ Hoa", ())
    assert an.roster.guardians == (Guardian(id="me", name="Mẹ Hoa", account="me"),)
    an.ask("guardian.add", GuardianAdd(name="Bố", account="binh"))
    for request in (GuardianSet(guardian="me", account="binh"), GuardianSet(guardian="me", name="bố")):
        assert refusal(an, "guardian.set", request)[0] == "refused"


def test_rights_end_with_the_account_or_the_guardian(an):
    """At once: the next request is refused."""
    assert keeps(an)
    told = an.told("guardian.set", GuardianSet(guardian="me", account=None))
    assert (told, keeps(an)) == ("the account me has no guardian's rights any more", False)
    an.ask("guardian.set", GuardianSet(guardian="me", account="me"))
    assert keeps(an)
    an.ask("guardian.remove", GuardianRemove(guardian="me"))
    assert (keeps(an), an.roster.guardians) == (False, ())


@pytest.mark.parametrize(("place", "keeps"), [("home", "a guardian's rights"), ("game-point", "the rights of staff")])
def test_whoever_administers_the_pc_is_not_said_to_lose_anything(open_desk, world, place, keeps):
    """They may do after it what they could before."""
    with open_desk(replace(world, administers=frozenset({"me"}).__contains__)) as desk:
        desk.ask("place.set", PlaceSet(place=place))
        desk.ask("guardian.add", GuardianAdd(name="Mẹ", account="me"))
        said = f"the account me administers this PC, and so keeps {keeps}"
        assert desk.told("guardian.set", GuardianSet(guardian="me", account=None)) == said
        desk.ask("guardian.set", GuardianSet(guardian="me", account="me"))
        assert desk.told("guardian.remove", GuardianRemove(guardian="me")) == said


def test_a_removal_says_whose_guardian_it_was(an):
    """At home nothing follows: whoever administers the PC is a guardian."""
    assert an.told("guardian.remove", GuardianRemove(guardian="Mẹ")) == (
        "the account me has no guardian's rights any more\nwas registered for: An (an)"
    )
    assert an.ask("player.list", PlayerList()).players[0].guardians == ()


def test_a_removal_says_what_a_rule_makes_of_it(an):
    """At a game point a minor whom nobody registered may not play, if a rule wants a guardian; of 16 it asks for none."""
    an.ask("player.set", PlayerSet(player="an", account=None))
    an.ask("player.add", PlayerAdd(name="Bình", born="2010-01-01", guardian="me"))
    an.ask("policy.use", PolicyUse(target="an", packs=LAW))
    an.ask("policy.use", PolicyUse(target="binh", packs=LAW))
    an.ask("place.set", PlaceSet(place="game-point"))
    told = an.told("guardian.remove", GuardianRemove(guardian="me")).splitlines()
    assert told[-2:] == ["An has no guardian now, so every game is refused: vn-147.guardian", "Bình has no guardian now"]


def test_the_log_says_it_without_names(an):
    """How many there are is in the entry; who it was and who did it lies beside it, also that a player lost a guardian."""
    an.ask("guardian.set", GuardianSet(guardian="me", name="Mẹ Hoa"))
    an.ask("guardian.remove", GuardianRemove(guardian="me"))
    assert [one["registered"] for one in an.entries("guardian.changed")] == [1, 1, 0]
    assert not any("Mẹ" in str(one) for one in an.entries())
    payloads = [line.payload or "" for line in an.ask("log.show", LogShow()).lines]
    for said in ('"guardian":"me","name":"Mẹ","what":"guardian.add"', '"name":"Mẹ Hoa","what":"guardian.remove"',
                 '"name":"An","player":"an","what":"guardian.remove"'):  # fmt: skip
        assert sum(said in one for one in payloads) == 1, said


def test_nobody_of_that_name(an):
    """The line says who there is."""
    for request in (GuardianSet(guardian="Bố", name="x"), GuardianRemove(guardian="Bố")):
        code, text = refusal(an, f"guardian.{type(request).__name__.removeprefix('Guardian').lower()}", request)
        assert (code, text) == ("not-found", "no guardian 'Bố'; there are: Mẹ (me)")


# --- who is limited cannot be a guardian -------------------------------------------------------------------------------------


@pytest.fixture
def limited(an):
    """An is 12 and has a limit."""
    an.ask("limit.set", LimitSet(player="an", ms=60_000))
    return an


@pytest.mark.parametrize(("op", "request_"), [
    ("guardian.add", GuardianAdd(name="Bố", account="an")),
    ("guardian.set", GuardianSet(guardian="me", account="an")),
    ("player.set", PlayerSet(player="an", account="me")),
])  # fmt: skip
def test_the_account_of_whoever_is_limited(limited, op, request_):
    """As a guardian's, or a guardian's as theirs: one line names both, and nothing changes."""
    code, text = refusal(limited, op, request_)
    assert (code, "An (an)" in text, "guardian" in text) == ("refused", True, True)


@pytest.mark.parametrize(("op", "request_"), [
    ("limit.set", LimitSet(player="binh", ms=60_000)),
    ("policy.use", PolicyUse(target="binh", packs=LAW)),
    ("policy.use", PolicyUse(target="place", packs=LAW)),
    ("place.set", PlaceSet(place="game-point")),
])  # fmt: skip
def test_a_guardian_who_plays_gets_no_limits(an, op, request_):
    """Else the limits would be the guardian's own to lift. Without limits one account may be both."""
    an.ask("player.add", PlayerAdd(name="Bình", born="2011-05-01", account="binh"))
    an.ask("guardian.add", GuardianAdd(name="Bố", account="binh"))
    code, text = refusal(an, op, request_)
    assert (code, "Bình (binh)" in text, "Bố (bo)" in text) == ("refused", True, True)


def test_an_adult_may_be_both(an):
    """Until it turns out that it is no adult."""
    an.ask("player.add", PlayerAdd(name="Bình", born="1990", account="binh"))
    an.ask("guardian.add", GuardianAdd(name="Bố", account="binh"))
    an.ask("policy.use", PolicyUse(target="binh", packs=LAW))
    an.ask("limit.set", LimitSet(player="binh", ms=60_000))
    assert keeps(an, Caller(uid=1002, pid=1, account="binh", admin=False))
    for born in ("2010-05-01", None):
        assert refusal(an, "player.set", PlayerSet(player="binh", born=born))[0] == "refused"
    refusal(an, "player.add", PlayerAdd(name="Mẹ", account="binh"))


def test_what_an_older_version_let_through_gives_no_rights(open_desk):
    """It stands in the way of no other change, and nobody can make use of it."""
    with open_desk() as desk:
        desk.ask("player.add", PlayerAdd(name="An", born="2014-05-01", account="an"))
        desk.ask("limit.set", LimitSet(player="an", ms=60_000))
        with desk.tables() as tables:
            tables.put_guardian(Guardian(id="bo", name="Bố", account="an"))
    with open_desk() as desk:
        desk.ask("player.add", PlayerAdd(name="Bình"))
        desk.ask("limit.set", LimitSet(player="an", ms=0))
        assert desk.roster.guardians[0].account == "an"
        assert not keeps(desk, Caller(uid=1002, pid=1, account="an", admin=False))


HASH = "$argon2id$v=19$m=65536,t=3,p=1$efEzZvSB98QymRqckYse/w$QdjNP8YYNmHaXmA5CQIes7PQqcyXVCixsx3I3E3Sabw"
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.mark.promise("PINs and codes: A PIN is stored as a hash, and is in no list, log or answer")
def test_what_proves_a_guardian_is_in_the_roster_alone(an):
    """For the daemon, which needs no agent then; lists say that there is one, and the log's payload that it was set."""
    an.ask("guardian.set", GuardianSet(guardian="me", pin=HASH, code=SECRET, ceiling=45 * 60_000))
    (row,) = an.roster.guardians
    assert (row.pin, row.code, row.ceiling) == (HASH, SECRET, 45 * 60_000)
    listed = an.ask("guardian.list", GuardianList())
    told = GuardianRow(id="me", name="Mẹ", account="me", pin=True, code=True, ceiling=45 * 60_000)
    assert listed.guardians == (told,)
    an.ask("guardian.set", GuardianSet(guardian="me", name="Mẹ Hoa"))
    assert an.roster.guardians[0].pin == HASH
    an.ask("guardian.set", GuardianSet(guardian="me", pin=None, code=None))
    assert (an.roster.guardians[0].pin, an.roster.guardians[0].code) == (None, None)
    an.ask("guardian.add", GuardianAdd(name="Bố", pin=HASH))
    payloads = "".join(line.payload or "" for line in an.ask("log.show", LogShow()).lines)
    assert payloads.count('"pin":"set"') == 2
    assert (payloads.count('"pin":"removed"'), payloads.count('"code":"removed"')) == (1, 1)
    everything = repr([an.ask("log.show", LogShow()), listed, an.roster.guardians, an.entries()])
    assert "argon2id" not in everything
    assert SECRET not in everything


@pytest.mark.parametrize("wrong", [
    {"pin": "4711"}, {"pin": ""}, {"pin": HASH.replace("argon2id", "argon2i")}, {"pin": HASH.replace("65536", "9999999")},
    {"pin": HASH.replace("t=3", "t=99")}, {"pin": HASH + "\n"}, {"code": "12345"}, {"code": SECRET.lower()}, {"ceiling": 0},
    {"ceiling": 25 * 3_600_000},
])  # fmt: skip
def test_what_no_seat_could_check_is_refused(an, wrong):
    """A PIN itself, which would lie in the registry for all who read it; a hash that would take all memory."""
    code, text = refusal(an, "guardian.set", GuardianSet(guardian="me", **wrong))
    assert code == "bad-input"
    assert "4711" not in text
