"""Who may ask the agent what, over a real pipe: by SIDs the same table as tests/agent/test_auth.py has by uids."""

from __future__ import annotations

import asyncio

import pytest

from agent.api.players import GuardianAdd
from agent.api.rulebook import PlaceSet
from agent.app import routes
from agent.auth import ANY, COURIER, ENROLS, KEEPER, SEAT, STAFF, STRANGER, roles
from tests.windows_callers import ADMINISTRATOR, CHILD, FRIEND, GUARDIAN, NAMES, put_in, refused

SYSTEM = "S-1-5-18"
AGENT = "S-1-5-80-1-2-3-4-5"  # its own virtual account


@pytest.mark.parametrize(("place", "keepers"), [
    ("home", {SYSTEM, AGENT, ADMINISTRATOR, GUARDIAN}), ("game-point", {SYSTEM, AGENT, ADMINISTRATOR}),
])  # fmt: skip
def test_each_operation_by_each_account(desk, home, monkeypatch, place, keepers):
    """A seat's lines are for the agent's own account and LocalSystem, the registry for whoever keeps it, the rest for all."""
    desk.ask("guardian.add", GuardianAdd(name="Mẹ", account="me"))
    desk.ask("place.set", PlaceSet(place=place))
    monkeypatch.setitem(NAMES, AGENT, "giochoi-agent")
    table = routes(desk.agent)
    may = {
        ANY: {*NAMES}, KEEPER: keepers, COURIER: keepers, SEAT: {SYSTEM, AGENT}, ENROLS: {SYSTEM, AGENT}, STRANGER: set(),
        STAFF: keepers,
    }  # fmt: skip

    by_roster = lambda caller: roles(caller, AGENT, desk.roster)  # noqa: E731 - as agent.wiring has it
    found = asyncio.run(refused(home.agent_address, table, by_roster, put_in(monkeypatch), NAMES))

    assert found == {(sid, op) for op, route in table.items() for sid in NAMES if sid not in may[route.role]}
    assert {(CHILD, "player.list"), (FRIEND, "log.export"), (GUARDIAN, "log.submit")} <= found
