"""Decisions go by the place and the packs that the agent's entries put in force; a seat may be behind, but not for long."""

from __future__ import annotations

from hashlib import sha256

import pytest

from compliance.entries.decision import LaunchRefused
from compliance.entries.log import AgentTick
from compliance.entries.place import PackLine, PlaceChanged, PolicyChanged
from rules.parse import parse_pack
from tests.compliance.telling import said

MINUTE = 60_000
HOUR = 60 * MINUTE
ZONE = "Asia/Ho_Chi_Minh"


def place(site, place):
    site.place = place
    return site.agent.add(PlaceChanged, place=place, zone=ZONE, hours="")


def packs(site, target, *names, **params):
    lines = tuple(PackLine(one, sha256(site.packs[one].encode()).hexdigest(), params) for one in names)
    site.in_force += [(one.sha256, one.params) for one in lines]
    return site.agent.add(PolicyChanged, target=target, packs=lines, house=False)


def ticks(site, minutes, seat="home-pc"):
    """So many minutes, in which the agent hears the seat."""
    for _ in range(0, minutes, 5):
        site.clock.run(5 * MINUTE)
        site.agent.add(AgentTick, seats={seat: site.clock.wall()}, silent=())
        site.deliver()


@pytest.fixture
def law(site):
    """The hours of a game point, put on the place."""
    place(site, "game-point")
    packs(site, "place", "vn-game-point")
    site.clock.run(15 * HOUR)
    return parse_pack(site.packs["vn-game-point"], "vn-game-point")


def test_a_decision_of_a_place_that_this_was_not_is_a_failure(site, seat, law, audit):
    """A home's rules at a game point: the place's kind decides which bind."""
    fields = seat.decided(site.pack(), game="gta", label=18)
    line = seat.add(LaunchRefused, how="gate", **{**fields, "place": "agent-without-games"})
    (failure,) = said(audit())
    assert f"seq {line.seq}, launch.refused): it is of a place that this was not: Internet agent without games" in failure


def test_a_decision_by_a_pack_that_nobody_put_in_force_is_a_failure(site, seat, audit):
    pack = site.pack()
    site.in_force.append((pack.sha256, pack.params))
    seat.refuse(pack, game="gta", label=18)
    (failure,) = said(audit())
    assert failure.endswith("the pack of its rule vn-147.label, with its values, was not in force")


def test_other_values_than_the_agents_are_a_failure(site, seat, audit):
    packs(site, "child", "vn-147", guardian=True, over_all=False)
    pack = parse_pack(site.packs["vn-147"], "vn-147", {"guardian": "false"})
    site.in_force.append((pack.sha256, pack.params))
    seat.refuse(pack, game="gta", label=18)
    assert len(said(audit())) == 1


def changed(site, law):
    """The place is a home from now on."""
    place(site, "home")
    packs(site, "place")


def refused(site, seat, law):
    """As a seat does that does not know of it."""
    fields = seat.decided(law, place="game-point")
    return seat.add(LaunchRefused, how="gate", **fields)


def late(site, seat, law, minutes):
    """A decision by the former list, so long after the change, of a seat that the agent hears all the time."""
    changed(site, law)
    site.deliver()
    ticks(site, minutes)
    site.place = "game-point"  # what the seat goes by
    return refused(site, seat, law)


def test_a_decision_may_come_to_the_log_late(site, seat, law, audit):
    """What was in force when it was made counts, not what is by now."""
    site.deliver()
    refused(site, seat, law)
    away = site.seats.pop("home-pc")
    site.clock.run(3 * HOUR)
    changed(site, law)
    site.deliver()
    ticks(site, 30)
    site.seats["home-pc"] = away
    report = audit()
    assert said(report) == []


def test_the_agents_own_entry_may_come_to_the_log_late(site, seat, audit):
    """Its disk was full for a moment: the seat's decision by it is there first."""
    pack = site.pack()
    site.in_force.append((pack.sha256, pack.params))
    seat.refuse(pack, game="gta", label=18)
    site.deliver()
    site.agent.add(PolicyChanged, target="child", house=False,
                   packs=(PackLine(pack.id, pack.sha256, pack.params),))  # fmt: skip
    assert said(audit()) == []


def test_packs_of_players_are_known_by_any_of_their_names(site, seat, audit):
    """A pack that was taken off a player under another pseudonym may be another player's still."""
    packs(site, "an-today", "vn-147", guardian=True, over_all=False)
    packs(site, "an-tomorrow")
    ticks(site, 120)
    seat.refuse(site.pack(), game="gta", label=18)
    assert said(audit()) == []
