"""What was asked and answered at seats: a set that only grows, and what an answer lets through."""

from __future__ import annotations

import pytest

from agent.api.asked import MOST_REQUESTS, RequestAnswer, RequestEvent, merged
from agent.api.players import PlayerAdd, PlayerRemove, PlayerSet
from agent.api.rulebook import GameAllow, GameDisallow
from agent.api.seat import PutGrants, PutRequests
from rules.calendar import DAY_MS
from rules.installed import LetProgram
from tests.agent.test_grants import grant

SUMS = LetProgram(name="sums", sha256="ab" * 32, size=10)


def event(clock, id="r1", answer=None, **fields):
    usual = {"id": id, "player": "an", "account": "an", "ms": 60_000, "asked": clock.wall()}
    return RequestEvent(**{**usual, **fields}, answer=answer)


def yes(clock, after=0, **fields):
    usual = {"approved": True, "by": "guardian", "who": "me", "at": clock.wall() + after, "let": True}
    return RequestAnswer(**{**usual, **fields})


def no(clock, after=0, **fields):
    return yes(clock, after, approved=False, let=False, **fields)


def put(desk, *events):
    return desk.ask("request.put", PutRequests(requests=events))


def test_requests_are_in_the_next_roster(an, clock):
    """Those of today; the same again makes no roster."""
    asked = event(clock, reason="bài tập xong")
    done = put(an, asked)
    assert (an.roster.requests, an.roster.number) == ((asked,), done.number)
    assert put(an, asked) == done
    clock.run(DAY_MS)
    an.ask("player.add", PlayerAdd(name="Bình"))
    assert an.roster.requests == ()


def test_a_game_that_was_let_through_at_a_seat_is_so_here(an, clock):
    """The agent's own entry says so, once; a later `game disallow` is the last word, whatever the seat tells again."""
    asked = event(clock, game="luanti", answer=yes(clock))
    for _ in range(2):
        put(an, asked)
        assert an.player("an").approved == ("luanti",)
    assert [one["game"] for one in an.entries("approval")] == ["luanti"]
    an.ask("game.disallow", GameDisallow(player="an", game="luanti"))
    put(an, asked)
    assert (an.player("an").approved, len(an.entries("approval.ended"))) == ((), 1)


def test_a_program_that_was_let_through_at_a_seat_is_so_here(an, clock):
    put(an, event(clock, program=SUMS, answer=yes(clock)))
    assert an.player("an").programs == (SUMS,)
    assert [one["let"] for one in an.entries("programs.changed")] == [[SUMS.sha256]]


def test_what_was_let_through_already_is_no_news(an, clock):
    an.ask("game.allow", GameAllow(player="an", game="luanti"))
    an.ask("player.set", PlayerSet(player="an", allow=(SUMS,)))
    put(an, event(clock, game="luanti", answer=yes(clock)), event(clock, "r2", program=SUMS, answer=yes(clock)))
    assert (len(an.entries("approval")), len(an.entries("programs.changed"))) == (1, 1)


def test_nothing_is_let_through_that_is_not_there_any_more(an, clock):
    """A game that was removed, a player who was removed or has come back since."""
    clock.run(1000)
    early = [event(clock, f"r{n}", game="luanti", answer=yes(clock)) for n in range(2)]
    put(an, event(clock, "r5", game="nosuch", answer=yes(clock)))
    an.ask("player.remove", PlayerRemove(player="an"))
    put(an, early[0])
    clock.run(1000)
    an.ask("player.add", PlayerAdd(name="An", born="2014-05-01"))
    put(an, early[1])
    assert (an.player("an").approved, an.entries("approval"), an.roster.requests) == ((), [], ())


@pytest.mark.parametrize("first", [True, False])
def test_of_two_seats_answers_the_earlier_stands(an, clock, first):
    """In whichever order they are heard of; what the later one let through or gave is taken back."""
    given = grant(clock, request="r1")
    an.ask("grant.put", PutGrants(grants=(given,)))
    for answer in (no(clock), yes(clock, 5, grant="g1"))[:: 1 if first else -1]:
        put(an, event(clock, game="luanti", answer=answer))
    assert (an.player("an").approved, an.roster.requests[0].answer.approved) == ((), False)
    assert [one.revoked is not None for one in an.roster.grants] == [True]
    assert len(an.entries("approval")) == len(an.entries("approval.ended")) == (0 if first else 1)


def test_a_program_of_a_later_answer_is_taken_back(an, clock):
    for answer in (yes(clock, 5), no(clock)):
        put(an, event(clock, program=SUMS, answer=answer))
    assert an.player("an").programs == ()


def test_both_sides_merge_alike(clock):
    """Whoever hears of which answer first, and however often."""
    answers = [None, no(clock), yes(clock), yes(clock, who="you"), yes(clock, 1), no(clock, 2)]
    events = [event(clock, answer=answer) for answer in answers]
    for one in events:
        for other in events:
            assert merged(one, other) == merged(other, one) == merged(merged(one, other), one)
    assert merged(None, events[0]) == events[0]
    assert not merged(events[2], events[1]).answer.approved


def test_a_storm_leaves_the_roster_small(an, clock):
    """A seat that is not ours to trust could send thousands."""
    put(an, *(event(clock, f"r{n:04}", reason="x" * 500) for n in range(2000)))
    assert [one.id for one in an.roster.requests] == [f"r{n:04}" for n in range(2000 - MOST_REQUESTS, 2000)]
