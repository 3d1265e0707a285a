"""What an agent that was off, or says that it was, is asked about: that it ticked, when, and of whom its ticks speak."""

from __future__ import annotations

from compliance.entries.log import AgentTick
from compliance.entries.place import PlaceChanged
from compliance.entries.seat import SessionOpened
from compliance.page.model import page
from i18n.message import plain
from tests.compliance.test_redecide import HOUR, MINUTE, ZONE, bound


def watched(site, seat, minutes):
    """Time goes by, and the seat says that it is alive."""
    for begun in range(0, minutes, 60):
        since, some = site.clock.wall() // MINUTE * MINUTE, min(60, minutes - begun)
        site.clock.run(some * MINUTE)
        seat.alive(since)


def ticks(site, number, seats=("home-pc",)):
    for _ in range(number):
        site.clock.run(5 * MINUTE)
        site.agent.add(AgentTick, seats=dict.fromkeys(seats, site.clock.wall() - 1_000), silent=())


def test_an_agent_that_was_off_is_told_whatever_stands_before_its_next_tick(site, seat, audit):
    """What a seat handed in meanwhile counts as little as what it hands in later: somebody logged it."""
    ticks(site, 12)
    seat.alive(site.clock.wall() - HOUR)
    site.deliver()
    watched(site, seat, 13 * 60)
    site.deliver()
    ticks(site, 12)
    site.deliver()
    assert page(audit()).unexplained


def test_an_agent_that_never_ticked_was_off(site, seat, audit):
    """Without a tick no rule was missed at a game point, nor anything else that the agent's word is for."""
    site.agent.add(PlaceChanged, place="game-point", zone=ZONE, hours="", certificate="1", expires="2030-01-01")
    site.place = "game-point"
    watched(site, seat, 11 * 60)
    seat.add(SessionOpened, who="child", guest=False)
    made = seat.begin(bound=bound(place="game-point"), approved=False, learning=False)
    watched(site, seat, 4 * 60 + 30)
    seat.end(made, "by itself")
    report = audit()
    assert page(report).unexplained
    assert "no-law" in {one.kind for one in report.audit.findings}


def test_a_tick_says_of_each_seat_that_it_was_heard_or_silent(site, seat, audit):
    """Of one that is enrolled and not retired; who leaves it out has nobody miss it."""
    for _ in range(14):
        since = site.clock.wall() // MINUTE * MINUTE
        ticks(site, 12, seats=())
        seat.alive(since)
        site.deliver()
    (found,) = (one for one in audit().audit.findings if one.kind == "paired")
    assert plain(found.what).startswith("the agent's tick says of a seat neither when it was heard nor that it is silent")
