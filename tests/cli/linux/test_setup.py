"""giochoi setup at a real agent and daemon: what the answers change, and that nothing changes before the last yes."""

from __future__ import annotations

import io
import json
import re
from datetime import UTC, datetime

import msgspec
import pytest

from cli.__main__ import main
from cli.given import proving
from cli.setup import command, house, saving
from daemon.api.messages import PlayedAnswer
from daemon.api.scan import FoundGame, Scanned
from daemon.api.setup_pages import SetupPage
from host.api import Person
from rules.facts import Played

HOUR = 3_600_000
AN, BINH = Person("games", "Trần An"), Person("mail")  # accounts that every Debian has


@pytest.fixture(scope="module")
def home(servers):
    servers.start("agent")
    servers.start("daemon")
    return servers.home


@pytest.fixture
def setup(home, monkeypatch, capsys):
    """`setup(*answers)`: exit code, stdout, stderr. The game teeworlds is installed, without a label."""

    def scan(user):
        return Scanned(user="an", games=(
            FoundGame(id="teeworlds", title="Teeworlds", known=True, known_by="content"),
            FoundGame(id="sums", title="Sums", label=0, label_source="VN00"),
        ))  # fmt: skip

    monkeypatch.setenv("GIOCHOI_HOME", str(home))
    monkeypatch.setenv("GIOCHOI_LANG", "en")
    monkeypatch.setattr(command, "terminal", lambda: True)
    monkeypatch.setattr(proving, "terminal", lambda: True)
    monkeypatch.setattr(house, "scan", scan)
    monkeypatch.setattr(house, "known_here", lambda found, _: found)

    class Users:
        people = staticmethod(lambda: (AN, BINH))
        account = staticmethod(lambda _: "somebody")
        canonical = staticmethod(lambda typed: typed if typed in {AN.account, BINH.account} else None)
        administers = staticmethod(lambda _: False)

    monkeypatch.setattr(house, "users", lambda: Users)

    def run(*answers):
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{one}\n" for one in answers)))
        return main(["setup"]), *capsys.readouterr()

    return run


def test_the_chosen_rules_are_tried_before_the_last_yes(setup, monkeypatch):
    """On what was played in that account, which is asked for once."""
    noon = int(datetime(2026, 11, 25, 5, tzinfo=UTC).timestamp() * 1000)  # a Wednesday, in Vietnam
    asked = []

    def play(account, _):
        asked.append(account)
        part = Played(game="sums", publisher=None, start=noon + 5 * HOUR, ms=2 * HOUR, label=0)
        return PlayedAnswer(plays=(part,), zone="Asia/Ho_Chi_Minh")

    monkeypatch.setattr(house, "played", play)
    _, _, err = setup("1", "An", "2014-05-01", "1", "30", "", "", "1", "none", "n", "none", "<", "none", "<")
    said = " ".join(err.split())
    assert "In the past week An played 2 hr here; with these rules it would have been 30 min · " in said
    assert "· 1 hr 30 min less: School days: at most 30 minutes" in said
    assert asked == ["games"]


def test_a_window_is_asked_the_same(setup, giochoi_in, home, monkeypatch, capsys):
    """A page a line; nothing changes when it closes before the last yes, and what is wrong with an answer is its note."""
    given = [{"account": "games"}, {}, {"born": "soon"}, {"born": "24/11/2014"}, {"pack": "home-school-week"}, {}, {}, {}, {},
             {"games": "teeworlds"}, {"more": "n"}, {"guardian": "Bố", "pin": "1234", "again": "1234"},
             {"guardian": "Bố", "pin": "48151623", "again": "48151623"}]  # fmt: skip
    lines = [json.dumps({"button": "next", "values": one}, ensure_ascii=False) for one in given]

    def pages(*more):
        sent = io.BytesIO("".join(f"{one}\n" for one in (*lines, *more)).encode())
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(sent, encoding="cp1252"))  # as Windows has it
        code = main(["setup", "--pages"])
        return code, [msgspec.json.decode(line, type=SetupPage) for line in capsys.readouterr().out.splitlines()]

    code, told = pages()
    assert (code, players(giochoi_in, home)) == (1, [])
    notes = [one.note for one in told if one.note]
    assert [one.partition(":")[0] for one in notes] == ["'soon'", "this PIN is too simple"]
    (games,) = (field for one in told for field in one.fields if field.kind == "ticks")
    assert [(one.label, one.value) for one in games.shortcuts] == [("All", "teeworlds"), ("None", "")]
    assert any("School days: at most 60 minutes" in line for line in told[-1].body)
    assert not any(one.last for one in told)
    assert pages("no JSON")[0] == 2


def test_a_window_is_told_why_there_are_no_questions(tmp_path, capsys):
    """On standard error, as there is no page."""
    assert main(["--home", str(tmp_path), "setup", "--pages"]) == 3
    assert "giochoi-agent" in capsys.readouterr().err


def players(giochoi_in, home):
    return json.loads(giochoi_in(home)("player", "list", "--json").stdout)["players"]


def test_nothing_changes_before_the_last_yes(setup, giochoi_in, home):
    """Neither by a no, nor by the end of input, at whichever question."""
    answers = ("1", "An", "2014-05-01", "1", "45", "", "", "1", "none", "n", "none", "n")
    code, _, err = setup(*answers)
    assert (code, "giochoi: nothing changed" in err) == (1, True)
    for given in range(len(answers)):
        assert setup(*answers[:given])[0] == 1
    assert players(giochoi_in, home) == []


def test_a_school_week_in_a_minute(setup, giochoi_in, home, monkeypatch):
    """What was answered is what holds; the answer says until when the child may play, and doctor what does not hold yet."""
    monkeypatch.setattr("getpass.getpass", lambda *_, **__: next(pins))
    pins = iter(("1234", "24112014", "48151623", "4815162", "48151623", "48151623"))  # too simple twice; unlike; alike
    code, out, err = setup("1", "An", "24/11/2014", "", "45", "90", "", "1", "teeworlds", "n", "<", "n", "Mẹ", "y")
    assert "1. Teeworlds, no label" in err
    assert "Sums" not in err
    assert "School days: at most 45 minutes" in err
    assert "An is set up (id an)" in out
    assert "An, all games: " in out
    (an,) = players(giochoi_in, home)
    assert (an["account"], an["born"], an["approved"]) == ("games", "2014-11-24", ["teeworlds"]), (out, err)
    assert an["uses"] == ["vn-147", "home-school-week:weekday_hours=16:30-21:00:weekday_minutes=45:weekend_minutes=90"]
    (guardian,) = json.loads(giochoi_in(home)("guardian", "list", "--json").stdout)["guardians"]
    assert (guardian["name"], guardian["pin"], next(pins, None)) == ("Mẹ", True, None)
    assert code in {0, 1}, err  # doctor may have found something on this machine


def test_the_question_for_a_pin_can_be_left(setup, giochoi_in, home, monkeypatch):
    """"<" goes back, Enter goes on without one, which is said; how many tries are left, too. Nothing is set up by it."""
    answers = ("games", "", "", "", "", "", "", "3", "n", "Bố")
    for typed, said in (
        (("1234", "<"), "tries left: 4"), (("48151623", "<"), ""), (("",), "Then without a PIN: you give time from your own"),
        (("1234",) * 5, "tries left: 0"),
    ):  # fmt: skip
        pins = iter((*typed, "", "", ""))
        monkeypatch.setattr("getpass.getpass", lambda *_, pins=pins, **__: next(pins))
        code, _, err = setup(*answers, *(("Bố",) if "<" in typed else ()), "n")
        told = " ".join(err.split())
        assert (code, "A PIN for Bố" in told, said in told) == (1, True, True), told
        assert told.count("There is a PIN already") == (2 if "<" in typed else 1), told
        assert "PIN is empty" not in told


def test_coming_back_changes_what_was_set(setup, giochoi_in, home, monkeypatch):
    """By the same questions; days off, which none is about, and games let through stay. A forgotten PIN is set anew."""
    giochoi = giochoi_in(home)
    assert giochoi("policy", "use", "An", "vn-147", "home-school-week:weekday_minutes=45:days_off=2027-06-01").returncode == 0
    assert giochoi("limit", "An", "30", "--game", "teeworlds").returncode == 0
    monkeypatch.setattr("getpass.getpass", lambda *_, **__: "73196482")
    code, out, err = setup("games", "", "1/5/2013", "", "50", "", "afternoon", "refused", "n", "Mẹ", "y")
    assert "An, to be changed" in err
    assert "Teeworlds" not in err
    (an,) = players(giochoi_in, home)
    assert (an["id"], an["born"], an["approved"], an["unknown"]) == ("an", "2013-05-01", ["teeworlds"], "refused"), (out, err)
    assert an["uses"][1].split(":")[0] == "home-school-week"
    params = {"weekday_minutes=50", "weekend_minutes=90", "weekday_hours=08:00-21:00", "days_off=2027-06-01"}
    assert set(re.split(r":(?=\w+=)", an["uses"][1])[1:]) == params
    assert "An still has these limits: " in " ".join(out.split()) + " ".join(err.split())
    assert "Mẹ is changed" in out

    giochoi("policy", "use", "An", "home-balanced", "home-weekend")
    code, _, err = setup("games")
    assert (code, "giochoi policy use An …" in " ".join(err.split())) == (1, True)
    giochoi("player", "set", "An", "--unknown", "listed")


def test_what_guests_may_not_is_told(setup, giochoi_in, home):
    """It lies on whoever is registered, and no question told of it. The command that stands there takes it off."""
    giochoi = giochoi_in(home)
    giochoi("player", "remove", "An", "--yes")
    giochoi("limit", "guest", "0")
    _, out, err = setup("1", "An", "2014-05-01", "1", "45", "", "", "1", "none", "n", "y")
    told = " ".join(out.split()) + " ".join(err.split())
    assert "An has the limits of guests, too: no play; without them: giochoi limit An none" in told
    giochoi("limit", "An", "none")
    assert next(one for one in players(giochoi_in, home) if one["name"] == "An")["limits"] == []


def test_a_new_account_is_made_after_the_last_yes(setup, giochoi_in, home, monkeypatch):
    """And not before; where it cannot be made, that is said and nobody is registered."""
    made = []
    monkeypatch.setattr("getpass.getpass", lambda _: "mật khẩu")
    monkeypatch.setattr(house.files(), "privileged", lambda: True)

    class Made(house.users()):
        @staticmethod
        def make(*words):
            made.append(words)
            if len(made) > 1:
                raise OSError("no room")

    monkeypatch.setattr(saving, "users", lambda: Made)
    answers = ["+", "Proxy", "2014-05-01", "1", "", "", "", "", "n", "none"]  # no question about games: none is everybody's
    setup(*answers, "n")
    assert made == []
    setup(*answers, "y")
    assert made == [("proxy", "Proxy", "mật khẩu")]  # which every Debian has, so it can be registered
    assert "proxy" in [one["account"] for one in players(giochoi_in, home)]
    code, _, err = setup("+", "Dung", *answers[2:], "y")
    assert (code, "Dung: no room" in err) == (1, True)
