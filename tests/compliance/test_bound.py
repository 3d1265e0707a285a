"""What a play says that it was decided by is what the agent's entries say was in force."""

from __future__ import annotations

import pytest

from compliance.entries.log import AgentTick, Restored
from compliance.entries.place import PackLine, PlaceChanged, PolicyChanged
from compliance.entries.play import Bound, PlayStarted
from compliance.entries.seat import IssueRaised, SeatEnrolled, SessionOpened
from compliance.verifying.in_force.followed import Followed
from compliance.verifying.in_force.place import Timeline
from compliance.verifying.wanted import together
from i18n.message import plain

HOUR = 3_600_000
ZONE = "Asia/Ho_Chi_Minh"
COMMON = {"boot": "b", "prev": "", "mono": 0}
LAW, HOURS = PackLine("vn-147", "a" * 64, {"guardian": True}), PackLine("vn-game-point", "b" * 64, {})
OTHER = PackLine("home-balanced", "d" * 64, {})
LAXER = PackLine("vn-147", "a" * 64, {"guardian": False})


class Told:
    """A point whose seat is heard every five minutes."""

    def __init__(self, *, first=1, guest=(LAW,)):
        self.followed = Followed(Timeline())
        self.taking = together((self.followed.hearing.wants(), self.followed.wants()))
        self.seq, self.now = first - 1, 0
        self.zone(ZONE)
        self.put("place", HOURS)
        self.put("guest", *guest)
        self.hours(2)

    def say(self, kind, seat="agent", **fields):
        self.seq += 1
        line = kind(**COMMON, seat=seat, seq=self.seq, wall=self.now, **fields)
        self.followed.timeline.take(line)
        for taking in self.taking.get(kind, (lambda _, line: self.followed.take(line),)):
            taking("there", line)

    def zone(self, zone):
        self.say(PlaceChanged, place="game-point", zone=zone, hours="")

    def put(self, target, *packs):
        self.say(PolicyChanged, target=target, packs=packs, house=False)

    def hours(self, hours):
        for _ in range(12 * hours):
            self.now += HOUR // 12
            self.say(AgentTick, seats={"pc": self.now}, silent=())

    def play(self, place="game-point", place_packs=(HOURS,), packs=(LAW,), who="an", zone=ZONE, age=9):
        bound = Bound(place, zone, place_packs, packs, house=False, guardian=True)
        self.say(
            PlayStarted, "pc", who=who, age=age, game="g", label=0, publisher=None, match=(), pid=1, started=1,
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
    """Of whom nobody knows under today's name: everybody had the law."""
    told = Told()
    told.put("yesterday", LAW)
    return told


def test_what_is_in_force_is_no_contradiction(told):
    told.play()
    told.put("an", LAW)
    told.play()
    told.play(packs=(), who="binh")  # of whom nobody knows; the agent's word comes late
    told.put("binh-tomorrow")
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


NOBODY = "nobody had just the packs of the player that it names"


def test_what_nobody_had_together_nobody_plays_under(told):
    """Left out, or fewer than anybody had; of no age it may be a guest, unless the seat said that it is none."""
    told.put("binh-yesterday", LAW, OTHER)
    told.play(packs=(OTHER,))
    told.play(packs=())
    told.play(packs=(), age=None)
    assert told.failures == ["the packs of the player that it names were not those in force", NOBODY, NOBODY]


@pytest.mark.parametrize(("guest", "packs", "what"), [
    (True, (LAW,), []), (True, (), ["the packs of the player that it names were not those in force"]), (False, (), [NOBODY]),
    (None, (LAW,), []), (None, (), ["the packs of the player that it names were not those in force"]),
])  # fmt: skip
def test_a_guest_has_what_guests_have(guest, packs, what):
    """Nobody is registered."""
    told = Told()
    if guest is not None:
        told.say(SessionOpened, "pc", who="somebody", guest=guest)
    told.play(who="somebody", packs=packs, age=None)
    assert told.failures == what


def test_guests_have_nothing_at_first():
    told = Told(guest=())
    told.play(who="somebody", packs=(), age=None)
    assert (told.failures, told.behind) == ([], 0)


def test_a_seat_goes_by_a_zone_that_the_place_has(told):
    told.play(zone="Asia/Tokyo")
    told.hours(2)
    told.zone("Asia/Tokyo")
    told.play()
    told.play(zone="Asia/Tokyo")
    assert (told.failures, told.behind) == (["it is of a time zone that the place did not have: Asia/Tokyo"], 0)
    told.hours(2)
    told.play()
    assert told.failures[0] == f"it is of a time zone that the place did not have: {ZONE}"


@pytest.mark.parametrize(("days", "behind"), [(6, 0), (8, 1)])
def test_a_seat_that_is_cut_off_goes_by_the_zone_that_it_knew(told, days, behind):
    """For a week nothing is said of it but what could not be added up."""
    told.say(IssueRaised, "pc", id="agent-away")
    told.zone("Asia/Tokyo")
    told.now += days * 24 * HOUR
    told.play()
    assert (told.failures, told.behind) == ([], behind)


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
