"""The place, its hours and the packs of whom, at a moment, from what the agent said."""

from __future__ import annotations

from compliance.entries.log import AgentTick
from compliance.entries.place import PackLine, PlaceChanged, PolicyChanged
from compliance.verifying.in_force.place import GUEST, PLACE, Timeline

DAY = 86_400_000
A, B = PackLine("a", "a" * 64, {}), PackLine("b", "b" * 64, {"hours": "08:00-20:00"})


def told(*lines, first=1):
    """A timeline of the agent's entries (kind, wall, fields)."""
    timeline = Timeline()
    common = {"seat": "agent", "boot": "b", "prev": "", "mono": 0}
    timeline.take(AgentTick(**common, seq=first, wall=0, seats={}, silent=()))
    for seq, (kind, wall, fields) in enumerate(lines, first + 1):
        timeline.take(kind(**{**common, "seq": seq, "wall": wall, **fields}))
    return timeline


def place(wall, place, zone="Asia/Ho_Chi_Minh", hours="", **more):
    return PlaceChanged, wall, {"place": place, "zone": zone, "hours": hours, **more}


def packs(wall, target, *packs, **more):
    return PolicyChanged, wall, {"target": target, "packs": packs, "house": False, **more}


def test_what_was_said_holds_until_something_else_is():
    timeline = told(place(DAY, "game-point"), place(2 * DAY, "home"))
    assert [timeline.place(at) for at in (0, DAY, 2 * DAY - 1, 2 * DAY)] == ["game-point"] * 3 + ["home"]
    assert told().place(0) is None


def test_packs_are_those_of_each_target():
    timeline = told(packs(DAY, PLACE, A), packs(DAY, "child", A, B), packs(2 * DAY, PLACE))
    assert [timeline.packs(PLACE, at) for at in (DAY - 1, DAY, 2 * DAY)] == [(), (A,), ()]
    assert timeline.packs(GUEST, DAY) == ()
    assert [timeline.packs("child", at) for at in (0, 3 * DAY)] == [None, (A, B)]
    assert timeline.packs("another", DAY) is None


def test_a_log_whose_beginning_is_gone_does_not_say_that_nothing_held():
    timeline = told(packs(DAY, PLACE, A), first=40)
    assert [timeline.packs(PLACE, at) for at in (0, DAY)] == [None, (A,)]
    assert timeline.packs(GUEST, DAY) is None


def test_after_a_clock_was_set_back_what_was_said_last_holds():
    timeline = told(place(DAY, "home"), place(9 * DAY, "game-point"), place(2 * DAY, "agent-without-games"))
    assert [timeline.place(at) for at in (DAY, 2 * DAY, 9 * DAY)] == ["home", "agent-without-games", "agent-without-games"]


def test_a_seat_cannot_say_what_the_place_is():
    timeline = told(place(DAY, "game-point"), place(2 * DAY, "home", seat="pc"), packs(2 * DAY, PLACE, A, seat="pc"))
    assert (timeline.place(3 * DAY), timeline.packs(PLACE, 3 * DAY)) == ("game-point", ())
