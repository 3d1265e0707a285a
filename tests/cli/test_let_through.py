"""As a parent does it: what a foreign label refuses, who lets it through, and how that is taken back."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.system import WINDOWS

OARS = "OARS sex-themes=mild"  # 13 and older


@pytest.fixture(scope="module")
def home(servers, giochoi_in):
    """An, 12, under the law's pack, and README's game with the label that a scan gives it. No gate: nothing is played here."""
    (servers.home / "daemon").mkdir(mode=0o700)
    (servers.home / "daemon" / "config.toml").write_text("[gate]\nenabled = false\n", "utf-8")
    servers.start("agent")
    servers.start("daemon")
    giochoi = giochoi_in(servers.home)
    said(giochoi, "player", "add", "An", "--born", "2014-05-01")
    said(giochoi, "policy", "use", "An", "vn-147")
    said(giochoi, "game", "label", "luanti", OARS, "--source", "AppStream")
    return giochoi


def said(giochoi, *words, **env):
    done = giochoi(*words, **env)
    assert done.returncode == 0, done
    return done.stdout + done.stderr


def document(giochoi, *words):
    return json.loads(giochoi(*words, "--json").stdout)


def luanti(giochoi):
    [found] = [game for game in document(giochoi, "game", "list", "luanti")["games"] if game["id"] == "luanti"]
    return found


def test_a_foreign_label_is_the_houses_word_until_a_guardian_lets_the_game_through(home):
    """Never cited as Vietnamese law; the label and title stay as they are; what is let through is listed, and taken back."""
    before, why = luanti(home), said(home, "why", "An", "luanti")
    reason = document(home, "why", "An", "luanti")["reason"]
    assert (reason["rule"], "NĐ" in reason["cite"], "NĐ" in why.split("\n\n")[0]) == ("vn-147.other-label", False, False)
    assert "the game is labelled 13+ (OARS); An is 12" in why
    assert "\na guardian may let it through all the same: giochoi game allow An luanti\n" in why
    assert "giochoi game allow An luanti" in said(home, "why", "An", "luanti", GIOCHOI_LANG="vi")
    assert "trò dán nhãn 13+ (OARS), An 12 tuổi" in said(home, "why", "An", "luanti", GIOCHOI_LANG="vi")

    assert said(home, "game", "allow", "An", "luanti") == "luanti is let through for An (an)\n"
    assert document(home, "why", "An", "luanti")["verdict"] == "allow"
    after = luanti(home)
    assert after == {**before, "allowed": [{"player": "an", "name": "An"}]}
    assert "let through for: An" in said(home, "game", "list", "luanti")

    said(home, "game", "disallow", "An", "luanti")
    assert (luanti(home), document(home, "why", "An", "luanti")["verdict"]) == (before, "refuse")
    assert "not let through for An" in home.fails(1, "game", "disallow", "An", "luanti")


def test_what_only_the_hour_refuses_is_let_through_and_says_from_when(home):
    """The day's limit is another matter than the game."""
    said(home, "player", "add", "Bình", "--born", "2014-05-01")
    soon = datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")) + timedelta(hours=2)  # never now, nor over midnight
    hours = f"{soon:%H}:00-{soon:%H}:01"
    said(home, "policy", "use", "Bình", f"home-school-week:weekday_hours={hours}:weekend_hours={hours}")

    told = said(home, "game", "allow", "Bình", "luanti")
    assert told.startswith("luanti is let through for Bình (binh)\nnot now: School days: only during ")
    assert "again from" in told
    said(home, "limit", "Bình", "0", "--game", "luanti")
    said(home, "game", "disallow", "Bình", "luanti")
    assert "it stays refused: no playing of Luanti" in home.fails(1, "game", "allow", "Bình", "luanti")


def test_labels_from_a_file(home, tmp_path):
    """A row that is wrong is named, and then nothing changes."""
    csv, toml = tmp_path / "labels.csv", tmp_path / "labels.toml"
    csv.write_text('id,label,source\nteeworlds,VN12,"publisher, page 3"\ntuxkart,VN00\n', "utf-8")
    assert "row 3" in home.fails(2, "game", "label", "--from", str(csv))
    for wrong, told in (
        ("id,label,source\nteeworlds,VN12,x\nluanti,VN99,x\n", "row 3: VN has no class"),
        ("teeworlds,VN12,x\n", "its first row has to be the names of the columns: id,label,source"), ("", "no labels in it"),
    ):
        csv.write_text(wrong, "utf-8")
        assert told in home.fails(2, "game", "label", "--from", str(csv))
    csv.write_text("id;label;source\nddnet;VN12;page 3, of the publisher\n", "utf-8")  # as spreadsheets do in Vietnam
    assert said(home, "game", "label", "--from", str(csv)).startswith("1 game is labelled")
    assert "label: VN12, page 3, of the publisher" in said(home, "game", "list", "ddnet")
    csv.write_text('\ufeffid,label,source\nteeworlds,VN12,"publisher, page 3"\n', "utf-8")
    toml.write_text('[[label]]\nid = "supertuxkart"\nlabel = "IARC 3+"\nsource = "its shop"\n', "utf-8")
    told = [said(home, "game", "label", "--from", str(file)) for file in (csv, toml)]

    assert told[0].splitlines()[0] == "1 game is labelled"
    assert "looser for An than before: A game without a Vietnamese" in told[0]
    assert "nobody has checked" in told[1]
    assert "label: VN12, publisher, page 3" in said(home, "game", "list", "teeworlds")
    assert document(home, "game", "list", "supertuxkart")["games"][0]["system"] == "IARC"
    home.fails(2, "game", "label", "luanti", "VN00")
    home.fails(2, "game", "label", "luanti", "VN17", "--source", "x")
    home.fails(2, "game", "label", "luanti", "VN00", "--source", "x", "--from", str(csv))


def test_a_table_of_games_without_a_vietnamese_label_is_filled_in_and_read(home, tmp_path):
    """What is not filled in yet is left out; then a café lets through what it may by label, and takes that back."""
    table = tmp_path / "to-label.csv"
    told = document(home, "game", "list", "--unlabelled")["games"]
    said(home, "game", "list", "--unlabelled", "--csv", str(table))
    head, *rows = table.read_text("utf-8-sig").splitlines()
    assert (head, [row.split(",")[0] for row in rows]) == ("id,label,source,title", [game["id"] for game in told])
    assert not {game["id"] for game in told} & {"ddnet", "teeworlds", "tuxpaint", "mame"}

    assert "no labels in it" in home.fails(2, "game", "label", "--from", str(table))
    assert rows[-1].startswith("zenless-zone-zero,,,")
    table.write_text("\n".join([head, *rows[:-1], "zenless-zone-zero,VN00,its page,ZZZ"]), "utf-8")
    assert said(home, "game", "label", "--from", str(table)).startswith("1 game is labelled\n")

    said(home, "policy", "use", "guest", "vn-147:guardian=false")
    assert said(home, "game", "allow", "guest", "all", "--label", "ESRB T,OARS sex-themes=mild").startswith("1 game is let")
    assert [one["player"] for one in luanti(home)["allowed"]] == ["guest"]
    assert "are let through for guest" in said(home, "game", "allow", "guest", "all")
    assert "are no longer let through for guest" in said(home, "game", "disallow", "guest", "all")
    assert luanti(home)["allowed"] == []
    assert "VN has no class '13'" in home.fails(2, "game", "allow", "guest", "all", "--label", "VN13")
    assert "--label goes with all" in home.fails(2, "game", "allow", "guest", "luanti", "--label", "VN12")


def test_a_learning_program_is_marked(home, tmp_path):
    """Shown in the list, kept when it is added again, said in the log, and taken back."""
    script = tmp_path / "sums.py"
    script.write_text("#!/usr/bin/env python3\n# sums\n", "utf-8")
    add = ("game", "add", "sums", "--exe", str(script))
    said(home, *add, "--learning", "--title", "Sums")

    assert "it is still a learning program" in said(home, *add)
    assert "sums · Sums · added here · a learning program" in said(home, "game", "list", "sums")
    assert "does not count" in said(home, "log", "show")
    home.fails(2, *add, "--learning", "--no-learning")
    said(home, *add, "--no-learning")
    assert "learning" not in said(home, "game", "list", "sums")


@pytest.mark.skipif(WINDOWS, reason="not on Windows yet, and there the agent says so")
def test_unknown_programs_and_those_let_through(home, tmp_path):
    """Who sets it is told what it means; list, status and why say it; an id or the file takes a program back."""
    own = tmp_path / "sums"
    own.write_bytes(b"#!/bin/sh\n")
    id_ = hashlib.sha256(own.read_bytes()).hexdigest()[:8]
    assert "An may run any program anyway" in said(home, "player", "set", "An", "--allow-program", str(own))
    assert "runs only what an administrator installed" in said(home, "player", "set", "An", "--unknown", "refused")
    an = next(one for one in document(home, "player", "list")["players"] if one["id"] == "an")
    assert (an["unknown"], [one["name"] for one in an["programs"]]) == ("refused", ["sums"])
    assert f"sums ({id_})" in " ".join(said(home, "player", "list").split())
    assert document(home, "status", "An")["players"][0]["unknown"] == "refused"
    for command in (("status",), ("why", "An")):
        assert "runs only installed programs" in said(home, *command)
    assert "others are ended only after their start" in home("doctor").stdout

    said(home, "player", "set", "An", "--disallow-program", id_)
    assert "no one program" in home.fails(2, "player", "set", "An", "--disallow-program", str(own))
    assert "An may run any program" in said(home, "player", "set", "An", "--only-installed", "off")
    home.fails(2, "player", "set", "An", "--only-installed", "maybe")
    assert "count as one game" in said(home, "player", "set", "An", "--unknown", "counts")
    assert "Other programs" in said(home, "why", "An", "unknown")
    assert "An (an), Other programs: at most 30 min a day" in said(home, "limit", "An", "30", "--game", "unknown")
    assert "unknown" not in {one["id"] for one in document(home, "game", "list")["games"]}
    said(home, "limit", "An", "none", "--game", "unknown")
    said(home, "player", "set", "An", "--only-installed", "on")
    said(home, "player", "set", "An", "--unknown", "listed")
    assert "runs only installed programs" not in said(home, "status")


@pytest.mark.parametrize(("name", "content", "told"), [
    ("ld-linux-x86-64.so.2", b"x", "starts any program"), ("empty", b"", "is empty"), ("nothing", None, "cannot be read"),
])  # fmt: skip
def test_what_cannot_be_let_through(fails, tmp_path, name, content, told):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert told in fails(2, "player", "set", "An", "--allow-program", str(tmp_path / name))
NO_WAY = """
id = "strict"
title = { vi = "Nhà", en = "House" }
source = "house"
status = "verified"
jurisdiction = "house"
zone = "Asia/Ho_Chi_Minh"
[[rating]]
id = "label"
cite = "kitchen"
authority = "house"
addressee = "household"
text = { vi = "Theo nhãn", en = "By label" }
"""


def test_a_label_that_nobody_may_relax_says_so(home, tmp_path):
    """Its way out is not named, as there is none."""
    (tmp_path / "strict.toml").write_text(NO_WAY, "utf-8")
    said(home, "player", "add", "Dũng", "--born", "2014-05-01")
    said(home, "policy", "use", "Dũng", str(tmp_path / "strict.toml"))
    why = said(home, "why", "Dũng", "luanti")
    assert "nobody here may relax that" in why
    assert "game allow" not in why
    assert "stays refused" in home.fails(1, "game", "allow", "Dũng", "luanti")

