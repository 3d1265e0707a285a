"""Every change of the place and of the packs in force is listed, with what became looser."""

from __future__ import annotations

from hashlib import sha256

import pytest

from compliance.entries.log import AgentTick
from compliance.entries.place import PackLine, PlaceChanged, PolicyChanged
from compliance.page.model import page
from compliance.page.words import sections
from compliance.verifying.in_force.described import called
from i18n.catalogue import Catalogue
from i18n.message import msg, plain
from rules.packs.shipped import shipped_packs
from rules.parse import read_pack
from tests.compliance.telling import said, told

MINUTE = 60_000
HOUR = 60 * MINUTE
ZONE = "Asia/Ho_Chi_Minh"
POINT = "Public game point: opening hours (vn-game-point)"
LAW = "Decree 147/2024: playtime limits for under-18s"
REGISTERED = "Under 16 plays only once a parent or guardian is registered"


def place(site, place="home", zone=ZONE, hours=""):
    return site.agent.add(PlaceChanged, place=place, zone=zone, hours=hours)


def packs(site, target, *names, house=False, **params):
    lines = []
    for name in names:
        digest = sha256(site.packs[name].encode()).hexdigest()
        lines.append(PackLine(name, digest, params.get(name.replace("-", "_"), {})))
    return site.agent.add(PolicyChanged, target=target, packs=tuple(lines), house=house)


def test_home_for_the_night_and_back_is_told(site, seat, audit):
    """With the hours that did not bind then."""
    place(site, "game-point")
    packs(site, "place", "vn-game-point")
    site.clock.run(14 * HOUR)
    line = place(site)
    packs(site, "place")
    site.clock.run(9 * HOUR)
    place(site, "game-point")
    packs(site, "place", "vn-game-point")
    report = audit()
    assert said(report) == []
    assert told(report, "place-changed") == [
        "the kind of place was changed: home → public game point",
        "the kind of place was changed: home → public game point",
    ]
    assert told(report, "policy-changed") == [f"rules changed for the whole place: put on: {POINT}"] * 2
    assert told(report, "looser") == [
        "the kind of place was changed: public game point → home",
        (f"rules changed for the whole place: taken off: {POINT}; looser now: A public game point must not operate from "
         "22:00 to 08:00 (vn-game-point.hours)"),
    ]
    night = next(one for one in report.audit.findings if "point → home" in plain(one.what))
    assert (night.seat, night.at, night.cite, night.addressee) == ("agent", line.wall, "", None)


def test_other_values_hours_and_zones_are_told(site, seat, audit):
    place(site, hours="08:00-22:00")
    packs(site, "guest", "vn-147", vn_147={"guardian": True, "over_all": False})
    packs(site, "guest", "vn-147", vn_147={"guardian": False, "over_all": False})
    packs(site, "guest", "vn-147", vn_147={"guardian": False, "over_all": False}, house=True)
    place(site, zone="Asia/Tokyo", hours="06:00-23:00")
    report = audit()
    _, values, own = told(report, "policy-changed")
    assert f"guests: {LAW} (vn-147; without “{REGISTERED}”); looser now: Under 16" in values
    assert values.endswith("(vn-147.guardian)")
    assert own == "rules changed for guests: own limits were set"
    assert told(report, "place-changed") == [
        "the opening hours were changed: – → 08:00–22:00",
        "the opening hours were changed: 08:00–22:00 → 06:00–23:00",
    ]
    assert told(report, "place-zone") == [f"the time zone of the place was changed: {ZONE} → Asia/Tokyo"]


def test_a_certificate_that_is_given_up_is_told(site, seat, audit):
    """Its last day too: without a number nothing would be over any more."""
    for certificate, expires in (("12/GCN", "2026-11-01"), ("", None)):
        site.agent.add(PlaceChanged, place="home", zone=ZONE, hours="", certificate=certificate, expires=expires)
    assert told(audit(), "place-changed") == ["the certificate was changed: 12/GCN, 2026-11-01 → –"]


@pytest.mark.parametrize(("pack", "params", "vi", "en"), [
    ("home-school-week", {"days_off": "2027-06-01..2027-08-31,2027-12-24"},
     "Ngày nghỉ riêng của nhà mình hay của trường: 01/06/2027–31/08/2027, 24/12/2027",
     "Days off of your own or of the school: 1 Jun 2027–31 Aug 2027, 24 Dec 2027"),
    ("vn-game-point", {"hours": "09:00-21:00"}, "Giờ mở cửa của điểm: 09:00–21:00",
     "The point's own opening hours: 09:00–21:00"),
    ("vn-agent-without-games", {"hours": "06:00-23:00"}, "Giờ hoạt động theo quyết định của UBND tỉnh: 06:00–23:00",
     "Opening hours by the province's decision: 06:00–23:00"),
    ("home-weekend", {"weekday_minutes": "30"}, "Số phút mỗi ngày học: 30", "Minutes on a school day: 30"),
    ("home-balanced", {"weekend_hours": "09:00-22:30"},
     "Giờ được chơi thứ Sáu, thứ Bảy và ngày nghỉ: 06:00–22:30 → 09:00–22:30",
     "Hours of play on Fridays, Saturdays and days off: 06:00–22:30 → 09:00–22:30"),
    ("vn-147", {"over_all": "true"}, "có “Tính 180 phút cho mọi trò chơi cộng lại, không theo từng doanh nghiệp”",
     "with “Count the 180 minutes over all games together, not per enterprise”"),
])  # fmt: skip
def test_a_value_goes_by_a_name_and_not_by_how_it_is_typed(pack, params, vi, en):
    """What a pack explains to whoever types a value is no label; values are as people write them."""
    told = called(read_pack(shipped_packs()[pack], pack, params))
    assert [str(Catalogue(lang)(told)).partition(f"({pack}; ")[2] for lang in ("vi", "en")] == [f"{vi})", f"{en})"]


def test_a_value_of_before_may_be_anything():
    """A log says it, of a text that nobody has."""
    reading = read_pack(shipped_packs()["home-balanced"], "home-balanced", {"days_off": "2027-06-01"})
    for old in (7, "x", "2027-06-01..x", "2027-06-01..2027-06-02..2027-06-03", True):
        assert plain(called(reading, {"days_off": old})).endswith("→ 2027-06-01)")


def test_players_are_told_of_where_it_can_be_known(site, seat, audit):
    """On one day a pseudonym is one player's; by the next day it is another, and only that rules were set is known."""
    packs(site, "an-today", "vn-147")
    packs(site, "an-tomorrow")
    packs(site, "binh-today", "vn-147")
    packs(site, "binh-today")
    (one, count) = told(audit(), "policy-changed")
    assert one.startswith(
        f"rules changed for a player (pseudonym of that day: binh-today): taken off: {LAW} (vn-147); looser now: "
    )
    assert count == "rules of players were set 3 times"


def test_changes_without_end_cost_little(site, seat, audit):
    """A thousand are told one by one, with packs that are read a few times; of the rest how many there are. Each value that no
    agent puts on is a failure.
    """
    for number in range(1_300):
        packs(site, "place", "vn-147", vn_147={"nonsense": number})
        packs(site, "place")
    report = audit()
    found = [one for one in report.audit.findings if one.kind == "policy-changed"]
    assert (len(found), sum(1 + len(one.others) for one in found)) == (1_000, 2_600)
    refused = [one for one in report.failures if "vn-147:nonsense=" in plain(one.what)]
    assert 0 < sum(1 + one.others for one in refused) <= 1_300


@pytest.mark.parametrize(("field", "value", "failure", "finding"), [
    ("place", "public game point", "there is no kind of place public game point", None),
    ("hours", "whenever", "these are no opening hours: whenever", None),
    ("hours", "08:75-22:60", "these are no opening hours: 08:75-22:60", None),
    ("hours", "0\u0668:00-22:00", "these are no opening hours: 0\u0668:00-22:00", None),
    ("zone", "No/Zone", None, "this verifier does not know the time zone No/Zone: days are those of Asia/Ho_Chi_Minh"),
    ("hours", "00:00-24:00", "no game point is open so: 00:00-24:00 does not lie within 08:00-22:00", None),
    ("hours", "20:00-02:00", "no game point is open so: 20:00-02:00 does not lie within 08:00-22:00", None),
    ("hours", "08:00-22:00", None, None), ("hours", "10:30-20:00", None, None), ("place", "agent-without-games", None, None),
    ("expires", "2020-02-30", "this is no day: 2020-02-30", None),
    ("expires", "20200131", "this is no day: 20200131", None), ("expires", "2020-01-31", None, None),
])
def test_a_place_that_cannot_be_has_no_duties_to_show(site, audit, field, value, failure, finding):
    """Under another name than the law's its owner would answer for nothing, and be open at any hour. What the agent refuses no
    honest log says.
    """
    fields = {"place": "game-point", "zone": "Asia/Ho_Chi_Minh", "hours": "", field: value}
    site.agent.add(PlaceChanged, **fields)
    report = audit()
    assert [plain(one.what) for one in report.failures] == ([] if failure is None else [failure])
    assert [plain(one.what) for one in report.audit.findings if one.kind == "no-zone"] == ([] if finding is None else [finding])


def ticks(site, minutes):
    for _ in range(0, minutes, 5):
        site.clock.run(5 * MINUTE)
        site.agent.add(AgentTick, seats={}, silent=())


NO_LAW = "from here on this is {}, and the law's rules for one ({}) were not put on"
POINTS = NO_LAW.format("a public game point", "vn-game-point")
AGENTS = NO_LAW.format("an Internet agent without games", "vn-agent-without-games")


@pytest.mark.parametrize(("kind", "names", "found"), [
    ("game-point", None, [POINTS]), ("game-point", ("vn-147",), [POINTS]), ("game-point", ("vn-147", "vn-game-point"), []),
    ("agent-without-games", None, [AGENTS]), ("agent-without-games", ("vn-agent-without-games",), []),
])  # fmt: skip
def test_a_public_place_has_the_laws_rules_from_the_first_moment_on(site, audit, kind, names, found):
    """Without them no hours would bind it, and no play be decided by them."""
    place(site, kind)
    if names is not None:
        packs(site, "place", *names)
    ticks(site, 20)
    site.agent.add(PlaceChanged, place=kind, zone=ZONE, hours="", certificate="12/GCN", expires=None)
    assert told(audit(), "no-law") == found


def test_what_binds_the_place_and_guests_stands_on_the_page(site, seat, audit):
    place(site, "game-point")
    packs(site, "place", "vn-game-point")
    seat.start()
    facts = [(one.name, plain(one.is_)) for one in sections(page(audit()))[0].blocks]
    at = facts.index((msg("Rules in force"), f"for the whole place: {POINT}"))
    assert facts[at + 1] == ("", "for guests: no rules")
