"""What is kept about a person as a page to read."""

from __future__ import annotations

from types import SimpleNamespace

import msgspec
import pytest

from agent.api.asked import RequestEvent
from agent.api.rulebook import GameList, PlaceShow
from agent.store.rows import ApprovalRow
from cli.context import Context
from cli.registering import person_page as pages
from compliance.page.blocks import Fact
from i18n.message import plain
from rules.installed import LetProgram
from words.names import roles

ZONE = "Asia/Ho_Chi_Minh"
NOON = 1_795_496_400_000  # 2026-11-24 12:00 in Hanoi
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
SUMS = LetProgram(name="sums", sha256="ab" * 32, size=7)


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


def test_a_play_that_was_written_once_more_after_a_restore_is_one():
    """The longer one, as in reports."""
    log = [ended(NOON, "luanti", 10), ended(NOON, "luanti", 4, index=9), ended(NOON, "own", 5)]
    assert told(pages._days(log, ZONE, {})) == ["2026-11-24 | 2 plays, 900 s: luanti 600 s, own 300 s"]


def test_what_was_given_is_told_with_who_and_why():
    known = {
        "grants": [{"by": "guardian", "who": "bố", "ms": HOUR, "given": NOON, "reason": "học xong", "revoked": NOON + MINUTE}],
        "requests": [{"ms": 0, "game": "luanti", "asked": NOON, "reason": ""}, {"ms": HOUR, "game": None, "asked": NOON},
                     *(msgspec.to_builtins(RequestEvent(id="x", player="an", account="an", ms=ms, program=SUMS, asked=NOON))
                       for ms in (0, HOUR))],
        "allowed_games": [msgspec.to_builtins(ApprovalRow("x", "an", "luanti", "root", NOON))],
    }  # fmt: skip
    given, asked, more, program, older, let = told(pages._given(known, ZONE, {"luanti": "Luanti"}, roles(public=False)))
    assert "3600 s more, by a guardian (bố); taken back" in given
    assert given.endswith("reason: học xong")
    ends = [(asked, "asked for Luanti"), (more, "asked for 3600 s"), (program, "asked for sums"),
            (older, "asked for sums"), (let, "Luanti let through, by root")]  # fmt: skip
    assert [end for line, end in ends if not line.endswith(end)] == []


def test_what_was_asked_for_is_told_in_order_with_its_game_and_what_was_answered():
    """Time of a game says both."""
    answer = {"approved": False, "by": "staff", "who": "root", "at": NOON + 3 * MINUTE, "reason": "mai nhé"}
    asked = {"ms": 15 * MINUTE, "game": "luanti", "asked": NOON + 2 * MINUTE, "reason": "", "answer": answer}
    back = {"ms": MINUTE, "game": None, "asked": NOON, "reason": "", "answer": {**answer, "by": "player", "approved": False}}
    grant = {"by": "staff", "who": "root", "ms": HOUR, "given": NOON + MINUTE, "reason": ""}
    known = {"grants": [grant], "requests": [asked, back], "allowed_games": []}
    first, given, last = told(pages._given(known, ZONE, {"luanti": "Luanti"}, roles(public=True)))
    assert (first.endswith("taken back"), "3600 s more, by whoever manages the place (root)" in given) == (True, True)
    assert "asked for Luanti, 900 s | " in last
    assert last.endswith(": no, by whoever manages the place (root) | reason: mai nhé")


@pytest.mark.parametrize(("place", "who"), [("home", "a guardian"), ("game-point", "whoever manages the place")])
def test_where_no_guardian_is_at_hand_nobody_is_called_one(monkeypatch, place, who):
    """As in reports."""
    answers = {PlaceShow: SimpleNamespace(zone=ZONE, place=place), GameList: SimpleNamespace(games=())}
    monkeypatch.setattr(pages, "ask", lambda _, asked: answers[type(asked)])
    grant = {"by": "guardian", "who": "root", "ms": HOUR, "given": NOON, "reason": ""}
    player = dict.fromkeys(("born", "account", "removed", "since", "unknown"))
    known = {
        "player": {**player, "id": "an", "name": "An", "guardians": []}, "grants": [grant], "packs": (), "limits": (),
        "requests": (), "allowed_games": (), "allowed_programs": (), "log": (),
    }  # fmt: skip
    assert f"more, by {who} (root)" in pages.page(msgspec.json.encode(known), Context(lang="en")).decode()


def test_rules_are_told_in_words():
    """Of a pack that is not shipped, as it was put on."""
    known = {
        "packs": [
            {"pack": "vn-147", "params": {"guardian": "false"}, "shipped": True},
            {"pack": "vn-147", "params": {"x": "1"}, "shipped": True}, {"pack": "own", "params": {"a": "1"}, "shipped": False},
        ],
        "limits": [{"game": "", "day": "sat", "ms": HOUR}], "player": {"unknown": "refused"},
        "allowed_programs": [msgspec.to_builtins(SUMS)],
    }  # fmt: skip
    law, broken, own, limit, installed, program = told(pages._rules(known))
    assert law.startswith("Decree 147/2024: playtime limits for under-18s (vn-147; without “Under 16 plays only once a parent")
    assert (broken.split()[-1], own.split()[-1]) == ("vn-147:x=1", "own:a=1")
    assert "own limits, each day: 3600 s" in limit
    assert (installed, program) == ("unknown programs are refused", "a program let through: sums")


def test_the_entries_name_the_player():
    (said,) = told(pages._entries([{**ended(NOON, "luanti", 30), "personal": {"by": "root"}}], "An", ZONE, public=False))
    assert "play ended" in said
    assert "player: An" in said
    assert "by: root" in said
    assert "ffff" not in said
