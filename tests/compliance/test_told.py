"""What the agent says of its registry has to go together. Here its key is in false hands."""

from itertools import pairwise

import pytest

from compliance.entries.override import Approval, ApprovalEnded
from compliance.entries.place import GameChanged, GameFacts, GuardianChanged
from compliance.entries.play import PlayStarted
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


@pytest.mark.parametrize("lie", [None, facts(0), facts(18, learning=True), facts(None)])
def test_a_change_begins_where_the_last_one_ended(change, audit, lie):
    change(None, facts(18))
    change(lie, facts(18))
    assert said(audit()) == ["it is not what was said of luanti before that it changes"]


def test_what_was_before_the_first_change_is_the_agents_word(change, audit):
    """An older version had games without an entry."""
    change(facts(None, None, learning=True), facts(None, None, learning=True))
    report = audit()
    assert report.ok
    assert noted(report) == ["no entry before it says what the house had said of luanti"]


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


@pytest.mark.parametrize(("counts", "fails", "notes"), [
    ((1, 1, 2, 1, 0), 0, 0), ((0,), 0, 0), ((1, 99), 1, 0), ((3, 1), 1, 1), ((99,), 0, 1), ((-1,), 1, 0), ((0, -1), 1, 0),
])  # fmt: skip
def test_guardians_come_and_go_one_by_one(site, audit, counts, fails, notes):
    for registered in counts:
        site.clock.run(1)
        site.agent.add(GuardianChanged, registered=registered)
    report = audit()
    assert (len(said(report)), len(noted(report))) == (fails, notes)


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


@pytest.mark.parametrize(("label", "system", "told"), [
    (18, "VN", []), (0, "VN", ["VN00"]), (18, "PEGI", ["18+ (PEGI)"]), (None, None, ["–"]),
])  # fmt: skip
def test_a_play_under_another_label_than_the_houses_is_told(site, seat, audit, change, label, system, told):
    """Once, however often. Its seat may have had an older list: no failure."""
    change(None, facts(18))
    for who in ("child", "sister"):
        site.clock.run(MINUTE)
        seat.add(
            PlayStarted, who=who, age=12, game="luanti", label=label, system=system, publisher=None,
            match=("content",), pid=1, started=1, since=site.clock.wall(), resumed=None,
        )  # fmt: skip
    report = audit()
    assert report.ok
    said_of_two = "2 plays of luanti from here on with the label {}, but the house had said VN18"
    assert noted(report) == [said_of_two.format(one) for one in told]


def test_a_play_right_after_the_change_is_told(site, seat, audit, change):
    change(None, facts(18))
    seat.begin(label=0)
    assert len(noted(audit())) == 1


def test_plays_before_the_change_and_of_the_catalogues_label_are_no_news(site, seat, audit, change):
    """Though the agent's entries lie before those of the seat in the log, and though the clocks differ a little."""
    play(seat, 0)
    site.agent.add(GameChanged, game="luanti", before=None, after=facts(12))
    play(seat, 12)
    begun = seat.begin(label=16)
    site.clock.run(1_000)
    site.agent.add(GameChanged, game="luanti", before=facts(12), after=facts(16))
    seat.end(begun)
    play(seat, 0, game="other")
    report = audit()
    assert (said(report), noted(report)) == ([], [])
