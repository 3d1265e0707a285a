"""What an owner makes laxer by an ordinary command: it is told, and at a public place it needs an explanation."""

import pytest

from compliance.entries.log import Erasure
from compliance.entries.place import GameChanged, GameFacts, PlaceChanged, PolicyChanged
from compliance.page.model import page
from i18n.message import plain

HOUR = 60 * 60_000


@pytest.fixture
def point(site):
    site.agent.add(
        PlaceChanged, place="game-point", zone="Asia/Ho_Chi_Minh", hours="08:00-22:00", certificate="", expires=None
    )
    seat = site.enrol()
    seat.start()
    return seat


def told(report, kind):
    return [plain(one.what) for one in report.audit.findings if one.kind == kind]


def test_a_child_is_made_an_adult_for_an_evening(site, point, audit, clock):
    point.end(point.begin(who="child", age=12))
    site.agent.add(PolicyChanged, target="child", packs=(), house=False, aged=(12, 36))
    clock.run(HOUR)
    point.end(point.begin(who="child", age=36))
    site.agent.add(PolicyChanged, target="child", packs=(), house=False, aged=(36, 12))
    report = audit()
    assert told(report, "age-raised") == [
        "the registered age of a player was raised from 12 to 36; plays under it that day: 1"
    ]
    assert "age-raised" in page(report).odd_kinds


@pytest.mark.parametrize("aged", [(None, 36), (36, 12), (18, 40)])
def test_a_birth_date_that_is_set_right_is_no_cheat(site, point, audit, aged):
    site.agent.add(PolicyChanged, target="child", packs=(), house=False, aged=aged)
    assert told(audit(), "age-raised") == []


def test_a_game_is_marked_as_learning(site, point, audit, clock):
    site.agent.add(GameChanged, game="luanti", before=None, after=GameFacts(None, None, learning=True))
    clock.run(HOUR)
    point.end(point.begin(game="luanti", learning=True))
    report = audit()
    assert told(report, "learning-on") == ["play of luanti does not count from here on; plays under it: 1"]
    assert "learning-on" in page(report).odd_kinds


def test_somebody_is_erased_who_has_just_played(site, point, audit):
    site.agent.add(Erasure, who="child", before=None, payloads=0, days=2)
    report = audit()
    assert told(report, "erased-lately") == ["somebody was erased who had played on 2 of the last seven days"]
    assert "erased-lately" in page(report).odd_kinds


def test_a_file_switches_the_gate_off(site, audit):
    site.agent.add(
        PlaceChanged, place="game-point", zone="Asia/Ho_Chi_Minh", hours="08:00-22:00", certificate="", expires=None
    )
    site.enrol().start(gate="off")
    report = audit()
    assert told(report, "gate-off") == ["a file of the PC switched off that games are refused before they run"]
    assert "gate-off" in page(report).odd_kinds


def test_at_a_home_all_that_is_the_familys_affair(site, audit):
    site.enrol().start(gate="off")
    site.agent.add(Erasure, who="child", before=None, payloads=0, days=2)
    assert page(audit()).odd == 0
