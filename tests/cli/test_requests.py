"""As a child asks and a parent answers, on a command line."""

from __future__ import annotations

import json
import re
from hashlib import sha256

import psutil
import pytest

from tests.system import until, zone_with_noon


@pytest.fixture(scope="module")
def home(servers, giochoi_in):
    """An, who plays as this account, may play half an hour a day and has to ask before a game without a label. The daemon knows
    this file's game only, and refuses nothing on this machine's file systems.
    """
    for room, config in (("daemon", "[gate]\nenabled = false\n"), ("agent", "[catalogue]\nshipped = false\n")):
        (servers.home / room).mkdir(mode=0o700)
        (servers.home / room / "config.toml").write_text(config, "utf-8")
    turtles = servers.home / f"turtles-{servers.home.name}.py"
    # Of its content no other test's has much, which may run here meanwhile as this account, and would be known by that.
    own = "".join(f"# {sha256(f'{servers.home.name} {number}'.encode()).hexdigest()}\n" for number in range(200))
    turtles.write_text(f"{own}import time\ntime.sleep(1)\n", "utf-8")
    servers.start("agent")
    servers.start("daemon")
    giochoi = giochoi_in(servers.home)
    for words in (
        ("place", "set", "home", "--zone", zone_with_noon()),
        ("player", "add", "An", "--born", "2014-05-01", "--account", psutil.Process().username()),
        ("game", "add", "turtles", "--exe", str(turtles)),
        # Its bedtime is Vietnam's, whatever the zone here: it would come in the middle of somebody's day.
        ("policy", "use", "An", "home-balanced:weekday_hours=00:00-24:00:weekend_hours=00:00-24:00"),
        ("limit", "An", "30"),
    ):
        said(giochoi, *words)
    return giochoi


def said(giochoi, *words):
    done = giochoi(*words)
    assert done.returncode == 0, done
    return done.stdout + done.stderr


def document(giochoi, *words):
    done = giochoi(*words, "--json")
    assert done.returncode == 0, done
    return json.loads(done.stdout)


def test_time(home):
    """Asked, listed, given as a grant gives it, which is taken back as one."""
    asked = said(home, "request", "20", "--reason", "homework is done")
    id_ = re.search(r"\((r[0-9a-f]{12})\)", asked)[1]
    listed = said(home, "requests")
    assert f"{id_} · An asks for 20 min more ·" in listed
    assert "homework is done" in listed
    assert id_ in home.fails(1, "request")
    answer = document(home, "approve", id_)
    assert answer.keys() == {"id", "player", "game", "until", "before", "still", "at", "request", "let"}
    assert (answer["request"], answer["player"], answer["let"]) == (id_, {"id": "an", "name": "An"}, None)
    assert [one["id"] for one in document(home, "grants")["grants"]] == [answer["id"]]
    assert "said yes" in home.fails(1, "approve", id_)
    assert said(home, "requests").strip() == "nothing was asked for"
    said(home, "revoke", answer["id"])


def test_json_is_the_contracts(home):
    id_ = document(home, "request", "--reason", "xong")["id"]
    (one,) = document(home, "requests")["requests"]
    assert re.fullmatch(r"20\d\d-.*[+-]\d\d:\d\d", one.pop("asked"))
    assert one == {
        "id": id_, "player": "an", "name": "An", "game": None, "minutes": 15.0, "reason": "xong", "program": None,
        "title": None, "lets": False, "answer": None,
    }  # fmt: skip
    assert document(home, "deny", id_, "--reason", "ăn cơm") == {"id": id_}
    assert f"said no to {id_} before; to allow it all the same: giochoi grant an 15\n" in home.fails(1, "approve", id_)
    assert "said no" in home.fails(1, "deny", id_)


def test_a_game(home):
    """Let through as it asks; the next request for it is for time. Taken back as what was let through."""
    game = "turtles"
    id_ = document(home, "request", "--game", game)["id"]
    assert "An asks to play" in said(home, "requests")
    assert "is let through for An" in said(home, "approve", id_)
    assert document(home, "why", "An", game)["verdict"] == "allow"
    id_ = document(home, "request", "10", "--game", game)["id"]
    assert "10 min more of" in said(home, "requests")
    assert "to take it back: giochoi revoke" in said(home, "approve", id_, "5")
    said(home, "game", "disallow", "An", game)
    assert document(home, "why", "An", game)["verdict"] == "ask"


def test_the_log_tells_it(home):
    """Whether the answer was yes or no, by whom and why."""
    id_ = document(home, "request", "--reason", "chơi tiếp")["id"]
    said(home, "deny", id_, "--reason", "muộn rồi")
    shown = until(lambda: (told := said(home, "log", "show")).count("muộn rồi") == 1 and told)
    assert "a player asked" in shown
    assert "a request was denied" in shown


@pytest.mark.parametrize(("code", "words"), [
    (2, ("approve", "nosuch")), (2, ("deny", "nosuch")), (2, ("request", "0")), (2, ("request", "many")), (2, ("approve",)),
    (1, ("request", "--program", "sums")), (2, ("request", "--reason", "x" * 501)),
])  # fmt: skip
def test_mistakes_are_one_line(home, code, words):
    home.fails(code, *words)


def test_taken_back(home):
    """By whoever asked, once; then it can be asked for again."""
    id_ = document(home, "request", "7")["id"]
    assert document(home, "withdraw", id_) == {"id": id_}
    assert "taken back" in home.fails(1, "withdraw", id_)
    told = document(home, "requests")["requests"]
    assert id_ not in {one["id"] for one in told if one["answer"] is None}
    until(lambda: "a request was taken back" in said(home, "log", "show"))
    assert "by: the player" in said(home, "log", "show")
    said(home, "withdraw", document(home, "request", "7")["id"])
