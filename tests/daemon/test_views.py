"""What why and usage say beside status: over what a rule counts, and who played what on which day."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from daemon.api import messages as m
from tests.daemon.test_api import CHILD, ROOT, ask
from tests.daemon.test_next import pack as hours
from tests.daemon.test_periods import break_, budget, pack
from tests.daemon.world import HOUR, MINUTE, limit, roster

DAY = 24 * HOUR


def why(world, game=None, player="an"):
    return ask(world, "why", m.WhyGet(player=player, game=game))


def usage(world, day=None, caller=ROOT):
    return ask(world, "usage", m.UsageGet(day=day), caller)


def test_why_says_over_what_each_rule_counts(world):
    """A budget over its period, a break over a session; a window counts nothing."""
    own = replace(pack(breaks=(break_(30, 10),)), budgets=(budget(60, period="week"),))
    world.start(roster(packs=(own, hours("10:00-21:00"))))
    told = why(world, "luanti")
    assert told.periods == {"own.budget": "week", "own.break": "session"}
    assert {one.reason.rule for one in told.findings} >= {"own.budget", "own.break", "evenings.hours"}
    assert (told.player, told.game, told.place, told.zone, told.guardian) == (
        "an", "luanti", "home", "Asia/Ho_Chi_Minh", True,
    )  # fmt: skip


def test_why_without_a_game_is_about_all_of_them(world):
    """A rule of one game is no part of it."""
    world.start(roster(packs=(limit(0, games=("luanti",), per="game"),)))
    assert (why(world).decision.verdict, why(world).game) == ("allow", None)
    assert (why(world, "luanti").decision.verdict, why(world, "teeworlds").decision.verdict) == ("refuse", "allow")


def test_usage_is_by_player_and_game_and_by_day(world):
    """What is over and what goes on; who did not play is not there."""
    an = roster().players[0]
    binh = msgspec.structs.replace(an, id="binh", name="Bình", account="binh", key="33" * 32)
    world.start(roster(players=(an, binh)))
    world.platform.run(1)
    world.pass_time(10 * MINUTE)
    world.platform.run(2, "teeworlds")
    world.pass_time(5 * MINUTE)
    world.platform.exit(1)
    world.pass_time(MINUTE)
    today = usage(world)
    assert (today.day, today.zone, set(today.players)) == ("2026-11-24", "Asia/Ho_Chi_Minh", {"an"})
    assert (today.players["an"].total_s, today.players["an"].games) == (960.0, {"luanti": 900.0, "teeworlds": 360.0})
    world.platform.run(3, account="binh")
    world.pass_time(MINUTE)
    assert {id_: part.total_s for id_, part in usage(world).players.items()} == {"an": 1020.0, "binh": 60.0}
    assert set(usage(world, caller=CHILD).players) == {"an"}
    assert usage(world).titles == {"luanti": "Luanti", "teeworlds": "Teeworlds"}
    assert (why(world, "luanti").title, why(world).title) == ("Luanti", "")
    assert usage(world, "2026-11-23").players == usage(world, "2026-11-25").players == {}


def test_a_day_has_only_its_own_part_of_a_play(world):
    """From before midnight to after it."""
    world.clock.run(11 * HOUR + 30 * MINUTE)
    world.start(roster())
    world.platform.run(1)
    world.pass_time(50 * MINUTE)
    parts = [usage(world, day).players["an"].total_s for day in ("2026-11-24", "2026-11-25")]
    assert parts == [1800.0, 1200.0]


def test_status_shows_a_guest_who_played_or_is_limited(world):
    """Else there is none to speak of."""
    world.start(roster())
    assert [one.id for one in ask(world, "status", m.StatusGet()).players] == ["an"]
    world.platform.run(1, account="friend")
    world.pass_time(MINUTE)
    _, guest = ask(world, "status", m.StatusGet()).players
    assert (guest.id, guest.used_s, guest.age, guest.account) == ("guest", 60.0, None, None)
    world.platform.exit(1)
    world.clock.run(DAY)
    world.beat()
    assert [one.id for one in ask(world, "status", m.StatusGet()).players] == ["an"]


def test_a_game_that_is_no_longer_known_is_shown_by_its_id(world):
    """Today's play of it still counts."""
    world.start(roster(packs=(limit(30),)))
    world.platform.run(1)
    world.pass_time(MINUTE)
    world.platform.exit(1)
    world.adopt(msgspec.structs.replace(roster(2, packs=(limit(30),)), games=roster().games[1:]))
    (game,) = world.status().games
    assert (game.id, game.running, game.used_s, game.left_s) == ("luanti", False, 60.0, 29 * 60.0)
