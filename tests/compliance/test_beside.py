"""Lies about what belongs together: warnings and plays, pairs of entries, what is there twice, presence, who was heard."""

from __future__ import annotations

import pytest

from compliance.entries.decision import GrantLine
from compliance.entries.log import AgentTick
from compliance.entries.override import EnforcementOn
from compliance.entries.play import GameDay, UsageDay, Warned
from compliance.entries.seat import IssueCleared, IssueRaised, Presence, SeatStart, SeatStop
from i18n.message import plain
from tests.compliance.telling import told

MINUTE = 60_000
HOUR = 60 * MINUTE


def warned(seat, play, /, **fields):
    told = {"who": play.who, "play": play.seq, "game": play.game, "left": 5 * MINUTE, "rule": None, "shown": False}
    return seat.add(Warned, **{**told, **fields})


@pytest.mark.parametrize(("lie", "says"), [
    ({}, []), ({"who": "other"}, ["it is of no play"]), ({"game": "gta"}, ["it is of no play"]),
    ({"play": 99}, ["it is of no play"]),
    ({"rule": "vn-147.notice"}, ["what it told, or how"]), ({"left": None}, ["what it told, or how"]),
    ({"how": "banner"}, ["what it told, or how"]),
])  # fmt: skip
def test_a_warning_is_of_a_play(site, seat, audit, lie, says):
    play = seat.begin()
    site.clock.run(MINUTE)
    warned(seat, play, **lie)
    assert [one.partition(",")[0].partition(" of its seat")[0] for one in told(audit(), "warned")] == [
        one.partition(",")[0] for one in says
    ]


def test_a_rule_that_ends_play_is_no_notice(site, seat, audit):
    play = seat.begin()
    warned(seat, play, left=None, rule="vn-147.daily-game")
    site.clock.run(HOUR)
    seat.due(play, site.pack())
    assert len(told(audit(), "warned")) == 1


def test_the_same_entry_is_not_there_twice(site, seat, audit):
    for _ in range(2):
        seat.add(IssueRaised, id="x")
    assert [one[:29] for one in told(audit(), "paired")] == ["the same entry is there twice"]
    line = [seat.start() for _ in range(2)][-1]
    assert f"seq {line.seq}" in plain(audit().failures[-1].where)


@pytest.mark.parametrize("line", [
    (IssueCleared, {"id": "x"}), (EnforcementOn, {"id": "x", "how": "over"}),
])  # fmt: skip
def test_what_is_over_began(seat, audit, line):
    kind, fields = line
    seat.add(kind, **fields)
    assert len(told(audit(), "paired")) == 1


def test_a_start_says_one_thing(site, seat, audit):
    seat.stop()
    seat.start(clean=False, lost_from=site.clock.wall())
    assert [one[:14] for one in told(audit(), "paired")] == ["it contradicts"]
    seat.stop()
    line = seat.start(clean=True, lost_from=site.clock.wall())
    assert [f"seq {line.seq}" in plain(one.where) for one in audit().failures] == [True]


def test_time_is_given_when_it_says(site, seat, audit):
    seat.give(GrantLine("guardian", MINUTE, None, site.clock.wall() - HOUR))
    assert len(told(audit(), "paired")) == 1


@pytest.mark.parametrize(("lie", "kind"), [({"learning": True}, "learning"), ({"approved": True}, "approval")])
def test_what_a_play_takes_for_granted_was_said(seat, audit, lie, kind):
    seat.begin(**lie)
    assert len(told(audit(), kind)) == 1


def test_a_summary_is_of_somebody(seat, audit):
    seat.add(UsageDay, day="2026-11-24", who="nobody", games={"luanti": GameDay(0, 0, 0)})
    assert [one[:9] for one in told(audit(), "usage-day")] == ["it sums u"]


def test_the_minutes_are_those_since_the_last(site, seat, audit):
    """Too few, or those of another hour."""
    for since, bits, says in ((0, (1 << 60) - 1, 0), (0, (1 << 30) - 1, 1), (-2 * HOUR, (1 << 60) - 1, 2)):
        began = site.clock.wall() // MINUTE * MINUTE
        site.clock.run(HOUR)
        seat.add(Presence, since=began + since, bits=f"{bits:015x}")
        assert len(told(audit(), "presence")) >= says
        assert says or not told(audit(), "presence")


@pytest.mark.parametrize(("ago", "silent", "strange"), [
    (MINUTE, False, False), (HOUR, True, False), (MINUTE, True, True), (HOUR, False, True), (-HOUR, False, True),
])  # fmt: skip
def test_the_agent_heard_when_it_says(site, seat, audit, ago, silent, strange):
    site.deliver()
    site.clock.run(2 * HOUR)
    names = ("home-pc",) if silent else ()
    site.agent.add(AgentTick, seats={"home-pc": site.clock.wall() - ago}, silent=names)
    assert bool([one for one in told(audit(), "heard") if one.startswith("when the agent")]) is strange


def test_what_only_a_seat_does_is_nothing_where_the_agent_says_it(site, seat, audit):
    """Whoever writes the agent's chain may write anything there, and nothing breaks."""
    for kind, fields in ((SeatStart, {"version": "1", "watch": "gate", "clean": True, "lost_from": None}), (SeatStop, {})):
        for _ in range(2):
            site.agent.add(kind, **fields)
    assert told(audit(), "presence") == []
