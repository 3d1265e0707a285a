"""What this place is, and the packs that come with it."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest

from agent.api.log import LogCard
from agent.api.players import GuardianAdd, LimitSet, PlayerAdd
from agent.api.rulebook import PackUse, PlaceSet, PlaceShow, PlaceShown, PolicyUse
from host.homes import language
from host.wire import ApiError
from tests.system import readable


def refusal(desk, request):
    with pytest.raises(ApiError) as error:
        desk.ask("place.set", request)
    return error.value.code, str(error.value)


def in_force(desk):
    return [pack.id for pack in desk.roster.place_packs], [pack.id for pack in desk.roster.guest.packs]


def test_a_first_start_is_a_home_without_rules(desk):
    """Neither guests nor players are limited until somebody says so."""
    assert (desk.roster.place, desk.roster.zone, in_force(desk)) == ("home", "Asia/Ho_Chi_Minh", ([], []))


def test_a_game_point_brings_its_law(desk):
    """Hours on the place, vn-147 on guests."""
    desk.ask("place.set", PlaceSet(place="game-point", hours="09:00-21:00", name="Quán Net", certificate="12/GCN"))
    assert (desk.roster.place, desk.roster.name, desk.roster.certificate) == ("game-point", "Quán Net", "12/GCN")
    assert in_force(desk) == (["vn-game-point"], ["vn-147"])
    assert desk.roster.place_packs[0].params == {"hours": "09:00-21:00"}
    assert desk.roster.guest.packs[0].params == {"over_all": False, "guardian": False}
    assert desk.entries("place.changed")[-1]["hours"] == "09:00-21:00"


def test_rules_that_did_not_change_are_not_said_to(desk):
    """A telephone number changes none, hours those of the place alone."""
    desk.ask("place.set", PlaceSet(place="game-point"))
    targets = [line["target"] for line in desk.entries("policy.changed")]
    desk.ask("place.set", PlaceSet(place="game-point", hotline="0296 111"))
    assert [line["target"] for line in desk.entries("policy.changed")] == targets
    desk.ask("place.set", PlaceSet(place="game-point", hours="09:00-21:00"))
    assert [line["target"] for line in desk.entries("policy.changed")] == [*targets, "place"]


@pytest.mark.parametrize(("more", "entries"), [
    ({}, 0), ({"hotline": "0296 111"}, 0), ({"lang": "vi"}, 0), ({"hours": "09:00-21:00"}, 0), ({"name": "Net Sao"}, 1),
    ({"owner": "Mai"}, 1), ({"hours": "10:00-21:00"}, 1), ({"certificate": "12/GCN"}, 1),
])  # fmt: skip
def test_a_place_that_did_not_change_is_not_said_to(desk, more, entries):
    """Of what stands beside the log a change is an entry, too; of what is nowhere in it none is."""
    desk.ask("place.set", PlaceSet(place="game-point", hours="09:00-21:00"))
    before = len(desk.entries("place.changed"))
    desk.ask("place.set", PlaceSet(place="game-point", **more))
    assert len(desk.entries("place.changed")) - before == entries


def test_an_agent_without_games_brings_its_hours(desk):
    """Those of its province, on the place; its guests come without rules of play, and how to refuse games is said."""
    done = desk.ask("place.set", PlaceSet(place="agent-without-games", hours="06:00-23:00"))
    assert "giochoi limit guest 0" in "\n".join(map(str, done.notes))
    assert in_force(desk) == (["vn-agent-without-games"], [])
    assert desk.roster.place_packs[0].params == {"hours": "06:00-23:00"}
    desk.ask("limit.set", LimitSet(player="guest", ms=0))
    assert desk.told("place.set", PlaceSet(place="agent-without-games", hours="07:00-22:00")) == (
        "changed: hours 06:00-23:00 → 07:00-22:00"
    )
    desk.ask("place.set", PlaceSet(place="agent-without-games", name="Net"))
    assert [pack.params for pack in desk.roster.place_packs] == [{"hours": "07:00-22:00"}]


def test_one_kind_of_place_takes_the_place_of_another(desk):
    """Packs and hours of the old kind go: the hours of a game point are none of an agent's without games."""
    desk.ask("place.set", PlaceSet(place="game-point", hours="09:00-21:00"))
    code, text = refusal(desk, PlaceSet(place="agent-without-games"))
    assert (code, "--hours 06:00-23:00" in text) == ("bad-input", True)
    desk.ask("place.set", PlaceSet(place="agent-without-games", hours="06:00-23:00"))
    assert in_force(desk) == (["vn-agent-without-games"], [])
    desk.ask("place.set", PlaceSet(place="game-point"))
    assert in_force(desk) == (["vn-game-point"], ["vn-147"])
    assert desk.entries("place.changed")[-1]["hours"] == ""


def test_a_guardian_is_there_at_home(desk):
    """Elsewhere one is who was registered with the player; no guest has one."""
    desk.ask("guardian.add", GuardianAdd(name="Mẹ"))
    desk.ask("player.add", PlayerAdd(name="An", guardian="Mẹ"))
    desk.ask("player.add", PlayerAdd(name="Bình"))
    found = []
    for place in ("home", "game-point"):
        desk.ask("place.set", PlaceSet(place=place))
        found.append((desk.player("an").guardian, desk.player("binh").guardian, desk.roster.guest.guardian))
    assert found == [(True, True, True), (True, False, False)]


def test_a_home_again(desk):
    """What came with the kind of place goes with it; what somebody chose stays."""
    desk.ask("place.set", PlaceSet(place="game-point"))
    desk.ask("policy.use", PolicyUse(target="place", packs=(PackUse(id="vn-game-point"), PackUse(id="vn-147"))))
    desk.ask("place.set", PlaceSet(place="home"))
    assert in_force(desk) == (["vn-147"], [])


def test_setting_a_home_again_leaves_its_packs(desk):
    """A guardian put vn-147 on guests; setting the zone takes nothing away."""
    desk.ask("policy.use", PolicyUse(target="guest", packs=(PackUse(id="vn-147"),)))
    desk.ask("place.set", PlaceSet(place="home", zone="Asia/Bangkok"))
    assert (desk.roster.zone, in_force(desk)) == ("Asia/Bangkok", ([], ["vn-147"]))


def test_hours_change_in_place(desk):
    """The pack stays one; without hours they stay as they are."""
    desk.ask("place.set", PlaceSet(place="game-point", hours="09:00-21:00"))
    desk.ask("place.set", PlaceSet(place="game-point", hours="10:00-20:00"))
    desk.ask("place.set", PlaceSet(place="game-point", name="Net"))
    assert [pack.params for pack in desk.roster.place_packs] == [{"hours": "10:00-20:00"}]
    desk.ask("place.set", PlaceSet(place="home"))
    desk.ask("place.set", PlaceSet(place="game-point"))
    assert [pack.params for pack in desk.roster.place_packs] == [{}]


def test_guests_keep_what_the_operator_chose(desk):
    """Setting a game point again does not undo the values put into vn-147; that nobody registered a guest, it adds."""
    desk.ask("place.set", PlaceSet(place="game-point"))
    told = desk.ask("policy.use", PolicyUse(target="guest", packs=(PackUse(id="vn-147", params=("over_all=true",)),)))
    assert "guardian=false" in "\n".join(map(str, told.notes))
    desk.ask("place.set", PlaceSet(place="game-point", name="Net"))
    assert [pack.params for pack in desk.roster.guest.packs] == [{"over_all": True, "guardian": False}]
    values = ("over_all=true", "guardian=true")
    desk.ask("policy.use", PolicyUse(target="guest", packs=(PackUse(id="vn-147", params=values),)))
    desk.ask("place.set", PlaceSet(place="game-point", name="Net"))
    assert [pack.params for pack in desk.roster.guest.packs] == [{"over_all": True, "guardian": True}]


@pytest.mark.parametrize("place", ["game-point", "agent-without-games"])
@pytest.mark.parametrize("packs", [(), (PackUse(id="vn-147"),), (PackUse(id="vn-game-point"),)])
def test_nobody_relaxes_the_law_of_a_point(desk, place, packs):
    """Neither by leaving the pack out nor by giving it other hours."""
    desk.ask("place.set", PlaceSet(place=place, hours="09:00-21:00"))
    with pytest.raises(ApiError, match=f"vn-{place}:hours=09:00-21:00"):
        desk.ask("policy.use", PolicyUse(target="place", packs=packs))


@pytest.mark.parametrize(
    ("request_", "code", "told"),
    [
        (PlaceSet(place="agent-without-games"), "bad-input", "the province sets"),
        (PlaceSet(place="agent-without-games", hours="06:00-06:00"), "bad-input", "hours"),
        (PlaceSet(place="home", hours="08:00-22:00"), "bad-input", "home"),
        (PlaceSet(place="game-point", hours="8-22"), "bad-input", "08:00-22:00"),
        (PlaceSet(place="game-point", hours="25:00-26:00"), "bad-input", "08:00-22:00"),
        (PlaceSet(place="game-point", hours="06:00-23:00"), "bad-input", "08:00-22:00"),
        (PlaceSet(place="home", zone="Asia/Hanoi"), "bad-input", "Asia/Ho_Chi_Minh"),
        (PlaceSet(place="home", zone="Asia"), "bad-input", "Asia/Ho_Chi_Minh"),
        (PlaceSet(place="home", zone="localtime"), "bad-input", "Asia/Ho_Chi_Minh"),
        (PlaceSet(place="home", zone="Factory"), "bad-input", "Asia/Ho_Chi_Minh"),
        (PlaceSet(place="home", zone="right/Asia/Tokyo"), "bad-input", "Asia/Ho_Chi_Minh"),
        (PlaceSet(place="home", zone="../etc/passwd"), "bad-input", "Asia/Ho_Chi_Minh"),
        (PlaceSet(place="home", name="\x1b[2J"), "bad-input", "printed"),
    ],
)
def test_what_is_no_place(desk, request_, code, told):
    """One line that says what would be, and nothing changed."""
    before = desk.roster
    found, text = refusal(desk, request_)
    assert (found, told in text, "\n" in text) == (code, True, False)
    assert desk.roster == before


def test_hours_over_midnight_have_to_be_meant(desk):
    """Of an agent without games; those of a game point never are, as the law keeps them within one day."""
    desk.ask("place.set", PlaceSet(place="agent-without-games", hours="06:00-23:00"))
    code, text = refusal(desk, PlaceSet(place="agent-without-games", hours="22:00-06:00"))
    assert (code, "--hours: 22:00-06:00" in text, "--overnight" in text) == ("bad-input", True, True)
    desk.ask("place.set", PlaceSet(place="agent-without-games", hours="22:00-06:00", overnight=True))
    desk.ask("place.set", PlaceSet(place="agent-without-games", name="Net"))
    assert desk.roster.place_packs[0].params == {"hours": "22:00-06:00"}
    for overnight in (False, True):
        code, text = refusal(desk, PlaceSet(place="game-point", hours="22:00-06:00", overnight=overnight))
        assert (code, "within 08:00-22:00" in text) == ("bad-input", True)


def test_what_is_set_can_be_seen(desk, clock):
    """All of it, with the packs as one types them; and whether the certificate has run out."""
    assert desk.ask("place.show", PlaceShow()) == PlaceShown(
        place="home", zone="Asia/Ho_Chi_Minh", hours="", name="", certificate="", expires=None, expired=False, packs=(),
        lang=None,
    )  # fmt: skip
    request = PlaceSet(
        place="game-point", hours="09:00-21:00", name="Net", certificate="12/GCN", expires=date(2026, 11, 24), lang="vi",
    )  # fmt: skip
    desk.ask("place.set", request)
    shown = desk.ask("place.show", PlaceShow())
    assert (shown.hours, shown.name, shown.certificate, shown.expired) == ("09:00-21:00", "Net", "12/GCN", False)
    assert (shown.packs, shown.lang) == (("vn-game-point:hours=09:00-21:00",), "vi")
    clock.run(24 * 3_600_000)
    assert desk.ask("place.show", PlaceShow()).expired


def test_the_local_hotline_is_a_telephone_number(desk):
    """It stays until it is taken away; the log's own entry of the place has no room for it."""
    desk.ask("place.set", PlaceSet(place="home", hotline=" 0123 456-789 "))
    desk.ask("place.set", PlaceSet(place="home", name="Net"))
    assert desk.ask("place.show", PlaceShow()).hotline == desk.roster.hotline == "0123 456-789"
    for wrong in ("call us", "1", "12\n34", "12  34", "٣٤٥٦", "1" * 40):
        assert refusal(desk, PlaceSet(place="home", hotline=wrong))[0] == "bad-input"
    desk.ask("place.set", PlaceSet(place="home", hotline="+84 111"))
    desk.ask("place.set", PlaceSet(place="home", hotline=""))
    assert desk.ask("place.show", PlaceShow()).hotline == ""


def test_a_certificate_can_be_taken_away(desk):
    """With its last day, which is no other certificate's; and a day without a certificate is none."""
    set_ = PlaceSet(place="game-point", certificate="12/GCN", expires=date(2029, 1, 31))
    desk.ask("place.set", set_)
    told = desk.told("place.set", PlaceSet(place="game-point", certificate="13/GCN"))
    assert "name it with --expires" in told
    assert (desk.roster.certificate, desk.roster.expires) == ("13/GCN", None)
    desk.ask("place.set", set_)
    told = desk.told("place.set", PlaceSet(place="game-point", certificate="")).splitlines()
    assert told == [
        "changed: certificate 12/GCN → –; certificate's last day 2029-01-31 → –",
        "no certificate is named, and inspectors ask for it: giochoi place set … --certificate … --expires …",
    ]
    assert (desk.roster.certificate, desk.roster.expires) == ("", None)
    assert refusal(desk, PlaceSet(place="game-point", expires=date(2029, 1, 31)))[0] == "bad-input"


def test_an_expired_certificate_is_said(desk):
    """It is the operator's to renew; the product does not refuse to count."""
    done = desk.ask("place.set", PlaceSet(place="game-point", certificate="12/GCN", expires=date(2026, 11, 23)))
    assert "2026-11-23" in "\n".join(map(str, done.notes))
    assert desk.told("place.set", PlaceSet(place="game-point", expires=date(2026, 11, 24))) == (
        "changed: certificate's last day 2026-11-23 → 2026-11-24"
    )


def test_the_homes_language_is_for_everybody_to_read(desk, open_desk, home):
    """Each program and each person without a wish of its own; it outlives whoever removes the file."""
    file = home.public / "lang"
    desk.ask("place.set", PlaceSet(place="home", name="Nhà"))
    assert not file.exists()
    for lang in ("vi", "en"):
        desk.ask("place.set", PlaceSet(place="home", lang=lang))
        assert (file.read_text("ascii"), language(home), readable(file, "all")) == (f"{lang}\n", lang, True)
    desk.ask("place.set", PlaceSet(place="game-point"))
    assert language(home) == "en"
    file.unlink()
    asyncio.run(desk.agent.tick())
    assert language(home) == "en"


def test_zones_of_own_limits_follow_the_place(desk):
    """A player's own pack counts days at the place."""
    desk.ask("player.add", PlayerAdd(name="An"))
    desk.ask("limit.set", LimitSet(player="an", ms=0))
    desk.ask("place.set", PlaceSet(place="home", zone="Asia/Tokyo"))
    assert [pack.zone for pack in desk.player("an").packs] == ["Asia/Tokyo"]


def test_the_log_names_the_certificate_and_its_last_day(desk):
    """They name no person, and an inspector asks for them."""
    assert desk.entries("place.changed")[-1]["certificate"] == ""
    desk.ask("place.set", PlaceSet(place="game-point", certificate="12/GCN", expires=date(2029, 1, 31)))
    line = desk.entries("place.changed")[-1]
    assert (line["certificate"], line["expires"]) == ("12/GCN", "2029-01-31")
    desk.ask("place.set", PlaceSet(place="home", certificate=""))
    line = desk.entries("place.changed")[-1]
    assert (line["certificate"], line["expires"]) == ("", None)


def test_what_was_set_is_said_and_only_that(desk):
    """A point that changes its telephone number does not read again what binds its guests."""
    desk.ask("place.set", PlaceSet(place="game-point", certificate="12/GCN", name="Net Sao"))
    set_ = PlaceSet(place="game-point", hotline="0123 456", address="5  Hàng Bài", owner="Trần Thị Mai", hours="09:00-21:00")
    assert desk.told("place.set", set_) == (
        "changed: hours the law's → 09:00-21:00; address – → 5 Hàng Bài; owner – → Trần Thị Mai; local hotline – → 0123 456"
    )
    assert desk.told("place.set", set_) == "nothing is other than before"
    assert desk.told("place.set", PlaceSet(place="game-point", name="")) == "changed: name Net Sao → –"


def test_what_a_home_has_none_of_goes_with_a_word(desk):
    """Also hours, and what guests were under; and how it comes back. What it has, too, stays."""
    set_ = PlaceSet(place="game-point", hours="09:00-21:00", address="5 Hàng Bài", certificate="12/GCN", name="Net Sao")
    desk.ask("place.set", set_)
    assert desk.told("place.set", PlaceSet(place="home")) == (
        "changed: hours 09:00-21:00 → –; address 5 Hàng Bài → –\n"
        "a home has no such things: hours, address; they come back with: giochoi place set game-point --hours … --address …\n"
        "guests are no longer under: vn-147:guardian=false"
    )
    desk.ask("place.set", PlaceSet(place="game-point", address="", hours="09:00-21:00"))
    said = desk.told("place.set", PlaceSet(place="home", zone="Asia/Tokyo"))
    assert "a home has no such thing: hours; it comes back with: giochoi place set game-point --hours …" in said
    desk.ask("place.set", PlaceSet(place="agent-without-games", hours="06:00-23:00"))
    assert "hours 06:00-23:00 → the law's" in desk.told("place.set", PlaceSet(place="game-point"))


def test_address_and_owner_are_for_places_that_are_inspected(desk):
    """Beside the log, on the card; no home has them, and who becomes one has them no more."""
    code, said = refusal(desk, PlaceSet(place="home", owner="Trần Thị Mai"))[:2]
    assert (code, "--owner" in said) == ("bad-input", True)
    desk.ask("place.set", PlaceSet(place="game-point", address="5 Hàng Bài, Hà Nội", owner="Trần Thị Mai"))
    card = desk.ask("log.card", LogCard())
    assert (card.address, card.owner) == ("5 Hàng Bài, Hà Nội", "Trần Thị Mai")
    assert not {"address", "owner"} & set(desk.entries("place.changed")[-1]), "an entry names nobody"
    desk.ask("place.set", PlaceSet(place="home"))
    desk.ask("place.set", PlaceSet(place="game-point"))
    shown = desk.ask("place.show", PlaceShow())
    assert (shown.address, shown.owner) == ("", "")
