"""Extra time as the seat keeps it: made here or heard of, each event once, over restarts, and what the agent has of it."""

from __future__ import annotations

from contextlib import suppress

import msgspec
import pytest

from agent.api.asked import RequestAnswer
from agent.api.roster import GrantEvent
from daemon.api import asking as a
from daemon.api import messages as m
from daemon.grants import Grants
from daemon.store import Store
from host.wire import ApiError
from rules.packs.shipped import shipped_packs
from rules.parse import parse_pack
from tests.daemon.test_api import CHILD, ask
from tests.daemon.world import HOUR, MINUTE, NOON, limit, roster


@pytest.fixture
def store(tmp_path):
    opened = Store(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def grants(store):
    return Grants(store)


def event(id_="g1", **more) -> GrantEvent:
    return GrantEvent(**{"id": id_, "player": "an", "by": "guardian", "who": "me", "ms": MINUTE, "given": NOON, **more})


def give(grants, made):
    """As whoever gives it at the seat."""
    with grants._store.transaction():
        grants.keep(made)


def test_what_was_made_here_waits_for_the_agent(store, grants):
    """Also over a restart; what came from the agent does not."""
    give(grants, event("g2"))
    give(grants, event("g1"))
    grants.merge([event("g3")])
    grants.write()
    for known in (grants, Grants(store)):
        assert [one.id for one in known.unsent()] == ["g1", "g2"]
    grants.mark_sent([event("g1")])
    grants.write()
    for known in (grants, Grants(store)):
        assert [one.id for one in known.unsent()] == ["g2"]
        assert {one.id for one in known.all()} == {"g1", "g2", "g3"}


def test_what_changed_while_it_went_up_goes_up_once_more(grants):
    """Revoked here while the agent was handed the grant."""
    give(grants, event())
    sent = grants.unsent()
    give(grants, event(revoked=NOON + 1))
    grants.mark_sent(sent)
    assert grants.unsent() == (event(revoked=NOON + 1),)


def test_a_revocation_stands_on_whichever_side_it_was_made(grants):
    """Whatever the other side says of it later."""
    give(grants, event("here"))
    give(grants, event("here", revoked=NOON + 1))
    there = event("there", revoked=NOON + 2)
    for news in (event("there"), there, event("there")):
        grants.merge([event("here"), news])
    assert {one.id: one.revoked for one in grants.all()} == {"here": NOON + 1, "there": NOON + 2}


def test_a_transaction_that_did_not_happen_gave_nothing(store, grants):
    """What is given here counts once it is stored."""
    give(grants, event("g1"))
    with suppress(ZeroDivisionError), store.transaction():
        grants.keep(event("g2"))
        1 // 0  # noqa: B018 - fails
    assert grants.all() == Grants(store).all() == (event("g1"),)


def test_what_a_transaction_left_out_is_in_the_next(store, grants):
    """A grant that came, a revocation, and that the agent has one."""
    give(grants, event("mine"))
    grants.merge([event("here")])
    grants.write()
    grants.merge([event("here", revoked=NOON + 1), event("there")])
    grants.mark_sent(grants.unsent())
    store.db.execute("BEGIN")
    grants.write()
    store.db.execute("ROLLBACK")
    assert [one.revoked for one in Grants(store).all()] == [None, None]
    grants.write()
    assert (set(Grants(store).all()), Grants(store).unsent()) == (set(grants.all()), ())


def test_what_is_stored_already_is_not_written_again(store, grants):
    """However many there are: each roster brings them all."""
    grants.merge([event("g1"), event("g2")])
    grants.write()
    before = store.db.total_changes
    grants.write()
    assert store.db.total_changes == before


def test_what_may_count_is_handed_out(grants):
    """A player's own, unless it was revoked, of this day or reaching into it."""
    given = [
        event("now"), event("reaches", given=NOON - HOUR - MINUTE, ms=2 * MINUTE), event("over", given=NOON - HOUR - MINUTE),
        event("revoked", revoked=NOON), event("binh", player="binh"),
    ]  # fmt: skip
    grants.merge(given)
    assert [one.id for one in grants.of("an", NOON - HOUR)] == ["now", "reaches"]
    assert [one.id for one in grants.of("an", NOON - 2 * HOUR)] == ["now", "reaches", "over"]
    (one,) = grants.of("binh", NOON - HOUR)
    assert (one.by, one.ms, one.game, one.given) == ("guardian", MINUTE, None, NOON)


def many(now, days, count=100):
    """So many on each of the last days."""
    return [event(f"{day}-{n}", given=now - day * 24 * HOUR - n) for day in range(days) for n in range(count)]


def test_what_lapsed_leaves_memory_and_stays_in_the_store(store, grants):
    """It comes back with no list, of whichever length; nothing is forgotten that the agent does not have, or the disk."""
    give(grants, event("mine", given=NOON - 99 * 24 * HOUR))
    grants.merge(many(NOON, 8), NOON)
    grants.forget(NOON)
    assert len(grants._events) == 801  # none of it is stored yet
    grants.write()
    for known in (grants, Grants(store, NOON)):
        known.forget(NOON)
        for _ in range(2):
            assert len(known._events) <= 401
            assert "mine" in known._events
            known.merge(many(NOON, 8), NOON)
        assert len(known.all()) == 801


def test_a_lapsed_grant_that_is_taken_back_is_stored_so(store, grants):
    """And one that comes a week late is stored at all."""
    old = event("old", given=NOON - 9 * 24 * HOUR)
    grants.merge([old], NOON)
    grants.write()
    grants.forget(NOON)
    grants.merge([msgspec.structs.replace(old, revoked=NOON)], NOON)
    grants.forget(NOON)  # the store has it, but not so
    grants.write()
    assert [one.revoked for one in Grants(store).all()] == [NOON]


def test_the_rules_are_asked_with_todays_alone(world):
    """Grants of the days before cost no beat anything, and given time of yesterday is no more today's."""
    packs = (limit(10),)
    world.start(roster(packs=packs, grants=tuple(many(world.clock.wall(), 8))))
    player = world.daemon.in_force.people.players[0]
    ruling = world.daemon._judge.rule(player, None, world.daemon.loop.read())
    assert {one.id.partition("-")[0] for one in ruling.facts.grants} == {"0"}
    assert len(world.daemon._grants._events) <= 401
    world.pass_time(24 * HOUR)
    ruling = world.daemon._judge.rule(player, None, world.daemon.loop.read())
    assert ruling.facts.grants == ()
    assert len(world.daemon._grants._events) <= 301
    assert len(world.daemon._grants.all()) == 800


def test_they_are_listed_by_when_they_were_given(grants):
    """Whatever their ids."""
    events = [event("b", given=NOON), event("a", given=NOON + 1), event("c", given=NOON - 1)]
    grants.merge(events)
    assert [one.id for one in grants.all()] == ["c", "b", "a"]
    assert msgspec.structs.asdict(grants.all()[1]) == msgspec.structs.asdict(events[0])


def test_who_manages_a_public_place_gives_time_as_its_staff(world):
    """No parent's yes is theirs to give: what only a guardian may relax goes on binding, and the answer says so."""
    law = parse_pack(shipped_packs()["vn-147"], "vn-147", {"guardian": "false"})
    world.start(roster(place="game-point", packs=(law,)))
    world.platform.run(1)
    given = ask(world, "grant.add", m.GrantAdd(player="an", ms=90 * MINUTE))
    assert (given.id, given.after, ask(world, "grant.list", m.GrantsGet()).grants) == (None, given.before, ())
    assert not world.journal("grant.given")
    with pytest.raises(ApiError, match="nothing changed"):
        ask(world, "grant.extend", m.GrantExtend(player="an", until=20 * HOUR))


def test_what_ends_with_a_roster_is_written_with_the_word_of_it(world, monkeypatch):
    """Here another answer that came first; else a power cut between both would have the log told twice."""

    class PowerCut(BaseException):
        pass

    def cut(*_):
        raise PowerCut

    world.start(roster(packs=(limit(0),)))
    id_ = ask(world, "request.add", a.RequestAdd(ms=MINUTE), CHILD).id
    asked = world.daemon._requests.find(id_)
    no = RequestAnswer(approved=False, by="guardian", who="Mẹ", at=world.clock.wall())
    world.clock.run(1000)
    ask(world, "request.approve", a.RequestApprove(id=id_))
    other = msgspec.structs.replace(roster(2, packs=(limit(0),)), requests=(msgspec.structs.replace(asked, answer=no),))
    with monkeypatch.context() as patched:
        patched.setattr(Grants, "write", cut)
        with pytest.raises(PowerCut):
            world.adopt(other)
    world.kill()
    world.start()
    world.adopt(msgspec.structs.replace(other, number=3))
    assert len(world.journal("grant.revoked")) == 1
