"""What is over no longer counts, and what one seat says of a game others say, too."""

import pytest
from msgspec import UNSET

from compliance.entries.override import Answered, Approval, ApprovalEnded, Requested
from compliance.entries.place import GameChanged, GameFacts
from compliance.entries.seat import IssueRaised, SeatStart
from tests.compliance.telling import played, said, told
from tests.compliance.test_followed import ticks

MINUTE = 60_000
LET = "it takes the game as let through, which it was no longer (1 time)"
LEARNT = "its play does not count, as the house no longer said of the game (1 time)"
OTHERS = "the label or the publisher of a game is another than at another seat, and no entry says why (1 time)"
COUNTED, UNCOUNTED = GameFacts(None, None, False), GameFacts(None, None, True)


def approve(site, id):
    site.agent.add(Approval, id=id, who="child", game="luanti")


@pytest.fixture
def let(site, seat):
    """Let through, and no longer."""
    approve(site, "a1")
    site.agent.add(ApprovalEnded, id="a1")
    site.deliver()


@pytest.mark.parametrize("how", ["played", "refused"])
def test_what_is_let_through_no_longer_does_not_count(site, seat, let, audit, how):
    ticks(site, 75)
    if how == "played":
        seat.end(played(seat, 5, approved=True))
    else:
        seat.refuse(site.house(0), approved=True)
    report = audit()
    assert (said(report), told(report, "let-no-longer")) == ([], [LET])


@pytest.mark.parametrize("why", ["soon", "not heard", "cut off", "another", "anew", "anew, late", "answered here"])
def test_a_seat_that_goes_by_what_it_knows_is_not_accused(site, seat, let, audit, why):
    """It has not got the list yet; the game is let through for another, or once more, or was at the seat itself just now."""
    if why == "cut off":
        seat.add(IssueRaised, id="agent-away")
    if why in {"another", "anew"}:
        approve(site, "a2")
    if why == "not heard":
        site.clock.run(75 * MINUTE)
    else:
        ticks(site, 20 if why == "soon" else 75)
    if why == "answered here":
        seat.add(Requested, id="r", who="child", game="luanti", program=None, ms=0)
        seat.add(Answered, id="r", who="child", by="guardian", approved=True, let=True, ms=None, grant=None)
    seat.end(played(seat, 5, approved=True))
    site.deliver()
    if why == "anew, late":
        approve(site, "a2")
    assert told(audit(), "let-no-longer") == []


@pytest.mark.parametrize(("minutes", "found"), [(75, [LEARNT]), (20, [])])
def test_what_counts_again_counts(site, seat, audit, minutes, found):
    site.agent.add(GameChanged, game="luanti", before=None, after=UNCOUNTED)
    ticks(site, 75)
    seat.end(played(seat, 5, learning=True))
    site.agent.add(GameChanged, game="luanti", before=UNCOUNTED, after=COUNTED)
    ticks(site, minutes)
    seat.end(played(seat, 5, learning=True))
    assert told(audit(), "learning") == found


@pytest.mark.parametrize(("why", "found"), [
    ("made up", [OTHERS]), ("soon", []), ("changed", []), ("new version", []), ("cut off", []), ("a new list", []),
    ("older", []),
])  # fmt: skip
def test_seats_have_the_same_list_of_games(site, seat, audit, why, found):
    """By turns, each of which must have had what the other went by; a new version brings another list, once."""
    other = site.enrol("pc-2")
    other.start()
    for label, one in ((12, seat), (0, other), (0 if why == "a new list" else 12, seat)):
        for _ in range(4 if why == "soon" else 15):
            ticks(site, 5, one.name)
        if why == "new version":
            other.add(SeatStart, version=f"2.{label}", watch="gate", clean=True, lost_from=None)
        if why == "cut off":
            other.add(IssueRaised, id="agent-away")
        one.end(played(one, 1, label=label, system=UNSET if why == "older" else "VN"))
    if why == "changed":
        site.agent.add(GameChanged, game="luanti", before=None, after=GameFacts(12, "VN", False))
    assert told(audit(), "labels") == found
