"""Grant events made at a seat: a set that only grows."""

from __future__ import annotations

from agent.api.players import PlayerAdd, PlayerRemove
from agent.api.roster import GrantEvent
from agent.api.seat import PutGrants
from rules.calendar import DAY_MS


def grant(clock, id="g1", **fields):
    usual = {"id": id, "player": "an", "by": "guardian", "who": "me", "ms": 60_000, "given": clock.wall()}
    return GrantEvent(**{**usual, **fields})


def test_grants_are_in_the_next_roster(an, clock):
    """So that a grant by phone works at the seat, and one at the seat at another."""
    event = grant(clock, game="luanti", reason="bài tập xong")
    done = an.ask("grant.put", PutGrants(grants=(event,)))
    assert (an.roster.grants, an.roster.number) == ((event,), done.number)


def test_known_ones_are_no_news(an, clock):
    """The same again makes no roster."""
    event = grant(clock)
    first = an.ask("grant.put", PutGrants(grants=(event,)))
    assert an.ask("grant.put", PutGrants(grants=(event,))) == first
    assert an.ask("grant.put", PutGrants(grants=())) == first


def test_a_revocation_wins_in_either_order(an, clock):
    """The earliest of several counts, and nothing takes it back."""
    now = clock.wall()
    for revoked in (None, now + 5000, now + 2000, None, now + 9000):
        an.ask("grant.put", PutGrants(grants=(grant(clock, revoked=revoked),)))
    an.ask("grant.put", PutGrants(grants=(grant(clock, "g2", revoked=now),)))
    an.ask("grant.put", PutGrants(grants=(grant(clock, "g2"),)))
    assert {one.id: one.revoked for one in an.roster.grants} == {"g1": now + 2000, "g2": now}


def test_an_event_never_changes_otherwise(an, clock):
    """Who first told of it is believed."""
    an.ask("grant.put", PutGrants(grants=(grant(clock),)))
    an.ask("grant.put", PutGrants(grants=(grant(clock, ms=9_999_999, revoked=clock.wall()),)))
    assert [one.ms for one in an.roster.grants] == [60_000]


def test_those_that_cannot_matter_any_more_are_left_out(an, clock):
    """A week, and a day for zones."""
    an.ask("grant.put", PutGrants(grants=(grant(clock), grant(clock, "g2", given=clock.wall() - 9 * DAY_MS))))
    assert [one.id for one in an.roster.grants] == ["g1"]
    clock.run(8 * DAY_MS + 1)
    an.ask("player.add", PlayerAdd(name="Bình"))
    assert an.roster.grants == ()


def test_what_was_given_to_a_player_ends_with_the_removal(an, clock):
    """It does not come back with the name; the seat hears of it at once, and the log says it."""
    an.ask("grant.put", PutGrants(grants=(grant(clock), grant(clock, "g2", player="guest"))))
    clock.run(1000)
    an.ask("player.remove", PlayerRemove(player="an"))
    ended = {"g1": clock.wall(), "g2": None}
    assert {one.id: one.revoked for one in an.roster.grants} == ended
    assert [one["id"] for one in an.entries("grant.revoked")] == ["g1"]
    clock.run(1000)
    assert an.ask("player.add", PlayerAdd(name="An", born="2014-05-01")).id == "an"
    assert {one.id: one.revoked for one in an.roster.grants} == ended


def test_what_a_seat_gave_before_it_heard_of_the_removal_ends_too(an, clock):
    """Told while the player is away, or after they came back. What is given then counts."""
    early, late = grant(clock), grant(clock, "g2")
    clock.run(1000)
    an.ask("player.remove", PlayerRemove(player="an"))
    an.ask("grant.put", PutGrants(grants=(early,)))
    at = clock.wall()
    clock.run(1000)
    an.ask("player.add", PlayerAdd(name="An", born="2014-05-01"))
    an.ask("grant.put", PutGrants(grants=(late, grant(clock, "g3"))))
    assert {one.id: one.revoked for one in an.roster.grants} == {"g1": at, "g2": clock.wall(), "g3": None}
    assert [one["id"] for one in an.entries("grant.revoked")] == ["g1", "g2"]


def test_what_an_older_version_left_ends_with_the_return(an, clock):
    """It removed players without their grants."""
    an.ask("player.remove", PlayerRemove(player="an"))
    with an.tables() as tables:
        tables.put_grant(grant(clock))
    clock.run(1000)
    an.ask("player.add", PlayerAdd(name="An", born="2014-05-01"))
    assert [one.revoked for one in an.roster.grants] == [clock.wall()]


def test_those_of_nobody_wait_for_their_player(an, clock):
    """A grant may come from a seat that heard of a player before this registry, put back from a copy, did."""
    an.ask("grant.put", PutGrants(grants=(grant(clock, player="binh"),)))
    assert an.roster.grants == ()
    an.ask("player.add", PlayerAdd(name="Bình"))
    assert [one.player for one in an.roster.grants] == ["binh"]
