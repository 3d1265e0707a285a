"""giochoi policy without any server: packs, check, ask."""

from __future__ import annotations

import json

import pytest

from tests.system import WINDOWS
from words.shell import quote

FACTS = {
    "now": "2026-11-24T21:30:00+07:00", "place": "home", "born": "2014-05-01", "guardian": True,
    "game": {"id": "x", "publisher": "p", "label": "VN00"},
    "played": [{"game": "x", "publisher": "p", "from": "2026-11-24T19:00:00+07:00", "seconds": 3000}],
    "grants": [{"by": "guardian", "minutes": 15, "game": None, "given": "2026-11-24T20:00:00+07:00"}],
    "approved": [],
}  # fmt: skip

PACK = """
id = "mine"
jurisdiction = "house"
zone = "Asia/Ho_Chi_Minh"
source = "the kitchen table"
status = "unverified"
title = { vi = "Nhà", en = "House" }
[param.most]
type = "int"
default = 30
text = { vi = "Phút", en = "Minutes" }
[[budget]]
id = "day"
cite = "kitchen"
authority = "house"
addressee = "household"
relax = ["guardian"]
per = "all"
minutes = "$most"
text = { vi = "Một ngày", en = "A day" }
"""


def ask(giochoi, *packs, facts=FACTS):
    options = [word for pack in packs for word in ("--pack", pack)]
    text = facts if isinstance(facts, str) else json.dumps(facts)
    return giochoi("policy", "ask", *options, "--facts", "-", "--json", stdin=text)


def test_ask_answers_the_contracts_example(giochoi):
    """600 s left and 900 granted, to the second, with every field."""
    done = ask(giochoi, "vn-147")

    answer = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert answer["notices"].pop()["rule"] == "vn-147.notice"
    assert answer.pop("reason")["rule"] == "vn-147.daily-game"
    assert answer == {
        "verdict": "allow", "until": "2026-11-24T21:55:00+07:00", "left_s": 1500.0,
        "warn_at": [f"2026-11-24T21:{minute}:00+07:00" for minute in (40, 50, 54)], "notices": [],
    }  # fmt: skip


def test_ask_reads_a_file_and_says_it_to_people(giochoi, tmp_path):
    """Without --json, in words."""
    (tmp_path / "facts.json").write_text(json.dumps(FACTS), "utf-8")
    done = giochoi("policy", "ask", "--pack", "vn-147", "--facts", str(tmp_path / "facts.json"))

    assert done.returncode == 0
    assert "allowed, 25 min left, until " in done.stdout


def test_ask_takes_several_packs_files_and_values(giochoi, tmp_path):
    """A pack of one's own beside a shipped one; colons of a path and of a value are no separators."""
    own = tmp_path / ("b" if WINDOWS else "a:b") / "mine.toml"  # there the drive has a colon
    own.parent.mkdir()
    own.write_text(PACK, "utf-8")
    done = ask(giochoi, "vn-147", f"{own}:most=40", "vn-game-point:hours=09:00-21:00")

    assert json.loads(done.stdout)["reason"]["rule"] == "mine.day"


def test_refused_is_no_failure(giochoi):
    """Exit 0 whatever the verdict."""
    done = ask(giochoi, "vn-game-point", facts={**FACTS, "place": "game-point", "now": "2026-11-24T23:00:00+07:00"})

    assert (done.returncode, json.loads(done.stdout)["verdict"]) == (0, "refuse")


@pytest.mark.parametrize(
    ("facts", "path"),
    [
        ("", "-: "), ("{", "-: "), ("[]", "-: "), ({**FACTS, "now": "2026-11-24T21:30:00"}, "now"),
        ({**FACTS, "plase": 1}, "plase"),
        ({**FACTS, "played": [{**FACTS["played"][0], "seconds": -1}]}, "played[0].seconds"),
        ({**FACTS, "game": {**FACTS["game"], "label": "VN17"}}, "game.label"),
    ],
)  # fmt: skip
def test_facts_that_are_not_valid_name_the_field(giochoi, facts, path):
    """Exit 2, one line, nothing on stdout."""
    done = ask(giochoi, "vn-147", facts=facts)

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert path in done.stderr


def test_check_lists_each_rule_with_citation(giochoi, tmp_path):
    """What a guardian reads before using a pack."""
    (tmp_path / "mine.toml").write_text(PACK, "utf-8")
    done = giochoi("policy", "check", str(tmp_path / "mine.toml"))

    assert done.returncode == 0
    assert all(word in done.stdout for word in ("mine.day", "30 min a day", "a guardian may relax it"))


def test_check_takes_a_shipped_pack_and_values(giochoi):
    """And says of law whether it was checked."""
    done = giochoi("policy", "check", "vn-game-point:hours=09:00-21:00")

    assert done.returncode == 0
    assert all(word in done.stdout for word in ("NĐ 147/2024, Đ.68 (verified)", "09:00–21:00", "NOT verified"))


def test_check_of_a_pack_that_lacks_a_value_says_which(giochoi):
    """The file has no mistake; using it so would be one."""
    assert "hours=…" in giochoi("policy", "check", "vn-agent-without-games").stdout
    assert "hours=…" in giochoi.fails(2, "policy", "ask", "--pack", "vn-agent-without-games", "--facts", "-")


def test_check_explains_in_sentences(giochoi):
    """Who, how much, whose duty, who may relax it, and from where; with --json beside each rule."""
    said = giochoi("policy", "check", "--explain", "vn-147").stdout
    [pack] = json.loads(giochoi("policy", "check", "--explain", "vn-147", "--json").stdout)["packs"]

    assert "Whoever is under 18 may play at most 1 hr a day, each game by itself." in said
    assert "Source: NĐ 147/2024, Đ.39 k.1 đ.e (G1); Đ.48 k.1 đ.e (G2–G4) (verified)" in said
    assert pack["rules"][0]["explain"] == (
        "Whoever is under 18 may play at most 1 hr a day, each game by itself. "
        "The law lays this duty on the enterprise that supplies the game; a guardian may relax it."
    )
    assert [one["name"] for one in pack["parameters"]] == ["over_all", "guardian"]
    assert [(one["rule"], one["when"]) for one in pack["left_out"]] == [("vn-147.daily-all", "over_all")]


def test_schema_is_one_document(giochoi):
    """For editors."""
    assert json.loads(giochoi("policy", "schema").stdout)["$schema"].endswith("2020-12/schema")


def test_check_names_file_and_field_of_each_mistake(giochoi, tmp_path):
    """One line each; the exit code is that of bad input."""
    path = tmp_path / "mine.toml"
    path.write_text(PACK.replace('per = "all"', 'per = "everything"').replace('cite = "kitchen"\n', ""), "utf-8")
    done = giochoi("policy", "check", str(path))

    assert (done.returncode, done.stdout) == (2, "")
    assert sorted(line.split(": ")[2].split(" ")[0] for line in done.stderr.splitlines()) == ["budget[0].cite", "budget[0].per"]
    assert all(str(path) in line for line in done.stderr.splitlines())


def test_check_as_json_is_one_document_either_way(giochoi, tmp_path):
    """An editor reads where to put its marks; the exit code is that of bad input."""
    path = tmp_path / "mine.toml"
    path.write_text(PACK, "utf-8")
    assert json.loads(giochoi("policy", "check", str(path), "--json").stdout)["ok"] is True
    path.write_text(PACK.replace('per = "all"', 'per = "everything"').replace('cite = "kitchen"\n', ""), "utf-8")
    done = giochoi("policy", "check", str(path), "--json")

    answer = json.loads(done.stdout)
    assert (done.returncode, done.stderr, answer["ok"], answer["file"]) == (2, "", False, str(path))
    assert sorted((one["path"], one["line"]) for one in answer["mistakes"]) == [("budget[0].cite", 12), ("budget[0].per", 17)]
    assert not any("dòng / line" in one["why"] for one in answer["mistakes"])


@pytest.mark.parametrize(
    ("pack", "told"),
    [
        ("home-school-week:weekday_minutes=45,weekend_minutes=90; play=1",
         "stands after a colon: home-school-week:weekday_minutes=45:weekend_minutes=90:play=1"),
        ("home-school-week:weekday_minutes", "a value is missing, weekday_minutes=…"),
        ("home-school-week:weekday_minutes:day_off_minutes=60", "a value is missing, weekday_minutes=…"),
        ("vn-147:over_all=true:guardian", "a value is missing, guardian=…"), ("VN-147", "did you mean vn-147?"),
        ("vn147", "did you mean vn-147?"), ("vn-147,home-balanced", "separated by spaces"),
        ("vn-147,", "separated by spaces"), ("moon", "giochoi policy packs"),
    ],
)  # fmt: skip
def test_a_pack_that_is_none_is_told_in_one_line_that_fits(fails, pack, told):
    """And what was probably meant."""
    for words in (("policy", "use", "An", pack), ("policy", "check", pack)):
        line = fails(2, *words)
        assert told in line
        assert len(line) <= 130


def test_a_file_with_many_mistakes_ends_in_how_to_see_them(fails, tmp_path):
    """The first, and how many there are beside it."""
    path = tmp_path / "my pack.toml"
    path.write_text(PACK.replace('per = "all"', 'per = "everything"').replace('cite = "kitchen"\n', ""), "utf-8")

    line = fails(2, "policy", "use", "An", str(path))
    assert line.endswith(f"; and 1 more, see: giochoi policy check {quote(str(path))}\n")


def test_check_of_what_is_no_text_is_one_line(giochoi, tmp_path):
    """A picture, say."""
    path = tmp_path / "pack.toml"
    path.write_bytes(b"\x89PNG\xff\xfe")

    assert "UTF-8" in giochoi.fails(2, "policy", "check", str(path))


def test_packs_lists_the_shipped_ones_with_their_status(giochoi):
    """And never claims more than was checked."""
    packs = {pack["id"]: pack for pack in json.loads(giochoi("policy", "packs", "--json").stdout)["packs"]}

    assert {"vn-147", "vn-game-point", "vn-agent-without-games", "cn-2021", "home-school-week"} <= packs.keys()
    assert packs["vn-147"]["jurisdiction"] == "VN"
    assert {rule["status"] for rule in packs["vn-147"]["rules"]} <= {"verified", "unverified"}
