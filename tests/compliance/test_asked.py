"""Requests and answers in the log: what goes together, and what contradicts itself."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from compliance.audit import Auditor
from compliance.entries.override import Answered, GrantGiven, Requested
from compliance.verifying.table import pairs
from compliance.verifying.table.invariant import Table
from compliance.verifying.table.rows import LEARN
from i18n.message import plain

COMMON = {"seat": "seat-1", "boot": "b", "seq": 1, "prev": "", "mono": 0, "wall": 0}
REQUEST = Requested(**COMMON, id="r1", who="w", game="luanti", program=None, ms=900)
GRANT = GrantGiven(**COMMON, id="g1", who="w", by="guardian", ms=900, game=None, given=0)
YES = Answered(**COMMON, id="r1", who="w", by="guardian", approved=True, let=False, ms=900, grant="g1")
LET = replace(YES, let=True, ms=None, grant=None)
NO = replace(LET, approved=False, let=False)
BACK = replace(NO, by="player")


def failures(*lines):
    table = Table(pairs.ROWS, LEARN, Auditor({})._context)
    for number, line in enumerate(lines):
        table.context.begin(line)
        table.take(f"entry {number}", line)
    table.close()
    found = [plain(one.what) for one in table.findings() if one.kind == "request"]
    return [(one.where, plain(one.what)) for one in table.failures], found


@pytest.mark.parametrize("lines", [
    (REQUEST,), (REQUEST, NO), (REQUEST, BACK), (REQUEST, LET), (REQUEST, GRANT, YES), (REQUEST, GRANT, replace(YES, let=True)),
    (REQUEST, GRANT, YES, replace(NO, seat="seat-2")), (REQUEST, replace(NO, game="luanti", asked=900)),
    (replace(NO, game="luanti", asked=900), REQUEST), (replace(REQUEST, game=None, program="00"), LET),
])  # fmt: skip
def test_what_goes_together(lines):
    assert failures(*lines) == ([], [])


@pytest.mark.parametrize(("lines", "said"), [
    ((REQUEST, replace(REQUEST, seat="seat-2")), "another request"),
    ((REQUEST, YES), "what was approved"),
    ((REQUEST, replace(GRANT, ms=901), YES), "what was approved"),
    ((REQUEST, replace(GRANT, seat="seat-2"), YES), "what was approved"),
    ((REQUEST, GRANT, replace(YES, approved=False)), "what was approved"),
    ((REQUEST, replace(NO, approved=True)), "what was approved"),
    ((REQUEST, replace(NO, let=True)), "what was approved"),
    ((REQUEST, replace(LET, ms=900)), "what was approved"),
    ((REQUEST, replace(LET, by="player")), "what was approved"),
])  # fmt: skip
def test_what_contradicts_itself(lines, said):
    ((where, what),), _ = failures(*lines)
    assert (where, said in what) == (f"entry {len(lines) - 1}", True)


@pytest.mark.parametrize(("request_", "answer"), [
    (REQUEST, replace(NO, game="luanti", asked=901)), (REQUEST, replace(NO, game=None, asked=900)),
    (replace(REQUEST, ms=901), replace(NO, game="luanti", asked=900)),
])  # fmt: skip
def test_an_answer_to_something_else_is_told(request_, answer):
    for lines in (request_, answer), (answer, request_):
        ((), (what,)) = failures(*lines)
        assert what == "it answers another request than the entry of that tells"


def test_an_answer_to_nothing_is_told():
    """It may stand before its request, where another seat's line came late."""
    assert failures(NO)[1] == ["no entry tells of the request that it answers"]
    assert failures(NO, REQUEST) == ([], [])
