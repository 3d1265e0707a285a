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


def test_they_are_named_after_a_thousand_other_changes(site, audit):
    at_point(site, POINT)
    for number in range(1_000):
        put(site, target="guest", house=number % 2 == 0)
    put(site)
    (told,) = looser(audit())
    assert told.startswith("rules changed for the whole place: taken off: ")
