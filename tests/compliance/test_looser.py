"""A place's rules that are taken off by a way round: values that nobody can read, two steps, many other changes before."""

from __future__ import annotations

import pytest

from compliance.entries.place import PlaceChanged, PolicyChanged
from i18n.message import plain
from tests.compliance.test_redecide import MINUTE, POINT, ZONE, pack


def at_point(site, *packs):
    site.agent.add(PlaceChanged, place="game-point", zone=ZONE, hours="", certificate="1", expires="2030-01-01")
    put(site, *packs)


def put(site, *packs, target="place", house=False):
    site.agent.add(PolicyChanged, target=target, packs=packs, house=house)
    site.clock.run(MINUTE)


def looser(report):
    return [plain(one.what) for one in report.audit.findings if one.kind == "looser"]


@pytest.mark.parametrize("values", [{"hours": "00:00-23:59"}, {"hours": "x"}, {"no": 1}])
def test_a_published_text_takes_the_values_that_it_is_put_on_with(site, audit, values):
    """Nothing could be decided by it; no agent puts it on so."""
    at_point(site, pack("vn-game-point", **values))
    (failure,) = audit().failures
    assert "the pack vn-game-point:" in plain(failure.what)


def guests(site, before, *after):
    """The change of guests' packs, as the page tells it."""
    at_point(site, POINT)
    put(site, before, target="guest")
    put(site, *after, target="guest")


def test_a_familys_rules_that_give_way_to_the_laws_are_not_called_looser(site, audit):
    """Of the minutes of a day, which the one counts over all games and the other of each, and of what the law has none of, it
    says so; what to ask about labels became stricter.
    """
    guests(site, pack("home-balanced"), pack("vn-147"))
    report = audit()
    assert looser(report) == []
    (told,) = [said for one in report.audit.findings if "taken off" in (said := plain(one.what))]
    unsure = told.partition("gone, and not to be compared with what came: ")[2]
    assert {rule for rule in ("day", "weekend", "week", "bedtime", "rest") if f"(home-balanced.{rule})" in unsure} == {
        "day", "weekend", "week", "bedtime", "rest",
    }  # fmt: skip
    assert "label" not in unsure


@pytest.mark.parametrize(("before", "after", "rules"), [
    (pack("home-balanced", day_minutes=30), (pack("vn-147"),), {"home-balanced.day"}),
    (pack("vn-147"), (pack("home-balanced"),), {"vn-147.daily-game", "vn-147.guardian"}),
    (pack("home-balanced"), (), {"home-balanced.bedtime", "home-balanced.rest"}),
    (pack("home-balanced"), (pack("home-school-week"),), {"home-balanced.week"}),
])  # fmt: skip
def test_what_asks_for_less_is_still_looser(site, audit, before, after, rules):
    """More minutes, another kind of pack, or none."""
    guests(site, before, *after)
    (told,) = looser(audit())
    assert all(f"({rule})" in told.partition("looser now: ")[2] for rule in rules), told


def test_they_are_named_after_a_thousand_other_changes(site, audit):
    at_point(site, POINT)
    for number in range(1_000):
        put(site, target="guest", house=number % 2 == 0)
    put(site)
    (told,) = looser(audit())
    assert told.startswith("rules changed for the whole place: taken off: ")
