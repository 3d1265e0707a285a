"""How extra time, the time to save, and whom an entry is about read in status, why and the log."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
from msgspec.structs import replace as changed

from agent.api.log import LogLine
from cli import log, status, why
from cli.output import Output
from i18n.catalogue import Catalogue
from rules.decision import Decision
from tests.cli.test_languages import NINE, TEXT, ZONE, a_status, a_why, m
from words.entries import entry
from words.game_titles import game_called


def lines_of(player, language="en"):
    """What status says of one player, line by line."""
    out = io.StringIO()
    status.say(Output(out=out, language=language), changed(a_status(), players=(player,)))
    return [line.strip() for line in out.getvalue().split("\n\n")[1].splitlines()]


def refused(**more):
    """An, who may play again in the morning, with one game to which the same applies."""
    an = a_status().players[0]
    reason = m.ReasonPart(rule="house.hours", cite="x", text=TEXT, granted_s=None)
    ends = {"verdict": "refuse", "allowed": False, "next": "allow", "until": "2026-11-25T08:00:00+07:00", "left_s": 0.0}
    game = changed(an.games[0], reason=reason, **ends, **more)
    return changed(an, reason=reason, games=(game,), **ends)


@pytest.mark.parametrize(("title", "id_", "said"), [
    ("Luanti", "luanti", "Luanti"), ("Rùa chạy đua", "turtles", "Rùa chạy đua (turtles)"), ("", "gone", "gone"), ("", None, ""),
])  # fmt: skip
def test_a_game_has_its_title_and_the_id_that_is_typed_where_that_is_another(title, id_, said):
    assert Catalogue("en")(game_called(title, id_)) == said


def test_a_game_like_all_games_is_not_said_to_be_played_because_of_a_rule():
    assert lines_of(refused(running=False))[2] == "luanti: as for all games; played 30 min"
    assert lines_of(refused(running=False), "vi")[2] == "luanti: như mọi trò; đã chơi 30 phút"


@pytest.mark.parametrize(("language", "said"), [("en", "8:00 at the earliest"), ("vi", "25/11 08:00 mới được chơi lại;")])
def test_a_refusal_says_from_when_it_is_over(language, said):
    """The end of a refusal is no end of play."""
    line = f"{lines_of(refused(), language)[1]};"
    assert said.replace("08:00", "8:00") in line.replace("08:00", "8:00")
    assert "until" not in line
    assert "; đến" not in line


@pytest.mark.parametrize(("language", "said"), [("en", "saving; closes in 20 sec"), ("vi", "đang lưu; sẽ đóng sau 20 giây")])
def test_what_saves_says_when_it_closes(language, said):
    """Also where the verdict is that of all games."""
    assert lines_of(refused(saving_s=20.4), language)[2].startswith(f"▶ luanti: {said}; ")
    other = refused(saving_s=20.4)
    assert f"▶ luanti: {said}; " in " ".join(lines_of(changed(other, reason=None, verdict="allow"), language))


def test_hours_that_were_put_off_name_until_when():
    """In status and why: the rule alone would contradict the end that is told."""
    an = a_status().players[0]
    until = "2026-11-24T21:10:00+07:00"
    reason = m.ReasonPart(rule="house.hours", cite="x", text=TEXT, granted_s=600.0, extended=until)
    an = changed(an, reason=reason, verdict="allow", until=until, next="refuse", left_s=60.0, games=())
    assert ", extended until " in lines_of(an)[2]
    assert "given" not in lines_of(an)[2]
    out, told = io.StringIO(), a_why()
    decision = Decision("allow", replace(told.decision.reason, extended=NINE), NINE, 60_000)
    why.say(Output(out=out), changed(told, decision=decision))
    assert ", extended until " in " ".join(out.getvalue().split("\n\n")[0].split())


def shown(names, **fields):
    """One entry as log show has it."""
    out, fields = io.StringIO(), {"kind": "launch.refused", "seat": "s", "wall": NINE, **fields}
    log.say(Output(out=out), entry(LogLine(index=7, entry=json.dumps(fields), payload=None), fields, ZONE, names))
    return " ".join(out.getvalue().split())


def test_an_entry_names_the_player_where_that_is_known():
    """Else the pseudonym; also what was taken back, which has an id alone, and whose rules were changed."""
    assert shown({"f" * 32: "An"}, who="f" * 32, game="luanti").endswith("player: An; game: luanti")
    assert "pseudonym: ffff" in shown({}, who="f" * 32, game="luanti")
    assert "player: An; id: 27173fa3" in shown({"27173fa3": "An"}, kind="grant.revoked", id="27173fa3")
    assert shown({"f" * 32: "An"}, kind="policy.changed", target="f" * 32).endswith("for: An")


@pytest.mark.parametrize(("language", "said"), [
    ("en", "agent · the agent has a key of its own key: k"), ("vi", "dịch vụ nền · dịch vụ nền có khóa riêng khóa: k"),
])  # fmt: skip
def test_the_agents_own_key_is_no_pcs(language, said):
    """It is enrolled as a seat is, and is none."""
    out, fields = io.StringIO(), {"kind": "seat.enrolled", "seat": "agent", "wall": NINE, "id": "agent", "key": "k"}
    log.say(Output(out=out, language=language), entry(LogLine(index=0, entry=json.dumps(fields), payload=None), fields, ZONE))
    assert " ".join(out.getvalue().split()).endswith(said)
    assert "PC" in shown({}, kind="seat.enrolled", id="s", key="k")


def test_facts_of_a_decision_that_have_no_value_are_not_shown():
    """They are there for making the decision again."""
    told = shown({}, who="f" * 32, game="luanti", guardian=True, approved=True)
    assert "guardian" not in told
    assert "let through" not in told
