"""A play that might not have begun, but ran when players or games were changed: the log says so."""

from __future__ import annotations

import pytest

from compliance.entries.place import GameChanged, GameFacts
from compliance.entries.program import ProgramsChanged
from tests.compliance.telling import said
from tests.compliance.test_redecide import LAW, bound, told

MINUTE = 60_000


@pytest.fixture
def known(site):
    """The agent says of the game by what it is known besides."""
    return lambda game="cave": site.agent.add(GameChanged, game=game, before=None, after=GameFacts(18, "VN", False))


@pytest.fixture
def caught(site, seat):
    """A play of somebody of 12, of a game for adults: a minute, and a minute to save."""

    def played(ms=2 * MINUTE, ran="game", *, game="cave", **more):
        told = {} if ran is None else {"ran": ran}
        made = seat.begin(game=game, label=18, bound=bound(LAW), approved=False, learning=False, **told, **more)
        site.clock.run(ms)
        seat.end(made, "by itself")
        return made

    return played


@pytest.mark.promise("End of play: A program that becomes a game while it runs has a minute and its time to save, once")
def test_what_ran_when_it_became_a_game_has_its_time(known, caught, audit):
    """It is counted all the same."""
    known()
    caught()
    report = audit()
    assert (said(report), told(report)) == ([], [])


def test_other_programs_that_ran_when_they_came_to_count_have_their_time(site, caught, audit):
    """The agent's word is that the setting was changed."""
    site.agent.add(ProgramsChanged, who="child", unknown="counts", let=(), interpreters=(), players=0)
    caught(game="unknown")
    assert told(audit()) == []


def test_without_the_word_it_might_not_have_begun(known, caught, audit):
    known()
    caught(ran=None)
    assert [one[0] for one in told(audit())] == ["label-above-age"]


def test_longer_than_any_play_may_go_on_it_may_not(known, caught, audit):
    known()
    caught(4 * MINUTE)
    assert [one[0] for one in told(audit())] == ["label-above-age"]
