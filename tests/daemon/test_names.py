"""Whom a name means at the daemon's door, and whose account is a guardian's there."""

from __future__ import annotations

import unicodedata

import msgspec
import pytest

from agent.api.roster import Guardian
from daemon.api import asking as a
from daemon.api import messages as m
from host.wire import ApiError, Near
from tests.daemon.test_api import CHILD, FRIEND, ROOT, ask
from tests.daemon.world import MINUTE, limit, roster

MUM = Guardian(id="me", name="Mẹ", account="friend")


def people(*names):
    (one,) = roster(packs=(limit(5),)).players
    return tuple(
        msgspec.structs.replace(one, id=f"p{number}", name=name, account=None, key=f"{number:02}" * 32)
        for number, name in enumerate(names)
    )


def granted(world, player):
    """Who gets time that is given to this name."""
    id_ = ask(world, "grant.add", m.GrantAdd(player=player, ms=MINUTE)).id
    return next(one.player for one in ask(world, "grant.list", m.GrantsGet()).grants if one.id == id_)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_each_of_four_is_meant_by_their_own_name(world, form):
    """However it was typed: `grant`, `why`, and nobody else."""
    names = ("An", "Ẩn", "Ấn", "ân")
    world.start(roster(players=people(*names), guest_packs=(limit(5),)))
    for number, name in enumerate(names):
        typed = unicodedata.normalize(form, name)
        assert granted(world, typed) == f"p{number}"
        assert ask(world, "why", m.WhyGet(player=typed)).player == f"p{number}"
    assert [granted(world, name) for name in ("AN", "ÂN", "Guest")] == ["p0", "p3", "guest"]


def test_a_near_name_is_a_question(world):
    """In the words of the agent, with ids; no grant is made."""
    world.start(roster(players=people("Ẩn", "Bình")))
    for op, request in (("grant.add", m.GrantAdd(player="An", ms=MINUTE)), ("why", m.WhyGet(player="An"))):
        with pytest.raises(ApiError) as error:
            ask(world, op, request)
        assert (error.value.code, error.value.near) == ("not-found", Near("player", "An", "p0"))
        assert str(error.value) == "no player 'An'; did you mean Ẩn (p0)?"
    with pytest.raises(ApiError, match=r"there are: Ẩn \(p0\), Bình \(p1\)"):
        ask(world, "why", m.WhyGet(player="Zed"))
    with pytest.raises(ApiError, match=r"did you mean guest\?"):
        ask(world, "why", m.WhyGet(player="gest"))
    assert ask(world, "grant.list", m.GrantsGet()).grants == ()


def test_a_game_is_meant_by_id_or_title(world):
    """A grant holds its id."""
    world.start(roster(packs=(limit(5),)))
    ask(world, "grant.add", m.GrantAdd(player="an", ms=MINUTE, game="LUANTI"))
    assert [one.game for one in ask(world, "grant.list", m.GrantsGet()).grants] == ["luanti"]
    with pytest.raises(ApiError, match=r"did you mean Luanti \(luanti\)"):
        ask(world, "grant.add", m.GrantAdd(player="an", ms=MINUTE, game="luant"))


def test_a_guardian_is_one_person_by_account_and_by_pin(world):
    """Whatever they give, pause or switch off; an account that is no guardian's is called as it is."""
    world.start(msgspec.structs.replace(roster(packs=(limit(5),)), guardians=(MUM,)))
    for caller in (FRIEND, ROOT):
        ask(world, "grant.add", m.GrantAdd(player="an", ms=MINUTE), caller)
    given = sorted(ask(world, "grant.list", m.GrantsGet()).grants, key=lambda one: one.who)
    assert [(one.who, one.guardian, one.how) for one in given] == [("Mẹ", "me", "account"), ("root", None, "account")]
    ask(world, "pause", a.Pause(player="an"), FRIEND)
    ask(world, "off", a.Off(ms=MINUTE, reason="x"), FRIEND)
    overrides = world.daemon.heart.loop.overruling.overrides
    assert (overrides.pauses[0].who, overrides.off.who) == ("Mẹ", "Mẹ")


def test_a_guardians_rights_come_and_go_with_the_roster(world):
    """From the moment it is in force."""
    world.start(roster())
    found = []
    for number, guardians in enumerate(((MUM,), (), (msgspec.structs.replace(MUM, account=None),)), 2):
        world.adopt(msgspec.structs.replace(roster(number), guardians=guardians))
        found.append("guardian" in world.daemon.roles(FRIEND))
    assert found == [True, False, False]


@pytest.mark.parametrize(("packs", "born", "both"), [
    ((limit(5),), "2014-05-01", False), ((), "2014-05-01", True), ((limit(5),), "1990-05-01", True), ((limit(5),), None, False),
])  # fmt: skip
def test_whoever_is_limited_is_no_guardian(world, packs, born, both):
    """Whatever an entry of the roster says, under whatever spelling of the account; the doctor names it."""
    world.platform.canonical = str.casefold
    (an,) = roster(packs=packs).players
    an = msgspec.convert({**msgspec.to_builtins(an), "born": born, "account": "AN"}, type(an))
    guardian = msgspec.structs.replace(MUM, account="An")
    world.start(msgspec.structs.replace(roster(players=(an,)), guardians=(guardian, MUM)))
    assert ("guardian" in world.daemon.roles(CHILD)) is both
    assert "guardian" in world.daemon.roles(FRIEND)
    assert "guardian" in world.daemon.roles(ROOT)


def test_the_doctor_names_a_limited_guardian(world):
    """As somebody who has no rights in that account, however it is spelled."""
    world.platform.canonical = str.casefold
    news = roster(packs=(limit(5),))
    world.start(msgspec.structs.replace(news, guardians=(msgspec.structs.replace(MUM, account="AN"),)))
    (check,) = (one for one in ask(world, "doctor", m.DoctorGet()).checks if one.id == "account:an")
    assert (check.ok, str(check.text)) == (
        False, "An's account an is that of the guardian Mẹ too, who has no rights in it"
    )  # fmt: skip
