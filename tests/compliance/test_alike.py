"""Whoever makes decisions again goes by those that were made before: never otherwise than if each were the first."""

from hashlib import sha256
from random import Random

import pytest

from compliance.entries.decision import GrantLine, LaunchRefused
from compliance.verifying.plays import recompute
from compliance.verifying.plays.packs import Packs
from compliance.verifying.plays.recompute import Recomputer, Unfounded
from rules.packs.shipped import shipped_packs
from rules.parse import parse_pack

ZONE = "Asia/Ho_Chi_Minh"
MINUTE = 60_000
MIDNIGHT = 1_795_453_200_000  # in Hanoi, before 2026-11-24
DAY = 24 * 60 * MINUTE
PACKS = ("home-balanced", "vn-147")  # one of them with hours of the day


def drawn(dice, pack, rule):
    """A start that is said to be refused by the rule: about when, by its numbers, it is."""
    at = MIDNIGHT + dice.randrange(2) * DAY + dice.choice((5, 12, 20, 21, 22)) * 60 * MINUTE + dice.randrange(60 * MINUTE)
    game = max(0, rule.ms + dice.randrange(-5, 15) * MINUTE)
    given = at // DAY * DAY + dice.randrange(20) * 60 * MINUTE
    grant = GrantLine("guardian", 10 * MINUTE, dice.choice((None, "luanti")), given)
    return LaunchRefused(
        seat="home-pc", boot="b", seq=1, prev="", mono=at - MIDNIGHT, wall=at, how="gate", who="child", at=at,
        age=dice.choice((12, 17)), place=dice.choice(("home", "home", "game-point")), game="luanti",
        label=dice.choice((0, 0, 0, 18)), system="VN", publisher="luanti", guardian=dice.random() < 0.9,
        before={"game": game, "publisher": game, "total": game + dice.randrange(3) * MINUTE}, counted=None,
        grants=dice.choice(((), (), (), (grant,))), approved=dice.random() < 0.9, verdict="refuse", rule=rule.id,
        cite=rule.cite, pack=pack.sha256, params=pack.params, inline=None, zone=ZONE, budget=rule.ms, until=None,
    )  # fmt: skip


def said(recomputer, line):
    try:
        recomputer.check(line)
    except Unfounded as error:
        return str(error)
    return None


@pytest.mark.parametrize("name", PACKS)
def test_what_was_decided_before_changes_no_answer(name, monkeypatch, soak):
    dice, text = Random(name), shipped_packs()[name]
    pack = parse_pack(text, name)
    rules = [one for one in pack.budgets if one.period == "day" and one.every_game]
    packs = Packs({sha256(text.encode()).hexdigest(): text})
    of_all = Recomputer(packs)
    lines = [drawn(dice, pack, dice.choice(rules)) for _ in range(soak(600, 20_000))]
    lines.sort(key=lambda line: line.at + dice.randrange(30 * MINUTE))  # as seats hand them in
    first = [said(Recomputer(packs), line) for line in lines]
    decide, asked = recompute.decide, []
    monkeypatch.setattr(recompute, "decide", lambda *of: asked.append(of) or decide(*of))
    assert [said(of_all, line) for line in lines] == first
    assert first.count(None) > len(lines) / 10
    assert sum(bool(policy.packs[0].budgets) for policy, _ in asked) < 0.9 * len(lines)
