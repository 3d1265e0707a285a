"""What only the agent may say: in a seat's chain each such entry is a failure, and the agent takes none of a seat."""

from __future__ import annotations

import pytest

from compliance import entry
from compliance.entries.log import AgentTick, Erasure, Pruned, Restored
from compliance.entries.override import Approval, ApprovalEnded
from compliance.entries.place import (
    CheckedIn,
    CheckedOut,
    GameChanged,
    GameFacts,
    GuardianChanged,
    PlaceChanged,
    PolicyChanged,
    StaffChanged,
)
from compliance.entries.program import ProgramsChanged
from compliance.entries.seat import SeatEnrolled, SeatNamed, SeatRetired
from compliance.format.chain import AGENT
from compliance.note import Signer
from i18n.message import plain

FACTS = GameFacts(label=18, system="VN", learning=False)
KEY = Signer("seat-b", bytes(31) + b"\x09").vkey
SAID = {
    SeatEnrolled: {"id": "seat-b", "key": KEY},
    SeatNamed: {"id": "home-pc", "name": "07"},
    SeatRetired: {"id": "home-pc", "heard": None},
    PlaceChanged: {"place": "home", "zone": "UTC", "hours": ""},
    PolicyChanged: {"target": "place", "packs": (), "house": False},
    GuardianChanged: {"registered": 0},
    StaffChanged: {"role": "staff", "how": "added"},
    CheckedIn: {"id": "c", "at": "home-pc", "who": "child", "age": None, "how": "guest"},
    CheckedOut: {"id": "d", "how": "out"},
    Approval: {"id": "a", "who": "child", "game": "luanti"},
    ApprovalEnded: {"id": "b"},
    GameChanged: {"game": "luanti", "before": None, "after": FACTS},
    ProgramsChanged: {"who": "child", "unknown": "listed", "let": (), "interpreters": (), "players": 0},
    AgentTick: {"seats": {}, "silent": ()},
    Erasure: {"who": "child", "before": None, "payloads": 0},
    Restored: {"made": 1},
    Pruned: {"end": 256, "kept": ""},
}


@pytest.mark.parametrize("kind", SAID, ids=lambda kind: kind.__struct_config__.tag)
def test_a_seat_does_not_say_it(site, seat, audit, kind):
    """With nothing of it in force, though its seals hold: no check goes by it."""
    site.agent.add(Approval, id="b", who="child", game="luanti")
    site.agent.add(CheckedIn, id="d", at="home-pc", who="child", age=None, how="guest")
    before = audit().audit
    seat.add(kind, **SAID[kind])
    report = audit()
    assert (report.audit.findings, report.audit.overview.overridden) == (before.findings, before.overview.overridden)
    assert [plain(one.what) for one in report.failures] == ["only the agent can say this, not a seat"]
    assert {one.seat for one in report.audit.findings if one.kind in {"place-changed", "policy-changed"}} <= {AGENT}


def test_these_are_all():
    """What an agent refuses is what a verifier does: else one seat could spoil the whole log."""
    assert set(SAID) == entry.AGENTS
