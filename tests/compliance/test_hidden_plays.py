"""Logs of an owner with all keys in which what would have to be told was called "not decidable"."""

from __future__ import annotations

from contextlib import closing
from hashlib import sha256

import msgspec
import pytest
from msgspec import UNSET

from compliance import bundle
from compliance.entries.decision import LaunchRefused
from compliance.entries.override import GrantGiven
from compliance.entries.place import PackLine, PlaceChanged, PolicyChanged
from compliance.entries.seat import SessionOpened
from compliance.page.model import page
from compliance.page.names import ODD
from compliance.verify import verify
from compliance.verifying.plays import packs
from i18n.message import plain
from tests.compliance import conftest
from tests.compliance.test_redecide import HOUR, LAW, MINUTE, POINT, WEEK, ZONE, bound, pack


def watched(site, seat, minutes):
    """Time goes by, and the seat says that it is alive."""
    for begun in range(0, minutes, 60):
        since, some = site.clock.wall() // MINUTE * MINUTE, min(60, minutes - begun)
        site.clock.run(some * MINUTE)
        seat.alive(since)


def shown(report):
    """What of it is more than a plain note."""
    made = page(report)
    assert report.ok
    return made.violations + made.others + made.odd


def begin(seat, *packs, **more):
    return seat.begin(bound=bound(*packs, **more.pop("of", {})), approved=False, learning=False, **more)


def at_point(site, packs=(POINT,), zone=ZONE):
    site.agent.add(PlaceChanged, place="game-point", zone=zone, hours="", certificate="1", expires="2030-01-01")
    site.agent.add(PolicyChanged, target="place", packs=packs, house=False)
    site.place, site.place_packs = "game-point", packs


POINTS = {"place": "game-point", "place_packs": (POINT,)}


# --- a play of many hours -------------------------------------------------------------------------------------------------


def grant(site, seat):
    seat.add(GrantGiven, id="g", who="child", by="guardian", ms=1, game=None, given=site.clock.wall())


@pytest.mark.parametrize("end", [{"how": "by itself"}, {"how": "gone", "late": True}])
def test_three_seconds_of_clock_and_one_event_hide_no_day_of_play(site, seat, audit, end):
    """Nor does an end that nobody saw."""
    made = begin(seat, LAW)
    watched(site, seat, 7 * 60)
    grant(site, seat)
    watched(site, seat, 6 * 60)
    site.clock._wall += 3_000
    seat.end(made, **end)
    assert shown(audit())


def games(_, seat):
    for number in range(201):
        seat.end(begin(seat, LAW, game=f"g{number}"), "by itself")


def grants(site, seat):
    for number in range(201):
        seat.add(GrantGiven, id=f"g{number}", who="child", by="guardian", ms=1, game=None, given=site.clock.wall())


def rules(_, seat):
    """Of other players: each has values of their own. One is enough for the rest of the log."""
    for number in range(201):
        values = {"play": 30 + number, "rest": 10, "weekday_minutes": 300}
        seat.end(begin(seat, pack(WEEK, **values), who=f"p{number}"), "by itself")


@pytest.mark.parametrize("flood", [games, grants, rules])
def test_two_hundred_of_anything_hide_no_day(site, seat, audit, flood):
    flood(site, seat)
    made = begin(seat, LAW)
    watched(site, seat, 13 * 60)
    seat.end(made, "by itself")
    assert shown(audit())


# --- what bound it --------------------------------------------------------------------------------------------------------


def test_a_point_in_another_zone_from_the_first_entry_on_is_asked_about(tmp_path, clock, monkeypatch):
    """An hour ahead, for good: no day of its rules is one of its own, so that nothing is decided."""
    monkeypatch.setattr(conftest, "ZONE", "Asia/Singapore")
    with closing(conftest.Site(tmp_path, clock)) as site:
        seat = site.enrol()
        seat.start()
        at_point(site, zone="Asia/Singapore")
        seat.add(SessionOpened, who="child", guest=False)
        watched(site, seat, 9 * 60)
        of = msgspec.structs.replace(bound(LAW, **POINTS), zone="Asia/Singapore")
        made = seat.begin(bound=of, approved=False, learning=False)
        watched(site, seat, 5 * 60 + 58)
        seat.end(made, "by itself")
        site.deliver()
        assert shown(verify(bundle.parse(site.bundle())))


# --- work -----------------------------------------------------------------------------------------------------------------

_HEAD = """id = "own"
jurisdiction = "house"
zone = "Asia/Ho_Chi_Minh"
source = { vi = "x", en = "x" }
status = "verified"
[title]
vi = "x"
en = "x"
[param.n]
type = "int"
min = 0
max = 999999999
default = 1
text = { vi = "x", en = "x" }
"""
_RULE = """[[budget]]
id = "b0"
cite = "o"
status = "verified"
authority = "house"
addressee = "household"
relax = ["guardian"]
per = "all"
minutes = 60
text = { vi = "a $n", en = "a $n" }
"""


_HOURS = """[[window]]
id = "w%d"
cite = "o"
status = "verified"
authority = "house"
addressee = "household"
relax = ["guardian"]
spans = ["00:00-24:00"]
text = { vi = "a $n", en = "a $n" }
"""


@pytest.fixture
def long_text(site, monkeypatch):
    """A text of a thousand rules, and how often it is read."""
    text = site.packs["own"] = _HEAD + _RULE + "".join(_HOURS % number for number in range(999))
    reads, parse = [], packs.parse_pack
    monkeypatch.setattr(packs, "parse_pack", lambda *of: reads.append(of) or parse(*of))
    sha = sha256(text.encode()).hexdigest()
    site.agent.add(PolicyChanged, target="somebody", packs=(PackLine("own", sha, {"n": 1}, True),), house=False)
    return sha, reads


def refuse(site, seat, sha, n, game="g"):
    site.clock.run(1_000)
    seat.add(
        LaunchRefused, how="gate", who="child", at=site.clock.wall(), age=12, place="home", game=game, label=0, system="VN",
        publisher=None, guardian=True, before={"game": HOUR, "publisher": HOUR, "total": HOUR}, counted=None, grants=(),
        approved=False, verdict="refuse", rule="own.b0", cite="o", pack=sha, params={"n": n}, inline=None, zone=ZONE,
        budget=HOUR, until=None, paused=UNSET,
    )  # fmt: skip


MUCH = "entries name more rules, and values for them, than any place has"


def test_a_text_is_not_read_as_often_as_entries_want_it(site, seat, audit, long_text):
    """Each value that is put into it makes another pack. A hundred took 8 s, and a thousand 80, of 15 KB of a file."""
    sha, reads = long_text
    for number in range(60):
        refuse(site, seat, sha, number)
    report = audit()
    assert len(reads) < 15
    assert any(MUCH in plain(one.what) for one in report.failures)


def test_nor_by_plays(site, seat, audit, long_text):
    sha, reads = long_text
    for number in range(60):
        seat.end(begin(seat, PackLine("own", sha, {"n": number}), who=f"p{number}"), "by itself")
    report = audit()
    assert len(reads) < 15
    assert [one.kind for one in report.audit.findings if one.kind in ODD] == ["kept-undecided"]
