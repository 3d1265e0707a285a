"""giochoi seat: which PCs there are, and those that are gone for good."""

from __future__ import annotations

import json

import pytest

from agent.api.seat import Enrol
from compliance.note import Signer
from host.homes import server_home
from host.rpc_client import ask


@pytest.fixture(scope="module")
def agent(servers, giochoi_in):
    servers.start("agent")
    address = server_home(str(servers.home)).agent_address
    for number in (1, 2):
        name = f"seat-{number}"
        ask(address, Enrol(seat=name, key=Signer(name, name[-1].encode() * 32).vkey))
    return giochoi_in(servers.home)


def seats(agent):
    return {one["id"]: one for one in json.loads(agent("seat", "list", "--json").stdout)["seats"]}


def test_a_pc_from_first_to_last(agent):
    """Listed, refused while it reports, retired with a reason, and not twice."""
    shown = seats(agent)
    assert shown.keys() == {"seat-1", "seat-2"}
    assert shown["seat-1"].keys() == {
        "id", "name", "pc", "player", "anchored", "last_seen", "watch", "version", "unsent", "issues",
        "key", "key_id", "enrolled", "heard", "reporting", "follows", "retired",
    }  # fmt: skip
    assert shown["seat-1"]["key"].split("+")[1] == shown["seat-1"]["key_id"]
    assert (shown["seat-1"]["reporting"], shown["seat-1"]["retired"]) == (True, None)
    assert shown["seat-1"]["enrolled"].endswith("+07:00")

    assert "add --yes" in agent.fails(2, "seat", "retire", "seat-1")
    assert "still in use" in agent.fails(1, "seat", "retire", "seat-1", "--yes")
    assert seats(agent) == shown
    done = agent("seat", "retire", "seat-1", "--yes", "--reporting", "--reason", "sold")
    assert (done.returncode, done.stdout) == (0, "seat-1 is retired; what it recorded stays in the log\n")
    assert "was retired on" in agent.fails(1, "seat", "retire", "seat-1", "--yes")

    gone = seats(agent)["seat-1"]["retired"]
    assert (gone["reason"], gone["at"].endswith("+07:00"), bool(gone["by"])) == ("sold", True, True)
    lines = agent("seat", "list").stdout
    assert ("«sold»" in lines, f"by {gone['by']}" in " ".join(lines.split()), "reports" in lines) == (True, True, True)
    log = agent("log", "show").stdout
    assert ("PC retired" in log, "reason: sold" in log, "last heard: " in log) == (True, True, True)


def test_a_pc_that_nobody_knows(agent):
    """Says where they stand."""
    assert "giochoi seat list" in agent.fails(2, "seat", "retire", "seat-9", "--yes")
