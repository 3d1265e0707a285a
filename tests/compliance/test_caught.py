"""A play that might not have begun, but ran when players or games were changed: the log says so. Here seats lie, too."""

from __future__ import annotations

import pytest

from compliance.entries.log import AgentTick, Restored
from compliance.entries.override import Approval
from compliance.entries.place import GameChanged, GameFacts, GuardianChanged, PolicyChanged
from compliance.entries.program import ProgramsChanged
from compliance.entries.seat import IssueRaised
from compliance.verifying.crossing.caught import OFTEN
from i18n.message import plain
from tests.compliance.telling import said
from tests.compliance.test_redecide import LAW, bound, told

MINUTE = 60_000
HOUR = 60 * MINUTE


def kinds(report):
    return [one.kind for one in report.audit.findings if one.kind.startswith("ran")]


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


@pytest.fixture
def long_ago(site):
    """Two hours in which the seat is heard: whatever was said until now it has."""

    def passed():
        site.deliver()
        for _ in range(12):
            site.clock.run(10 * MINUTE)
            site.agent.add(AgentTick, seats={"home-pc": site.clock.wall()}, silent=())
        site.deliver()

    return passed


def test_what_ran_when_it_became_a_game_has_its_time(known, caught, audit):
    """It is counted all the same."""
    known()
    caught()
    report = audit()
    assert (said(report), told(report), kinds(report)) == ([], [], ["ran"])


def test_other_programs_that_ran_when_they_came_to_count_have_their_time(site, caught, audit):
    """The agent's word is that the setting was changed."""
    site.agent.add(ProgramsChanged, who="child", unknown="counts", let=(), interpreters=(), players=0)
    caught(game="unknown")
    assert kinds(audit()) == ["ran"]


def test_without_the_word_it_might_not_have_begun(known, caught, audit):
    known()
    caught(ran=None)
    assert [one[0] for one in told(audit())] == ["label-above-age"]


def test_longer_than_any_play_may_go_on_it_may_not(known, caught, audit):
    known()
    caught(4 * MINUTE)
    assert [one[0] for one in told(audit())] == ["label-above-age"]


def test_a_word_that_nothing_explains_is_told(caught, audit):
    """As often as it is used."""
    caught()
    caught(who="other")
    report = audit()
    assert kinds(report) == ["ran", "ran-unsaid"]
    assert "(2 times)" in plain(next(one.what for one in report.audit.findings if one.kind == "ran-unsaid"))


def test_what_ran_before_the_daemon_has_its_time_once_it_started(site, caught, audit):
    caught(ran="before")
    report = audit()
    assert (said(report), told(report), kinds(report)) == ([], [], ["ran"])
    site.clock.run(MINUTE)
    caught(ran="before")
    assert kinds(audit()) == ["ran", "ran-unsaid"]


def test_of_another_game_it_is_no_word(known, caught, audit):
    known("luanti")
    caught()
    assert kinds(audit()) == ["ran", "ran-unsaid"]


def test_a_change_explains_no_play_that_comes_after_it(site, known, caught, audit):
    """A seat goes by it once. What it read late it read within a minute."""
    known()
    caught(30_000)
    caught(30_000)
    assert kinds(audit()) == ["ran"]
    site.clock.run(MINUTE)
    caught()
    assert kinds(audit()) == ["ran", "ran-unsaid"]


def test_each_seat_goes_by_it(site, known, caught, audit):
    """When it hears of it."""
    other = site.enrol("other-pc")
    other.start()
    known()
    caught()
    site.clock.run(10 * MINUTE)
    made = other.begin(game="cave", label=18, bound=bound(LAW), approved=False, learning=False, ran="game", who="other")
    site.clock.run(MINUTE)
    other.end(made, "by itself")
    assert kinds(audit()) == ["ran", "ran"]


def test_what_a_seat_had_long_before_is_no_news(known, long_ago, caught, audit):
    known()
    long_ago()
    caught()
    assert kinds(audit()) == ["ran", "ran-unsaid"]


def test_a_seat_that_was_out_of_reach_hears_of_it_late(site, known, caught, audit):
    known()
    site.clock.run(9 * HOUR)
    caught()
    assert kinds(audit()) == ["ran"]


def test_the_agents_word_may_come_to_the_log_after_the_seats(site, seat, known, caught, audit):
    site.bind(bound(LAW))
    site.deliver()
    known()
    caught()
    seat.seal()
    batch = seat.journal.spool()
    site.log.append_batch(seat.name, seat.signer.key, batch.entries)
    seat.journal.forget(batch.last)
    assert kinds(audit()) == ["ran"]


@pytest.mark.parametrize(("entry", "good"), [
    ((PolicyChanged, {"target": "child", "packs": (), "house": False}), True),
    ((PolicyChanged, {"target": "guest", "packs": (), "house": False}), False),
    ((GuardianChanged, {"registered": 1}), True), ((Approval, {"id": "a", "who": "x", "game": "cave"}), False),
], ids=["a player", "guests' rules", "a guardian", "a game let through"])  # fmt: skip
def test_of_another_player(site, seat, long_ago, caught, audit, entry, good):
    site.bind(bound(LAW))
    long_ago()
    site.agent.add(entry[0], **entry[1])
    caught(ran="player")
    assert kinds(audit()) == (["ran"] if good else ["ran", "ran-unsaid"])


def test_what_it_was_played_as_may_be_bound_by_less_now(site, seat, caught, audit):
    """A program that is two games is the stricter one: with any word of the agent that may be the other."""
    played = seat.begin(game="two")
    site.clock.run(MINUTE)
    site.agent.add(Approval, id="a", who="x", game="two")
    seat.end(played, "list changed")
    caught()
    assert kinds(audit()) == ["ran"]


def test_a_seat_whose_clock_is_behind_hears_of_it_before_it_was_said(site, seat, known, caught, audit):
    """By its own clock: the PC has an empty battery, and says so."""
    seat.add(IssueRaised, id="clock-jump")
    known()
    site.deliver()
    site.clock.step(-3 * HOUR)
    caught()
    assert kinds(audit()) == ["ran"]


def test_a_backup_that_was_put_back_explains_it(site, caught, audit):
    """Its list may know games of which the log says nothing."""
    site.agent.add(Restored, made=site.clock.wall())
    caught()
    assert kinds(audit()) == ["ran"]


@pytest.mark.parametrize(("times", "strange"), [(OFTEN, False), (OFTEN + 1, True)])
def test_minutes_that_are_given_away_all_day_are_told(site, known, caught, audit, times, strange):
    for _ in range(times):
        known()
        caught()
        site.clock.run(2 * MINUTE)
    assert ("ran-often" in kinds(audit())) is strange
