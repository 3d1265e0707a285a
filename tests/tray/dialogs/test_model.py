"""Models of dialogs, without any screen: which letters lead where, what is read of what was typed."""

from __future__ import annotations

import dataclasses

import pytest
from msgspec.structs import replace

from daemon.api.messages import PackPart, RulePart, UsageGet
from i18n.catalogue import Catalogue
from i18n.message import Message, Text
from rules.decision import Finding
from rules.packs.shipped import shipped_packs
from rules.parse import read_pack
from tests.tray.dialogs.fake_daemon import ASKED, MINUTE, RULES, STATUS, WHY, ZONE, usage
from tray.dialogs import approve, ask, code, kept, pin, rules, until, why
from tray.dialogs.model import marked, mnemonics, told
from tray.dialogs.values import digits, minutes, time_of_day

MONTH_MS = 365.25 / 12 * 86_400_000


@pytest.mark.parametrize(("labels", "letters"), [
    (["Send", "Cancel", "Close"], "SCl"),
    (["15 minutes", "30 minutes"], "mi"),
    (["Đồng ý", "Đóng"], "ng"),  # Đ and ồ are on no keyboard as they stand
    (["a", "a", "", "12"], ["a", None, None, None]),
    (["no time", "no telephone"], "nt"),
])  # fmt: skip
def test_a_letter_leads_to_each_label_and_none_to_two(labels, letters):
    found = [None if at is None else label[at] for label, at in zip(labels, mnemonics(labels), strict=True)]
    assert found == list(letters)


def test_marks_of_ones_own_are_doubled():
    """A game called R&D leads nowhere by its &."""
    dialog = ask.for_play(STATUS, "an")
    words = Catalogue("en")
    shown = marked(dialog, lambda said: words(said).replace("Luanti", "R&D_x"), "&")
    assert [one for one in shown if "D_x" in one] == ["R&&&D_x (running)"]
    assert all(one.count("_") == 1 for one in marked(dialog, words, "_"))


@pytest.mark.parametrize(("typed", "ms"), [
    ("15", 15 * MINUTE), (" 30 ", 30 * MINUTE), ("1,5", 90_000), ("0.5", 30_000), ("1440", 1440 * MINUTE),
    ("", None), ("0", None), ("-5", None), ("1441", None), ("15 minutes", None), ("1e3", None), ("nan", None),
])  # fmt: skip
def test_minutes(typed, ms):
    read = minutes(typed)
    assert isinstance(read, Message) if ms is None else read == ms


@pytest.mark.parametrize(("typed", "at"), [
    ("20:30", 1230), ("20.30", 1230), ("20h30", 1230), ("20g30", 1230), ("2030", 1230), ("8", 480), ("20h", 1200),
    ("24:00", 1440), ("00:00", 0), ("", None), ("24:01", None), ("20:60", None), ("20:3", None), ("203", None),
    ("25", None), ("tối nay", None),
])  # fmt: skip
def test_time_of_day(typed, at):
    read = time_of_day(typed)
    assert isinstance(read, Message) if at is None else read == at * MINUTE


@pytest.mark.parametrize(("typed", "code_"), [
    ("123456", "123456"), ("123 456", "123456"), ("12-34-56", "123456"), ("12345", None), ("1234567", None), ("12345a", None),
    ("", None), ("１２３４５６", None),
])  # fmt: skip
def test_digits(typed, code_):
    read = digits(typed)
    assert isinstance(read, Message) if code_ is None else read == code_


MODELS = {
    "ask": ask.for_play(STATUS, "an"), "program": ask.for_program("sums"), "pin": pin.dialog(("Hoa", "Tuấn")),
    "pin of one": pin.dialog(("Hoa",)), "code": code.dialog(None), "code asked": code.dialog(ASKED), "why": why.dialog(WHY),
    "kept": kept.dialog("an", []), "until": until.dialog(STATUS, "an", "luanti"), "approve": approve.dialog(ASKED, ZONE),
    "rules": rules.dialog(RULES), "told": told("a", "b"),
}  # fmt: skip


@pytest.mark.parametrize("name", MODELS)
def test_each_dialog_can_be_left_and_begins_somewhere(name):
    """Enter presses one button, Escape closes; typing begins in a field that is there; a choice chooses something."""
    dialog = MODELS[name]
    assert [button for button in dialog.buttons if button.closes]
    assert dialog.first in {"", *(field.name for field in dialog.fields)}
    assert (dialog.first != "") == bool(dialog.fields)
    for field in dialog.fields:
        assert field.kind != "choice" or field.value in {one.value for one in field.choices}


@pytest.mark.parametrize(("game", "offered", "chosen"), [
    ("", ["all", "luanti", "teeworlds"], "all"),
    ("chess", ["all", "chess", "luanti", "teeworlds"], "chess"),
])  # fmt: skip
def test_ask_offers_what_runs_or_may_not_be_played(game, offered, chosen):
    """A game that may be played and does not run needs no asking, unless it was meant."""
    field = next(one for one in ask.for_play(STATUS, "an", game).fields if one.name == "game")
    assert ([one.value for one in field.choices], field.value) == (offered, chosen)


@pytest.mark.parametrize(("ms", "value", "choices"), [
    (30 * MINUTE, "30", ["15", "30", "60"]), (45 * MINUTE, "45", ["15", "30", "45", "60"]), (90_000, "1.5", ["15", "30", "60"]),
])  # fmt: skip
def test_an_answer_begins_with_what_was_asked_for(ms, value, choices):
    field = approve._minutes(ms)
    assert (field.value, [one.value for one in field.choices]) == (value, choices)


@pytest.mark.parametrize("more", [{"lets": True}, {"program": "ab" * 32, "game": None, "title": "sums"}])
def test_what_is_let_through_takes_no_minutes(more):
    dialog = approve.dialog(replace(ASKED, **more), ZONE)
    assert [one.name for one in dialog.fields] == ["reason"]
    assert "30" not in Catalogue("en")(dialog.says[0])


@pytest.mark.parametrize(("rule", "cite", "shown"), [
    ("vn-147.daily-game", "NĐ 147/2024, Đ.39", "[NĐ 147/2024, Đ.39]"), ("home-school-week.rest", "home-school-week", ""),
    ("house.an", "giochoi limit", ""), ("pause", "", ""), ("vn-147.unlabelled", "vn-147", ""),
])  # fmt: skip
def test_only_a_law_is_cited(rule, cite, shown):
    """Names of packs and commands mean nothing to a family."""
    reason = dataclasses.replace(WHY.decision.reason, rule=rule, cite=cite, text=Text("a", "a"))
    decision = dataclasses.replace(WHY.decision, reason=reason)
    dialog = why.dialog(replace(WHY, decision=decision, findings=(Finding(reason, "refuse", None),)))
    pack = PackPart(title=Text("p", "p"), rules=(RulePart(rule=rule, cite=cite, text=Text("a", "a"), advisory=False),))
    listed = rules.dialog(replace(RULES, packs=(pack,))).body[1].text

    ends = f" {shown}" if shown else ""
    assert [Catalogue("en")(one) for one in (dialog.says[2], dialog.body[0].text, listed)] == [
        f"Because: a{ends}", f"a{ends}", f"• a{ends}"
    ]  # fmt: skip


def test_what_stands_in_the_pictures_is_as_packs_say_it_and_adds_up():
    """docs/pictures show these: an article that no pack cites, or a sum that is none, would stand there for years."""
    said = {rule.id: (rule.cite, rule.text) for id_ in ("vn-147", "home-balanced")
            for rule in read_pack(shipped_packs()[id_], id_).pack.rules}  # fmt: skip
    parts = [rule for pack in RULES.packs for rule in pack.rules]
    reasons = [WHY.decision.reason, *(one.reason for one in WHY.findings)]
    assert [one.rule for one in (*parts, *reasons) if (one.cite, one.text) != said[one.rule]] == []
    part = usage(UsageGet(day="2026-11-24")).players["an"]
    assert sum(part.games.values()) == part.total_s


def test_kept_says_what_is_true():
    """The sentences hold how long each thing is kept; 7 days and today are told, with games by their titles."""
    from compliance.format.keeping import LEAVES_MS, PERSONAL_MS
    from daemon.recording import day_summary

    days = [usage(UsageGet(day=f"2026-11-{day}")) for day in (24, 21)]
    said = [Catalogue("en")(line.text) for line in kept.dialog("an", days).body]

    assert kept.KEPT_DAYS == day_summary.KEPT_DAYS
    assert any("400 days" in one for one in said)
    assert (round(LEAVES_MS / MONTH_MS), round(PERSONAL_MS / MONTH_MS)) == (13, 6)
    assert any("thirteen months" in one and "six months" in one for one in said)
    assert not any("no end" in one for one in said)
    assert [one.split(": ")[1] for one in said[1:3]] == ["1 hr 15 min (Luanti 1 hr, Teeworlds 15 min)", "nothing"]
