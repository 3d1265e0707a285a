"""What the agent says of its registry has to go together. Here its key is in false hands."""

from itertools import pairwise

import pytest

from compliance.entries.override import Approval, ApprovalEnded
from compliance.entries.place import GameChanged, GameFacts
from i18n.message import plain

MINUTE = 60_000


def facts(label, system="VN", *, learning=False):
    return GameFacts(label, system, learning)


def said(report):
    return [plain(one.what) for one in report.failures]


def noted(report):
    return [plain(one.what) for one in report.audit.findings if one.kind != "not-decidable"]


@pytest.fixture
def change(site):
    def changed(before, after, game="luanti"):
        site.clock.run(MINUTE)
        return site.agent.add(GameChanged, game=game, before=before, after=after)

    return changed


def play(seat, label, **other):
    seat.site.clock.run(MINUTE)
    begun = seat.begin(label=label, **other)
    seat.site.clock.run(MINUTE)
    seat.end(begun)


# --- contradictions -------------------------------------------------------------------------------------------------------


def test_changes_that_go_together_are_no_news(change, audit):
    """A label is higher, and read better from its source than an older version did."""
    change(None, facts(12, None))
    change(facts(12, "PEGI"), facts(16, "PEGI"))
    change(None, facts(12), game="other")
    report = audit()
    assert (said(report), noted(report)) == ([], [])


@pytest.mark.parametrize("ended", [["never"], ["a", "a"]])
def test_only_an_approval_that_holds_can_end(site, audit, ended):
    site.agent.add(Approval, id="a", who="child", game="luanti")
    for id_ in ended:
        site.agent.add(ApprovalEnded, id=id_)
    assert said(audit()) == ["no approval with its id holds"]


def test_an_approval_is_another_one_each_time(site, audit):
    for _ in range(2):
        site.agent.add(Approval, id="a", who="child", game="luanti")
    assert said(audit()) == ["there is another approval with its id"]


# --- labels ---------------------------------------------------------------------------------------------------------------


def test_a_label_that_was_lowered_for_a_while_is_told(site, seat, change, audit):
    change(None, facts(18))
    change(facts(18), facts(0))
    play(seat, 0)
    play(seat, 0)
    change(facts(0), facts(18))
    play(seat, 18, who="brother", age=19)
    report = audit()
    (told,) = noted(report)
    assert report.ok
    assert told.startswith("the label of luanti was changed from VN18 to VN00 on ")
    assert told.endswith("; 2 plays under it")


@pytest.mark.parametrize(("steps", "told"), [
    ([None, facts(18), None, facts(0)], ["VN18 to the catalogue's or none", "VN18 to VN00"]),
    ([None, facts(18), facts(0), facts(1), facts(18), facts(16)], ["VN18 to VN00", "VN18 to VN01", "VN18 to VN16"]),
    ([None, facts(12), facts(18, "PEGI"), facts(18), facts(12, "PEGI")], ["VN12 to 18+ (PEGI)", "VN18 to 12+ (PEGI)"]),
    ([None, facts(0), facts(18, "PEGI"), facts(0)], ["VN00 to 18+ (PEGI)", "18+ (PEGI) to VN00"]),
    ([None, facts(12), facts(16), facts(18)], []),
    ([None, facts(None, None), facts(0)], []),
])  # fmt: skip
def test_each_way_to_a_laxer_label_is_told(change, audit, steps, told):
    for before, after in pairwise(steps):
        change(before, after)
    report = audit()
    assert report.ok
    assert [one.partition(" from ")[2].partition(" on ")[0] for one in noted(report)] == told
