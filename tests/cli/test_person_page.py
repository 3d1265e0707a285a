"""What is kept about a person as a page to read."""

from __future__ import annotations

from cli.registering import person_page as pages
from compliance.page.blocks import Fact
from i18n.message import plain

ZONE = "Asia/Ho_Chi_Minh"
NOON = 1_795_496_400_000  # 2026-11-24 12:00 in Hanoi
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


def told(blocks):
    return [" | ".join(map(plain, (one.name, one.is_) if isinstance(one, Fact) else (one.text, *one.more))) for one in blocks]


def ended(at, game, minutes, index=1):
    fields = {"kind": "play.ended", "seat": "pc", "wall": at, "since": at, "game": game, "ms": minutes * MINUTE}
    return {"index": index, "entry": {**fields, "who": "f" * 32}}


def test_play_is_added_up_by_the_places_day():
    """With each game by its title; a play that begins before midnight is of that day."""
    log = [ended(NOON, "luanti", 30), ended(NOON + HOUR, "own", 5), ended(NOON + 12 * HOUR - MINUTE, "luanti", 10),
           ended(NOON + 12 * HOUR, "luanti", 1), {"index": 3, "entry": {"kind": "warned"}}]  # fmt: skip
    assert told(pages._days(log, ZONE, {"luanti": "Luanti"})) == [
        "2026-11-24 | 3 plays, 2700 s: Luanti 2400 s, own 300 s", "2026-11-25 | 1 play, 60 s: Luanti 60 s",
    ]  # fmt: skip


def test_what_was_given_is_told_with_who_and_why():
    known = {
        "grants": [{"by": "guardian", "who": "bố", "ms": HOUR, "given": NOON, "reason": "học xong", "revoked": NOON + MINUTE}],
        "requests": [{"ms": 0, "game": "luanti", "asked": NOON, "reason": ""}, {"ms": HOUR, "game": None, "asked": NOON}],
        "allowed_games": [{"game": "luanti", "by": "guardian", "at": NOON}],
    }
    given, asked, more, let = told(pages._given(known, ZONE, {"luanti": "Luanti"}))
    assert "3600 s more, by a guardian (bố); taken back" in given
    assert given.endswith("reason: học xong")
    assert ("asked for Luanti" in asked, "asked for 3600 s" in more, "Luanti let through" in let) == (True, True, True)


def test_rules_are_told_in_words():
    """Of a pack that is not shipped, as it was put on."""
    known = {
        "packs": [
            {"pack": "vn-147", "params": {"guardian": "false"}, "shipped": True},
            {"pack": "vn-147", "params": {"x": "1"}, "shipped": True}, {"pack": "own", "params": {"a": "1"}, "shipped": False},
        ],
        "limits": [{"game": "", "day": "sat", "ms": HOUR}], "player": {"only_installed": True},
        "allowed_programs": [{"sha256": "ab", "path": "/home/an/sums"}],
    }  # fmt: skip
    law, broken, own, limit, _, program = told(pages._rules(known))
    assert law.startswith("Decree 147/2024: playtime limits for under-18s (vn-147; without “Under 16 plays only once a parent")
    assert (broken.split()[-1], own.split()[-1]) == ("vn-147:x=1", "own:a=1")
    assert "own limits, each day: 3600 s" in limit
    assert "/home/an/sums" in program


def test_the_entries_name_the_player():
    (said,) = told(pages._entries([{**ended(NOON, "luanti", 30), "personal": {"by": "root"}}], "An", ZONE))
    assert "play ended" in said
    assert "player: An" in said
    assert "by: root" in said
    assert "ffff" not in said
