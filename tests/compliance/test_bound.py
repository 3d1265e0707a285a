"""What a play says that it was decided by is what the agent's entries said at some time."""

from __future__ import annotations

import pytest

from compliance.entries.log import Restored
from compliance.entries.place import PackLine, PlaceChanged, PolicyChanged
from compliance.entries.play import Bound
from compliance.entries.seat import SessionOpened
from i18n.message import plain
from tests.compliance.conftest import ZONE

LAW, HOURS = PackLine("vn-147", "a" * 64, {"guardian": True}), PackLine("vn-game-point", "b" * 64, {})
LAXER = PackLine("vn-147", "a" * 64, {"guardian": False})
NOBODY = "nobody had just the packs of the player that it names"
SAID = (
    "it is of a place that this was not", "it is of a time zone", "the packs of the place that it names", NOBODY,
    "the pack of its rule",
)  # fmt: skip


@pytest.fixture
def point(site, seat, audit):
    """A game point, where each player and guest has the law."""
    site.agent.add(PlaceChanged, place="game-point", zone=ZONE, hours="")
    for target, pack in (("place", HOURS), ("guest", LAW), ("yesterday", LAW)):
        site.agent.add(PolicyChanged, target=target, packs=(pack,), house=False)
    return site


def found(audit):
    return [text for one in audit().failures if (text := plain(one.what)).startswith(SAID)]


def play(seat, place="game-point", place_packs=(HOURS,), packs=(LAW,), zone=ZONE, *, who="an", age=9):
    """As the seat says it, whatever the agent said."""
    told = Bound(place, zone, place_packs, packs, house=False, guardian=True)
    seat.site.bind = lambda _: None
    seat.end(seat.begin(who, age=age, bound=told))


def test_what_was_said_is_no_contradiction(point, seat, audit):
    """A seat may not have heard of a change for days; and the agent's word may come late."""
    play(seat)
    point.agent.add(PolicyChanged, target="place", packs=(), house=False)
    play(seat)
    play(seat, packs=(), who="binh")
    point.agent.add(PolicyChanged, target="binh-tomorrow", packs=(), house=False)
    assert found(audit) == []


@pytest.mark.parametrize(("said", "what"), [
    ({"place": "agent-without-games"}, "it is of a place that this was not: Internet agent without games"),
    ({"zone": "Asia/Tokyo"}, "it is of a time zone that the place did not have: Asia/Tokyo"),
    ({"place_packs": (HOURS, LAW)}, "the packs of the place that it names were not those in force"),
    ({"packs": (LAXER,)}, NOBODY),
    ({"packs": ()}, NOBODY),
])  # fmt: skip
def test_what_was_never_said_is_a_failure(point, seat, audit, said, what):
    """Left out, added, or with other values."""
    play(seat, **said)
    assert found(audit) == [what]


@pytest.mark.parametrize(("guest", "packs", "what"), [
    (True, (LAW,), []), (True, (LAXER,), [NOBODY]), (False, (), [NOBODY]), (None, (LAW,), []), (None, (), []),
])  # fmt: skip
def test_a_guest_has_what_guests_have(point, seat, audit, guest, packs, what):
    """At first nothing; of no age it may be a guest, unless the seat said that it is none."""
    if guest is not None:
        seat.add(SessionOpened, who="somebody", guest=guest)
    play(seat, who="somebody", packs=packs, age=None)
    assert found(audit) == what


def test_a_seat_knows_more_than_an_agent_that_was_put_back(point, seat, audit):
    point.agent.add(Restored, made=1)
    play(seat, packs=(LAXER,))
    assert found(audit) == []
