"""The rule of an entry in words, wherever its pack is from."""

from __future__ import annotations

import io
from datetime import date
from hashlib import sha256

import pytest

from agent.api.log import LogLine
from agent.api.rule_words import rule_said
from agent.packs.own_limits import own_pack
from agent.store.rows import LimitRow
from cli import log
from cli.output import Output
from compliance.format.house_rule import written
from i18n.catalogue import Catalogue
from rules.packs.shipped import shipped_packs
from rules.parse import read_pack
from words.entries import entry
from words.logged_rules import rule_of

ZONE = "Asia/Ho_Chi_Minh"
WEEK = "home-school-week"


def of_a_pack(rule, **params):
    hashed = sha256(shipped_packs()[WEEK].encode()).hexdigest()
    return {"rule": rule, "pack": hashed, "params": params, "inline": None, "zone": ZONE}


def own():
    pack = own_pack([LimitRow("an", "luanti", "sat", 30 * 60_000)], ZONE, {})
    rule = pack.rules[0]
    return {"rule": rule.id, "pack": "house", "params": {}, "inline": written(rule, pack, date(2026, 11, 28)), "zone": ZONE}


@pytest.mark.parametrize(("fields", "said"), [
    (of_a_pack(f"{WEEK}.weekday", weekday_minutes=45), "School days: at most 45 minutes (home-school-week.weekday)"),
    (own(), "The player may play luanti at most 30 min a day on Saturday"),
    ({"rule": "mine.hours", "pack": "00" * 32, "params": {}, "inline": None, "zone": ZONE}, "mine.hours"),
    ({"rule": "house.all", "pack": "house", "params": {}, "inline": {"kind": "x"}, "zone": ZONE}, "house.all"),
    (of_a_pack(f"{WEEK}.weekday", weekday_minutes="a"), "School days: at most a minutes (home-school-week.weekday)"),
], ids=["of a pack", "own", "of somebody's own pack", "broken", "as it was recorded"])  # fmt: skip
def test_a_rule_is_said_in_words(fields, said):
    """Of a pack that comes with the program by its text, of a player's own by its numbers; else there is only the id."""
    assert Catalogue("en")(rule_of(fields)) == said


@pytest.mark.parametrize("name", shipped_packs())
def test_it_is_said_as_the_parser_of_packs_has_it(name):
    """Which is not loaded for that: of every shipped pack every rule whose values are known."""
    text = shipped_packs()[name]
    reading = read_pack(text, name, draft=True)
    fields = {"pack": sha256(text.encode()).hexdigest(), "params": reading.pack.params, "zone": ZONE}
    rules = [*reading.pack.rules, *(one.rule for one in reading.omitted)]
    for rule in (one for one in rules if one.id not in reading.vague):
        assert rule_of({**fields, "rule": rule.id}) == rule_said(rule.text, rule.id)


@pytest.mark.parametrize(("language", "said"), [
    ("en", "rule: The player may play luanti"), ("vi", "quy tắc: Người chơi được chơi luanti"),
])  # fmt: skip
def test_the_log_shows_it(language, said):
    """In the reader's language, and nothing of it is lost in the depth of the sentence."""
    out = io.StringIO()
    fields = {"kind": "play.due", "wall": 0, "seat": "seat-1", **own()}
    log.say(Output(out=out, language=language), entry(LogLine(index=1, entry="{}"), fields, ZONE))
    assert said in " ".join(out.getvalue().split())
    assert "…" not in out.getvalue()
