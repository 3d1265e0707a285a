"""What staff gives and answers at the counter's PC, for customers at others."""

from __future__ import annotations

import asyncio

import pytest

from agent.api.checkins import CheckIn, Move, WhoPlays
from agent.api.players import LimitSet, PlayerAdd
from agent.api.rulebook import PlaceSet
from agent.api.seats import SeatName
from agent.api.staff import StaffAdd
from agent.registering import checkins
from compliance import bundle
from compliance.verify import verify
from daemon.api import asking as a
from daemon.api import messages as m
from daemon.deciding.gate_answers import GateAnswers
from host.wire import ApiError
from i18n.catalogue import Catalogue
from i18n.message import plain
from tests.daemon.cafe_day import OPENS
from tests.daemon.test_api import CHILD, FRIEND, ROOT
from tests.daemon.whole_place import WholePlace
from tests.daemon.world import HOUR, MINUTE
from words.extra_time import follows

EN = Catalogue("en")


class Place(WholePlace):
    """A café whose guests have half an hour each, in the morning: the counter and two more PCs."""

    def begin(self):
        self.agent_on()
        self.ask(PlaceSet(place="game-point", name="Net Sao Mai", certificate="12/GCN", owner="Trần Thị Mai"))
        self.ask(LimitSet(player="guest", ms=30 * MINUTE))
        self.start_all()
        for number, pc in enumerate(self.pcs, 1):
            self.ask(SeatName(seat=self.seat(pc), name=f"PC{number}"))
        self.all_hear()

    def seat(self, pc):
        self.pc = pc
        return self._seat()

    def all_hear(self):
        for pc in (*self.pcs, *self.pcs):
            self.sync(pc)

    def checks_in(self, pc, **whom):
        self.counter(checkins.check_in, CheckIn(seat=self.seat(pc), **whom))
        self.all_hear()

    def at(self, pc, op, request, caller=ROOT):
        with pc.powered():
            answer = asyncio.run(pc.world.daemon.routes[op].handler(caller, request))
        self.all_hear()
        return answer

    def guest_at(self, pc):
        return next(one.player.id for one in self.ask(WhoPlays()).seats if one.name == f"PC{self.pcs.index(pc) + 1}")

    def left(self, pc):
        """Minutes that whoever plays at the PC still has."""
        why = self.at(pc, "why", m.WhyGet(player="guest"))
        return (why.decision.until - pc.clock.wall()) / MINUTE


@pytest.fixture
def place(tmp_path, make_clock, monkeypatch):
    monkeypatch.setattr(GateAnswers, "renew", lambda *_, **__: None)  # there is no gate here
    made = Place(tmp_path, 1, make_clock, monkeypatch, pcs=3, begun=OPENS + HOUR)
    made.begin()
    yield made
    made.close()


def test_time_that_is_given_at_the_counter_counts_where_the_customer_is_and_goes_with_them(place):
    counter, second, third = place.pcs
    place.checks_in(second)
    visitor = place.guest_at(second)
    assert place.left(second) == 30
    answer = place.at(counter, "grant.add", m.GrantAdd(player="pc2", ms=15 * MINUTE))
    assert EN(follows(answer)) == f"15 min more for guest {visitor[8:]} at PC2; until when shows: giochoi who"
    assert place.left(second) == 45
    place.counter(checkins.move, Move(seat=place.seat(second), to=place.seat(third)))
    place.all_hear()
    assert (place.left(third), place.guest_at(third)) == (45, visitor)
    place.at(counter, "grant.revoke", m.GrantRevoke(id=answer.id))
    assert place.left(third) == 30
    report = verify(bundle.parse(place.export()), now=counter.clock.wall())
    assert [f"{plain(one.where)}: {plain(one.what)}" for one in report.failures] == []


def test_a_registered_customer_is_given_time_by_name(place):
    """Who is checked in nowhere, too, at the counter itself."""
    counter, second, _ = place.pcs
    place.ask(PlayerAdd(name="An", born="2014-05-01"))
    place.ask(LimitSet(player="an", ms=20 * MINUTE))
    place.checks_in(second, player="an")
    assert place.at(counter, "grant.add", m.GrantAdd(player="An", ms=15 * MINUTE)).at == "PC2"
    assert place.left(second) == 35


def test_what_is_left_at_another_pc_is_not_known_at_the_counter(place):
    counter, second, _ = place.pcs
    place.checks_in(second)
    with pytest.raises(ApiError, match="giochoi grant 'PC2' 15"):
        place.at(counter, "grant.extend", m.GrantExtend(player="PC2", until=10 * HOUR))
    with pytest.raises(ApiError, match="no player 'PC3'"):
        place.at(counter, "grant.add", m.GrantAdd(player="PC3", ms=15 * MINUTE))


def test_what_a_customer_asks_for_is_answered_at_the_counter(place):
    """Time for themselves; a game for all who are not registered."""
    counter, second, _ = place.pcs
    place.checks_in(second)
    place.at(second, "request.add", a.RequestAdd(ms=15 * MINUTE), CHILD)
    place.at(second, "request.add", a.RequestAdd(ms=15 * MINUTE, game="teeworlds"), CHILD)
    asked = place.at(counter, "request.list", a.RequestsGet()).requests
    game, minutes = sorted(asked, key=lambda one: one.ms)
    assert place.at(counter, "request.approve", a.RequestApprove(id=minutes.id)).at == "PC2"
    assert place.left(second) == 45
    with pytest.raises(ApiError, match="game allow guest teeworlds"):
        place.at(counter, "request.approve", a.RequestApprove(id=game.id))


def test_staff_gives_time_and_answers_and_no_more(place):
    """From an ordinary account of the counter's PC, at no other, and never to themselves."""
    counter, second, _ = place.pcs
    place.ask(StaffAdd(name="Lan", account="friend"))
    place.checks_in(second)
    give, pause = m.GrantAdd(player="PC2", ms=15 * MINUTE), a.Pause(player="guest", until=None)
    given = place.at(counter, "grant.add", give, FRIEND)
    place.at(second, "request.add", a.RequestAdd(ms=15 * MINUTE), CHILD)
    (asked,) = place.at(counter, "request.list", a.RequestsGet(), FRIEND).requests
    place.at(counter, "request.approve", a.RequestApprove(id=asked.id), FRIEND)
    assert place.left(second) == 60
    assert {one.who for one in place.at(counter, "grant.list", m.GrantsGet(), FRIEND).grants} == {"Lan"}
    place.at(counter, "grant.revoke", m.GrantRevoke(id=given.id), FRIEND)
    assert place.left(second) == 45
    for pc, op, request, caller, why in (
        (counter, "grant.add", m.GrantAdd(player="guest", ms=MINUTE), FRIEND, "themselves"),
        (counter, "pause", pause, FRIEND, "only a guardian"),
        (counter, "grant.add", give, CHILD, "only a guardian"),
        (second, "grant.add", m.GrantAdd(player="guest", ms=MINUTE), FRIEND, "only a guardian"),
    ):
        with pytest.raises(ApiError, match=why):
            place.at(pc, op, request, caller)
    place.ask(StaffAdd(name="Lan", account="friend", role="operator"))
    place.all_hear()
    assert place.at(counter, "pause", pause, FRIEND).changed
