"""What a play says that it was decided by is what the agent's entries say was in force."""

from __future__ import annotations

import pytest

from compliance.entries.log import AgentTick, Restored
from compliance.entries.place import PackLine, PlaceChanged, PolicyChanged
from compliance.entries.play import Bound, PlayStarted
from compliance.entries.seat import SeatEnrolled
from compliance.verifying.in_force.followed import Followed
from compliance.verifying.in_force.place import Timeline
from i18n.message import plain

HOUR = 3_600_000
COMMON = {"boot": "b", "prev": "", "mono": 0}
LAW, HOURS = PackLine("vn-147", "a" * 64, {"guardian": True}), PackLine("vn-game-point", "b" * 64, {})
LAXER = PackLine("vn-147", "a" * 64, {"guardian": False})


class Told:
    """A point whose seat is heard every five minutes."""

    def __init__(self, *, first=1):
        self.followed = Followed(Timeline())
        self.seq, self.now = first - 1, 0
        self.say(PlaceChanged, place="game-point", zone="Asia/Ho_Chi_Minh", hours="")
        self.put("place", HOURS)
        self.put("guest", LAW)
        self.hours(2)

    def say(self, kind, seat="agent", **fields):
        self.seq += 1
        line = kind(**COMMON, seat=seat, seq=self.seq, wall=self.now, **fields)
        self.followed.timeline.take(line)
        self.followed.wants().get(kind, self.followed.take)("there", line)

    def put(self, target, *packs):
        self.say(PolicyChanged, target=target, packs=packs, house=False)

    def hours(self, hours):
        for _ in range(12 * hours):
            self.now += HOUR // 12
            self.say(AgentTick, seats={"pc": self.now}, silent=())

    def play(self, place="game-point", place_packs=(HOURS,), packs=(LAW,), who="an"):
        bound = Bound(place, "Asia/Ho_Chi_Minh", place_packs, packs, house=False, guardian=True)
        self.say(
            PlayStarted, "pc", who=who, age=9, game="g", label=0, publisher=None, match=(), pid=1, started=1,
            since=self.now, resumed=None, bound=bound,
        )  # fmt: skip

    @property
    def failures(self):
        return [plain(one.what) for one in self.followed.failures()]

    @property
    def behind(self):
        return sum(one.kind == "rules-behind" for one in self.followed.findings())


@pytest.fixture
def told():
    return Told()


def test_what_is_in_force_is_no_contradiction(told):
    told.play()
    told.put("an", LAW)
    told.play()
    told.play(packs=())  # of another pseudonym nobody knows
    assert (told.failures, told.behind) == ([], 0)


@pytest.mark.parametrize(("said", "what"), [
    ({"place": "home"}, "it is of a place that this was not: home"),
    ({"place_packs": ()}, "the packs of the place that it names were not those in force"),
    ({"place_packs": (HOURS, LAW)}, "the packs of the place that it names were not those in force"),
    ({"packs": (LAXER,)}, "its pack vn-147, with its values, was not in force"),
])  # fmt: skip
def test_what_is_not_is_a_failure(told, said, what):
    """Left out, added, or with other values."""
    told.play(**said)
    assert told.failures == [what]


def test_packs_of_a_pseudonym_are_those_that_were_put_on_it(told):
    """On its day."""
    told.put("an", LAW)
    told.hours(2)
    told.play(packs=())
    assert told.failures == ["the packs of the player that it names were not those in force"]


def test_a_seat_may_be_behind_for_a_while(told):
    """A play goes by the last list; an hour later a seat that is heard must have had the next."""
    told.put("place")
    told.play()
    assert (told.failures, told.behind) == ([], 0)
    told.now += HOUR // 2
    told.play()
    assert (told.failures, told.behind) == ([], 1)
    told.hours(2)
    told.play()
    assert (told.failures, told.behind) == (["the packs of the place that it names were not those in force"], 1)


@pytest.mark.parametrize(("restored", "minutes", "fails"), [(True, 0, False), (True, 11, True), (False, 0, True)])
def test_a_seat_knows_more_than_an_agent_that_was_put_back(told, restored, minutes, fails):
    """It goes on as a new seat by the last list that it got, and that its agent never had, until they have talked."""
    if restored:
        told.say(Restored, made=1)
    told.say(SeatEnrolled, id="pc", key="")
    told.now += minutes * HOUR // 60
    told.play(packs=(LAXER,))
    assert (told.failures, told.behind) == ((["its pack vn-147, with its values, was not in force"], 0) if fails else ([], 1))


def test_of_what_the_log_does_not_say_nobody_is_accused():
    """Its beginning is gone, and with it what was put in force there."""
    told = Told(first=500)
    told.play(place_packs=(LAW,), packs=(HOURS, PackLine("x", "c" * 64, {})))
    assert (told.failures, told.behind) == ([], 0)
