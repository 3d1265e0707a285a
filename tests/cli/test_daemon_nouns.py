"""status, why, usage, grant, doctor against a real daemon that watches a real program."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import datetime

import psutil
import pytest

from tests.system import until, zone_with_noon

GAME = "import time\nwhile True: time.sleep(0.2)\n# {}\n"


@pytest.fixture(scope="module")
def seat(servers, giochoi_in):
    """An agent and a daemon that knows this file's game only, and refuses nothing on this machine's file systems."""
    for room, config in (("daemon", "[gate]\nenabled = false\n"), ("agent", "[catalogue]\nshipped = false\n")):
        (servers.home / room).mkdir(mode=0o700)
        (servers.home / room / "config.toml").write_text(config, "utf-8")
    servers.start("agent")
    servers.start("daemon")
    return giochoi_in(servers.home)


@pytest.fixture(scope="module")
def turtles(seat):
    """The command of a game that An, who plays as this account, may play half an hour a day. The place has noon just now, so
    that the day's limit does not start anew within that half hour."""
    script = seat.home / f"turtles-{seat.home.name}.py"
    script.write_text(GAME.format(seat.home.name), "utf-8")
    for words in (
        ("place", "set", "home", "--zone", zone_with_noon()),
        ("player", "add", "An", "--born", "2014-05-01", "--account", psutil.Process().username()),
        ("game", "add", "turtles", "--exe", str(script), "--label", "VN00"),
        ("policy", "use", "An", "vn-147"),
        ("limit", "An", "30", "--game", "turtles"),
    ):
        done = seat(*words)
        assert done.returncode == 0, done
        assert "daemon" not in done.stderr, done  # in force: nothing is pending
    return [sys.executable, str(script)]


@pytest.fixture
def playing(seat, turtles):
    """The game runs, and the daemon knows."""
    with subprocess.Popen(turtles) as game:
        try:
            until(lambda: any(one["running"] for one in told(seat, "status")["players"][0]["games"]))
            yield game
        finally:
            game.kill()


def told(seat, *words):
    done = seat(*words, "--json")
    assert done.returncode == 0, done
    return json.loads(done.stdout)


@pytest.mark.usefixtures("playing")
def test_status_has_the_contracts_shape_and_reads_well(seat):
    """Seconds as floats, times with offset, what recognised the game, and the rule that ends it first."""
    status = told(seat, "status")
    text = seat("status").stdout

    [player] = status["players"]
    [game] = player["games"]
    assert status["daemon"].keys() == {"version", "since", "watch", "issues", "roster", "off"}
    assert (player["name"], player["age"], player["allowed"], player["left_s"], player["reason"]) == (
        "An",
        12,
        True,
        None,
        None,
    )
    assert (game["id"], game["running"], game["match"], game["reason"]["rule"]) == (
        "turtles",
        True,
        ["content", "alike", "name"],
        "house.turtles",
    )
    assert game["used_s"] + game["left_s"] == pytest.approx(1800, abs=0.01)
    assert datetime.fromisoformat(game["until"]).utcoffset() == datetime.fromisoformat(status["daemon"]["since"]).utcoffset()
    assert (game["verdict"], game["next"], player["verdict"], player["next"]) == ("allow", "refuse", "allow", None)
    assert all(word in text for word in ("An (age 12)", "▶ turtles", "29 min left", "the background service answers"))
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.usefixtures("playing")
def test_why_suggests_a_game_by_a_part_of_its_title(seat):
    """…and takes a whole one without accents."""
    script = seat.home / "league.py"
    script.write_text("# another game\n", "utf-8")
    assert seat("game", "add", "league", "--exe", str(script), "--title", "League (Liên Minh Huyền Thoại)").returncode == 0
    assert "did you mean League (Liên Minh Huyền Thoại) (league)?" in seat.fails(2, "why", "An", "lien-minh")
    assert told(seat, "why", "An", "lien minh huyen thoai")["game"] == "league"
    seat("game", "remove", "league", "--yes")


@pytest.mark.usefixtures("playing")
def test_why_names_every_rule_with_its_citation(seat):
    """The decision, then what each rule alone would say: over what it counts, and whether it is only advice."""
    seat("policy", "use", "An", "vn-147", "jp-kagawa")
    why = told(seat, "why", "An", "turtles")
    text = seat("why", "An", "turtles").stdout
    assert (told(seat, "why")["player"], seat("why").returncode) == ("an", 0)  # it is An's account
    seat("policy", "use", "An", "vn-147")

    rules = {rule["rule"]: rule for rule in why["rules"]}
    assert (why["verdict"], why["reason"]["rule"]) == ("allow", "house.turtles")
    assert {"house.turtles", "vn-147.daily-game"} <= rules.keys()
    numbers = rules["house.turtles"]
    assert (numbers["budget_s"], numbers["granted_s"]) == (1800.0, 0.0)
    assert numbers["used_s"] + why["left_s"] == 1800.0
    assert all(rule["cite"] for rule in why["rules"])
    assert {rule["rule"].split(".")[0]: rule["advisory"] for rule in why["rules"]} == {
        "vn-147": False, "house": False, "jp-kagawa": True,
    }  # fmt: skip
    assert (numbers["period"], rules["vn-147.guardian"]["period"], why["guardian"], why["grace_s"]) == ("day", None, True, 10.0)
    assert re.search(r"▶ at most 30 min of turtles a day \[.*\]\n    allowed until ", text)
    assert "played today: " in text
    assert "(advice)" in text
    assert "at home whoever administers this PC is the guardian" in text
    assert max(map(len, text.splitlines())) <= 100
    assert "turtles: allowed, 29 min left" in text
    assert all(rule["text"] in " ".join(text.split()) for rule in why["rules"])
    assert not any(rule in text for rule in rules), "ids are for programs"


def test_a_grant_adds_is_listed_and_taken_back(seat, turtles):
    """In force when the command returns."""
    before = told(seat, "why", "An", "turtles")["left_s"]
    id_ = told(seat, "grant", "An", "0.5", "--game", "turtles", "--reason", "bài xong rồi")["id"]
    after = told(seat, "why", "An", "turtles")["left_s"]
    [grant] = told(seat, "grants")["grants"]
    shown = seat("grants").stdout
    status, why = seat("status").stdout, seat("why", "An", "turtles").stdout
    offered = seat("__complete", "revoke", "").stdout.split()
    back = seat("revoke", id_)

    assert after == before + 30
    assert (back.stdout.startswith(f"{id_} is taken back: An can play turtles until "), back.stderr) == (True, "")
    assert (offered, seat("__complete", "revoke", "").stdout) == ([id_], "")
    assert (grant["id"], grant["player"], grant["minutes"], grant["game"], grant["revoked"]) == (
        id_,
        "an",
        0.5,
        "turtles",
        None,
    )
    assert (grant["name"], grant["counts"], told(seat, "grants")["grants"][0]["counts"]) == ("An", True, False)
    assert datetime.fromisoformat(grant["given"]).hour in {12, 13}
    assert "bài xong" in shown
    assert " + 30 sec given [" in status
    assert "of 30 min + 30 sec given" in why
    assert (back.returncode, told(seat, "why", "An", "turtles")["left_s"]) == (0, before)
    assert told(seat, "grants")["grants"][0]["revoked"] is not None


@pytest.mark.usefixtures("turtles")
def test_a_grant_answers_until_when_may_be_played_and_until_when_before(seat):
    """With what the contract says, and in words; `extend` as much as it takes. By limits of the house alone, whose days are the
    place's: those of vn-147 are Hanoi's, and may end just now.
    """
    assert seat("policy", "use", "An", "none").returncode == 0
    given = told(seat, "grant", "An", "15", "--game", "turtles")
    again = seat("grant", "An", "15", "--game", "turtles").stdout
    until = datetime.fromisoformat(given["until"])
    assert (given["player"], given["game"], given["still"]) == ({"id": "an", "name": "An"}, "turtles", None)
    assert (until - datetime.fromisoformat(given["before"])).total_seconds() == pytest.approx(900, abs=1)
    line = r"An can play turtles until 1\d:\d\d \(was 1\d:\d\d\)\nto take it back: giochoi revoke [0-9a-f]{8}\n"
    assert re.fullmatch(line, again)
    later = told(seat, "extend", "An", "--until", "15:00", "--game", "turtles")
    assert (later["until"][11:19], later["until"].partition("T")[0]) == ("15:00:00", given["until"].partition("T")[0])
    nothing = told(seat, "extend", "An", "--until", "14:30", "--game", "turtles")
    assert (nothing["id"], nothing["still"], nothing["until"]) == (None, None, nothing["before"])
    said = seat("extend", "An", "--until", "14:30", "--game", "turtles").stdout
    assert said.startswith("nothing changes: An can play turtles until ")
    assert "is past" in seat.fails(2, "extend", "An", "--until", "00:30")
    for one in told(seat, "grants")["grants"]:
        seat("revoke", one["id"])
    assert seat("policy", "use", "An", "vn-147").returncode == 0


@pytest.mark.parametrize("day", ["9999-12-31", "2026-02-30", "0001-01-01", "tomorrow", "20261124", ""])
def test_a_day_that_is_none_or_lies_ahead_is_one_line(seat, turtles, day):
    """Never an error inside."""
    assert "--day" in seat.fails(2, "usage", "--day", day)


@pytest.mark.usefixtures("turtles")
def test_yesterday_has_a_name(seat):
    """In both languages; by the place's clock."""
    today = told(seat, "usage", "--day", "today")["day"]
    assert [told(seat, "usage", "--day", word)["day"] for word in ("hôm nay", "Hôm nay".upper())] == [today, today]
    yesterday = told(seat, "usage", "--day", "yesterday")["day"]
    assert yesterday == told(seat, "usage", "--day", "ho\u0302m qua")["day"] < today
    assert "nothing was played" in seat("usage", "--day", yesterday).stdout


@pytest.mark.usefixtures("playing")
def test_usage_counts_by_player_and_game(seat):
    """In the place's zone; a day without play is empty."""
    usage = told(seat, "usage")
    text = seat("usage").stdout

    assert usage["zone"].startswith("Etc/GMT")
    assert usage["players"]["an"]["total_s"] == usage["players"]["an"]["games"]["turtles"] > 0
    assert "turtles" in text
    assert told(seat, "usage", "--day", "2020-02-29")["players"] == {}
    assert [list(told(seat, "usage", name)["players"]) for name in ("An", "an", "guest")] == [["an"], ["an"], []]
    assert "there are: An (an)" in seat.fails(2, "usage", "Bo")
    for more in ((), ("--week",)):
        assert "guest did not play" in seat("usage", "guest", *more).stdout
    assert ": An did not play\n" in seat("usage", "An", "--day", "29/2/2020").stdout


@pytest.mark.usefixtures("playing")
def test_usage_of_a_week_adds_up_its_days(seat):
    """Seven days, the last one first; what was not played is no line."""
    days = told(seat, "usage", "An", "--week")["days"]
    text = seat("usage", "An", "--week").stdout

    assert [day["day"] for day in days] == sorted({day["day"] for day in days}, reverse=True)
    assert (len(days), days[0]["day"]) == (7, told(seat, "usage")["day"])
    assert days[0]["players"]["an"]["total_s"] > 0
    assert [day["players"] for day in days[1:]] == [{}] * 6
    assert (text.count("An: "), text.count("(turtles ")) == (1, 1)
    before = told(seat, "usage", "--week", "--day", "yesterday")["days"]
    assert [day["day"] for day in before[:-1]] == [day["day"] for day in days[1:]]
    assert "nothing was played" in seat("usage", "--week", "--day", "yesterday").stdout


def test_status_and_grants_can_be_of_one_player(seat, turtles):
    """The shape stays; the guest is meant in either language; nobody else is."""
    seat("limit", "khách", "30")
    id_ = told(seat, "grant", "khách", "5")["id"]
    assert [one["id"] for one in told(seat, "status", "An")["players"]] == ["an"]
    assert [one["id"] for one in told(seat, "status", "Khách")["players"]] == ["guest"]
    assert [one["id"] for one in told(seat, "status")["players"]] == ["an", "guest"]
    assert told(seat, "status", "an").keys() == told(seat, "status").keys()
    assert {one["player"] for one in told(seat, "grants", "An")["grants"]} <= {"an"}
    assert [one["id"] for one in told(seat, "grants", "guest")["grants"]] == [id_]
    assert "no player 'Ân'" in seat.fails(2, "grants", "Ân")
    assert "no player 'Ân'" in seat.fails(2, "status", "Ân")
    assert seat("revoke", id_).stdout.startswith(f"{id_} is taken back: ")
    assert seat("revoke", id_).stdout.startswith(f"{id_} was taken back before: ")
    seat("limit", "khách", "none")


@pytest.mark.promise("Failures: `doctor` says what is not enforced, and names accounts that can become root")
def test_doctor_says_what_is_not_enforced_by_its_exit_code(seat, turtles):
    """Without the gate a game is ended at its start, not before: that is not all that could be."""
    done = seat("doctor")
    checks = {check["id"]: check["ok"] for check in json.loads(seat("doctor", "--json").stdout)["checks"]}

    assert (done.returncode, checks["watch"], checks["agent"]) == (1, False, True)
    root = sys.platform != "linux" or os.geteuid() == 0
    why = "games are ended at their start" if root else "without the rights of the system only this account's programs are seen"
    assert f"✗ {why}" in " ".join(done.stdout.split())
    assert max(map(len, done.stdout.splitlines())) <= 100


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="without root that is the reason")
def test_doctor_names_the_switch_that_is_off(seat):
    """Root and fanotify are there; the home's config.toml says not to use them."""
    assert "[gate] in daemon/config.toml switched that off" in " ".join(seat("doctor").stdout.split())


ASK = """
id = "mine"
jurisdiction = "house"
zone = "{zone}"
source = "kitchen"
status = "unverified"
title = {{ vi = "Nhà", en = "House" }}
[[window]]
id = "hours"
cite = "kitchen"
authority = "house"
addressee = "household"
spans = [{{ span = "{hours}" }}]
text = {{ vi = "Chỉ trong giờ", en = "Within hours only" }}
[[ask]]
id = "first"
cite = "kitchen"
authority = "house"
addressee = "household"
which = "all"
text = {{ vi = "Hỏi đã", en = "Ask first" }}
"""


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        ("10:00-21:00",
         ("ask first", "a guardian lets it through with: giochoi game allow An turtles", "until 21:00, then may not play")),
        ("16:30-21:00", ("may not play", "until 16:30, then ask first")),
    ],
)  # fmt: skip
def test_nothing_is_promised_that_will_have_to_be_asked_for(seat, turtles, tmp_path, hours, said):
    """It is noon. Neither the close of the hours nor their beginning lets the game through."""
    (tmp_path / "mine.toml").write_text(ASK.format(zone=zone_with_noon(), hours=hours), "utf-8")
    seat("policy", "use", "An", str(tmp_path / "mine.toml"))
    status, why = (" ".join(seat(*words).stdout.split()) for words in (("status",), ("why", "An", "turtles")))
    seat("policy", "use", "An", "vn-147")

    assert f"turtles: {'; '.join(said)}" in status
    assert all(one in why for one in said)
    assert "again from" not in status + why.split("because")[0]


@pytest.mark.usefixtures("playing")
def test_what_runs_and_is_let_through_no_longer_has_time(seat, tmp_path):
    """How much until it is asked to close, and then to save; of what does not run nothing is said."""
    (tmp_path / "mine.toml").write_text(ASK.format(zone=zone_with_noon(), hours="10:00-21:00"), "utf-8")
    seat("game", "allow", "An", "turtles")
    seat("policy", "use", "An", str(tmp_path / "mine.toml"))
    taken = seat("game", "disallow", "An", "turtles")
    seat("policy", "use", "An", "vn-147")

    assert taken.returncode == 0, taken
    assert taken.stderr == "it runs now: it is asked to close in 1 min, and then has 10 sec to save\n"


def test_what_does_not_run_has_nothing_to_save(seat, turtles):
    """Only a game that runs needs time."""
    until(lambda: not any(one["running"] for one in told(seat, "status")["players"][0]["games"]))
    seat("game", "allow", "An", "turtles")
    assert seat("game", "disallow", "An", "turtles").stderr == ""


def test_names_that_nobody_has_are_bad_input(seat):
    """One line, exit 2."""
    for words in (("why", "Zed"), ("grant", "Zed", "5"), ("grant", "guest", "5", "--game", "no-such"), ("revoke", "no-such")):
        seat.fails(2, *words)


def test_a_daemon_that_went_away_leaves_a_change_for_its_next_start(servers, seat):
    """Exit 0, and in force when the daemon starts."""
    servers.stop("daemon")
    done = seat("player", "add", "Bi", "--born", "2012-02-29")
    servers.start("daemon")

    assert done.returncode == 0
    assert "in force when the daemon starts" in done.stderr
    until(lambda: "Bi" in [player["name"] for player in told(seat, "status")["players"]])


def test_what_was_given_does_not_come_back_with_the_name(seat, turtles):
    """A player who was removed and added again has neither a new day nor the time that was given before."""
    assert turtles
    words = ("player", "add", "Tí", "--born", "2014-05-01")
    assert seat(*words).returncode == 0
    assert seat("limit", "Tí", "30").returncode == 0
    id_ = told(seat, "grant", "Tí", "5")["id"]
    assert seat("player", "remove", "Tí", "--yes").returncode == 0
    assert [one["id"] for one in told(seat, "grants", "ti")["grants"]] == [id_]
    assert seat(*words).stdout == "Tí is added (id ti)\n"

    until(lambda: [one["revoked"] for one in told(seat, "grants")["grants"] if one["id"] == id_] != [None])
    assert seat("player", "remove", "Tí", "--yes").returncode == 0
