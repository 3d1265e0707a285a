"""What comes after a verdict: status promises nothing that the rules will not keep."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from daemon.api import messages as m
from daemon.api.asking import Pause
from host.transport import Caller
from rules.parse import parse_pack
from tests.daemon.test_clocks import ASK
from tests.daemon.world import HOUR, MINUTE, NOON, limit, roster

ROOT = Caller(uid=0, pid=1, account="root", admin=True)

HOURS_AND_ASK = """
id = "evenings"
jurisdiction = "house"
zone = "Asia/Ho_Chi_Minh"
source = "bếp"
status = "unverified"
title = {{ vi = "Buổi tối", en = "Evenings" }}
[[window]]
id = "hours"
cite = "bếp"
authority = "house"
addressee = "household"
spans = [{{ span = "{hours}" }}]
text = {{ vi = "Chỉ chơi buổi tối", en = "Evenings only" }}
[[ask]]
id = "unrated"
cite = "bếp"
authority = "house"
addressee = "household"
which = "unrated"
text = {{ vi = "Trò chưa có nhãn: hỏi đã", en = "No label: ask first" }}
"""


def pack(hours):
    return parse_pack(HOURS_AND_ASK.format(hours=hours), "evenings")


def told(world, game):
    """Verdict, the local time it ends, what comes then: as why says, which agrees with status where that names the game."""
    why = asyncio.run(world.daemon.routes["why"].handler(ROOT, m.WhyGet(player="an", game=game)))
    ends = why.decision.until
    clock = None if ends is None else datetime.fromtimestamp(ends / 1000 + 7 * 3600, UTC).strftime("%H:%M")
    return (why.decision.verdict, clock, why.next)


@pytest.mark.parametrize(
    ("hours", "rated", "unrated"),
    [
        ("10:00-21:00", ("allow", "21:00", "refuse"), ("ask", "21:00", "refuse")),
        ("16:30-21:00", ("refuse", "16:30", "allow"), ("refuse", "16:30", "ask")),
    ],
)
def test_a_refusal_may_turn_into_a_question_and_back(world, hours, rated, unrated):
    """Luanti has a label, Teeworlds none."""
    world.start(roster(packs=(pack(hours),)))

    assert (told(world, "luanti"), told(world, "teeworlds")) == (rated, unrated)


def test_what_a_guardian_let_through_is_allowed_next(world):
    """The approval outlives the closed hours."""
    world.start(roster(packs=(pack("16:30-21:00"),), approved=("teeworlds",)))

    assert told(world, "teeworlds") == ("refuse", "16:30", "allow")


def test_by_two_readings_of_the_clock_the_stricter_comes_next(world):
    """An is 17 now, and 12 by the clock that was set back: then a guardian would have to be asked."""
    world.clock.run(5 * 365 * 24 * HOUR)
    world.start(roster(packs=(replace(pack("16:30-21:00"), asks=(ASK,)),)))
    assert told(world, "luanti") == ("refuse", "16:30", "allow")
    world.clock.step(-5 * 365 * 24 * HOUR)

    assert told(world, "luanti") == ("refuse", "16:30", "ask")


def test_after_the_days_play_comes_the_refusal(world):
    """What goes on until then counts: a budget ends play, and is new the next day."""
    world.start(roster(packs=(limit(30, games=("luanti",), per="game"),)))
    assert (world.clock.wall(), told(world, "luanti")) == (NOON, ("allow", "12:30", "refuse"))
    world.platform.run(1)
    world.pass_time(HOUR)

    [game] = world.status().games
    assert told(world, "luanti") == ("refuse", "00:00", "allow")
    assert (game.verdict, game.next, game.reason.granted_s) == ("refuse", "allow", 0.0)


def test_status_says_what_was_granted(world):
    """The rule's own text names its budget without it."""
    world.start(roster(packs=(limit(2),)))
    asyncio.run(world.daemon.routes["grant.add"].handler(ROOT, m.GrantAdd(player="an", ms=5 * MINUTE)))

    an = world.status()
    assert (an.verdict, an.left_s, an.reason.granted_s, an.next) == ("allow", 420.0, 300.0, "refuse")


def test_nothing_comes_after_what_does_not_end(world):
    """No rule, no end, nothing next."""
    world.start(roster())

    an = world.status()
    assert (an.verdict, an.until, an.next) == ("allow", None, None)
    assert told(world, "luanti") == ("allow", None, None)


@pytest.mark.parametrize(("now", "ends"), [(0, "17:30"), (5 * HOUR, "18:00")])
def test_why_counts_a_budget_from_the_hour_that_opens(world, now, ends):
    """At noon, with hours from 16:30 on, an hour of play ends at 17:30; at 17:00 an hour from then."""
    world.clock.run(now)
    world.start(roster(packs=(pack("16:30-21:00"), limit(60))))
    why = asyncio.run(world.daemon.routes["why"].handler(ROOT, m.WhyGet(player="an", game="luanti")))
    (until,) = (one.until for one in why.findings if one.reason.kind == "budget")
    assert datetime.fromtimestamp(until / 1000 + 7 * 3600, UTC).strftime("%H:%M") == ends


def test_why_names_no_end_of_what_cannot_be_played(world):
    """Paused until somebody resumes: nobody knows when an hour of play would begin."""
    world.start(roster(packs=(limit(60),)))
    asyncio.run(world.daemon.routes["pause"].handler(ROOT, Pause(player="an")))
    why = asyncio.run(world.daemon.routes["why"].handler(ROOT, m.WhyGet(player="an", game="luanti")))
    assert [(one.verdict, one.until) for one in why.findings] == [("refuse", None), ("allow", None)]
