"""A player's own limits become a pack like any other."""

from __future__ import annotations

import pytest

from agent.packs.own_limits import own_pack, rule_id
from agent.store.rows import LimitRow
from i18n.catalogue import Catalogue
from rules.decide import decide
from rules.facts import Facts, Played
from rules.policy import WEEK, combine

NOON = 1_795_496_400_000  # Tuesday 2026-11-24 12:00 in Hanoi


def every_day(game, ms):
    return [LimitRow("an", game, day, ms) for day in WEEK]


def test_no_limits_no_pack():
    """Nothing is nothing."""
    assert own_pack([], "Asia/Ho_Chi_Minh", {}) is None


def test_same_on_all_days_is_one_rule():
    """One budget without days; its id says what it limits."""
    pack = own_pack(every_day("", 60 * 60_000), "Asia/Ho_Chi_Minh", {})
    assert pack is not None
    assert [(rule.id, rule.days, rule.per, rule.ms) for rule in pack.budgets] == [("house.all", (), "all", 3_600_000)]
    assert (pack.id, pack.sha256, pack.scope, pack.zone) == ("house", "house", "player", "Asia/Ho_Chi_Minh")


def test_days_that_differ_are_a_rule_each():
    """In the order of the week, whatever the order in which they were set."""
    limits = [LimitRow("an", "luanti", "sun", 60_000), LimitRow("an", "luanti", "mon", 0)]
    pack = own_pack(limits, "Asia/Ho_Chi_Minh", {"luanti": "Luanti"})
    assert pack is not None
    assert [(rule.id, rule.days, rule.games) for rule in pack.budgets] == [
        ("house.luanti-mon", ("mon",), ("luanti",)),
        ("house.luanti-sun", ("sun",), ("luanti",)),
    ]
    assert [str(rule.text) for rule in pack.budgets] == ["no playing of Luanti on Monday", "at most 60 s of Luanti on Sunday"]


def test_rules_say_whose_they_are_and_who_relaxes_them():
    """A house rule is the household's, and to relax for a guardian, or for the staff of a public place."""
    pack = own_pack(every_day("", 0), "Asia/Ho_Chi_Minh", {})
    assert pack is not None
    (rule,) = pack.budgets
    assert (rule.authority, rule.addressee, rule.relax) == ("house", "household", ("guardian", "staff"))
    assert str(rule.text) == "no playing"


def test_the_pack_decides():
    """A limit for one game ends that game and no other."""
    pack = own_pack(every_day("luanti", 30 * 60_000), "Asia/Ho_Chi_Minh", {"luanti": "Luanti"})
    assert pack is not None
    played = (Played("luanti", None, NOON - 1_800_000, 1_800_000),)
    facts = [Facts(now=NOON, place="home", game=game, played=played) for game in ("luanti", "other")]
    decisions = [decide(combine([pack]), one) for one in facts]
    assert [decision.verdict for decision in decisions] == ["refuse", "allow"]
    assert decisions[0].reason is not None
    assert decisions[0].reason.rule == rule_id("luanti", None)


@pytest.mark.parametrize(("game", "days", "ms", "vi", "en"), [
    ("", WEEK, 5_430_000, "chơi tối đa 1 giờ 30 phút 30 giây mỗi ngày", "at most 1 hr 30 min 30 sec of play a day"),
    ("", ("sat",), 60_000, "chơi tối đa 1 phút vào thứ Bảy", "at most 1 min of play on Saturday"),
    ("", WEEK, 0, "không chơi trò nào", "no playing"),
    ("", ("sun",), 0, "không chơi trò nào vào Chủ nhật", "no playing on Sunday"),
    ("luanti", WEEK, 60_000, "chơi Luanti tối đa 1 phút mỗi ngày", "at most 1 min of Luanti a day"),
    ("luanti", ("mon",), 60_000, "chơi Luanti tối đa 1 phút vào thứ Hai", "at most 1 min of Luanti on Monday"),
    ("luanti", WEEK, 0, "không chơi Luanti", "no playing of Luanti"),
    ("luanti", ("mon",), 0, "không chơi Luanti vào thứ Hai", "no playing of Luanti on Monday"),
])  # fmt: skip
def test_a_limit_in_words(game, days, ms, vi, en):
    """In either language, with everything that was set."""
    pack = own_pack([LimitRow("an", game, day, ms) for day in days], "Asia/Ho_Chi_Minh", {"luanti": "Luanti"})
    assert pack is not None
    (rule,) = pack.budgets
    assert (Catalogue("vi")(rule.text), Catalogue("en")(rule.text)) == (vi, en)
