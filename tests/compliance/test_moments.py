"""A moment beyond every calendar, wherever an entry has one, is a failure and ends no verifier in a traceback."""

from __future__ import annotations

import pytest

from compliance.__main__ import NOT_VERIFIED, main
from compliance.entries.log import AgentTick, Erasure, Restored
from compliance.entries.override import EnforcementOff
from compliance.entries.seat import SeatRetired

MINUTE = 60_000
BEYOND = (-1, 2**53 - 1)
FIELDS = {
    "restored": lambda site, at: site.agent.add(Restored, made=at),
    "erasure": lambda site, at: site.agent.add(Erasure, who=None, before=at, payloads=0),
    "after": lambda site, at: site.agent.add(AgentTick, seats={}, silent=(), after=at),
    "seats": lambda site, at: site.agent.add(AgentTick, seats={"home-pc": at}, silent=()),
    "silent": lambda site, at: site.agent.add(AgentTick, seats={"home-pc": at}, silent=("home-pc",)),
    "off": lambda site, at: site.seats["home-pc"].add(EnforcementOff, id="o", until=at),
    "retired": lambda site, at: site.agent.add(SeatRetired, id="home-pc", heard=at),
}


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("at", BEYOND)
def test_it_is_told(site, seat, tmp_path, field, at):
    seat.alive(site.clock.wall() // MINUTE * MINUTE - MINUTE)
    site.deliver()
    FIELDS[field](site, at)
    site.clock.run(MINUTE)
    site.agent.add(AgentTick, seats={}, silent=())
    site.deliver()
    log = tmp_path / "log.zip"
    log.write_bytes(site.bundle())
    for form in [], ["--json"]:
        assert main([str(log), *form]) == NOT_VERIFIED


@pytest.mark.parametrize("at", BEYOND)
def test_and_so_in_the_ticks_between(site, seat, tmp_path, at):
    """Of a seat that is heard, and never writes."""
    for _ in range(30):
        site.clock.run(5 * MINUTE)
        site.agent.add(AgentTick, seats={"home-pc": site.clock.wall()}, silent=())
    site.agent.add(AgentTick, seats={"home-pc": at}, silent=())
    site.deliver()
    log = tmp_path / "log.zip"
    log.write_bytes(site.bundle())
    assert main([str(log)]) == NOT_VERIFIED
