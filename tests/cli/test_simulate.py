"""giochoi simulate: what other rules would have done to the play of a log; in words and as JSON."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.api.pseudonym import pseudonym
from agent.api.roster import RosterGet
from agent.api.seat import Enrol, Submit
from cli.__main__ import main
from cli.simulate.days import result
from cli.simulate.report import clock
from compliance import bundle
from compliance.entries.override import Answered, Approval, ApprovalEnded, GrantGiven, Requested
from compliance.entries.place import PlaceChanged
from compliance.entries.play import PlayEnded, PlayStarted
from compliance.entries.seat import SeatEnrolled
from compliance.format.chain import AGENT
from compliance.journal import Journal, create_tables
from compliance.log import Log
from compliance.note import Signer
from host.homes import Home
from host.rpc_client import aask
from i18n.catalogue import Catalogue
from i18n.message import Text
from rules.calendar import day_name
from rules.decision import Reason
from rules.facts import Played
from rules.replay import Piece

MINUTE, HOUR = 60_000, 3_600_000
WHO = "0123456789abcdef" * 2
EN = Catalogue("en")
TOTAL = {"recorded_s": 6600.0, "kept_s": 3600.0, "cut_s": 3000.0, "refused_starts": 1, "ended_early": 1}


def at(text):
    return int(datetime.fromisoformat(f"{text}+07:00").timestamp() * 1000)


@pytest.fixture
def told(home_folder, monkeypatch, capsys):
    """The one JSON document of a simulation under vn-147, in this process."""
    monkeypatch.setenv("GIOCHOI_LANG", "en")

    def run(path, *words, player=WHO):
        monkeypatch.setenv("GIOCHOI_HOME", str(home_folder))
        code = main(["simulate", player, "--pack", "vn-147", "--json", "--from", path, *words])
        done = capsys.readouterr()
        assert code == 0, done.err
        return json.loads(done.out)

    return run


class Seat:
    """Writes a seat's chain with a clock that is told."""

    def __init__(self, name="seat-1"):
        self.signer = Signer(name, b"s" * 32)
        self.connection = sqlite3.connect(":memory:")
        create_tables(self.connection)
        self.journal = Journal(self.connection, name, "b1", self.signer)

    def add(self, kind, now, **fields):
        return self.journal.append(kind, mono=now - at("2026-11-24 00:00"), wall=now, **fields)

    def play(self, who, start, minutes, resumed=None, *, how="by itself", game="a", label=0):
        begin = at(start)
        seq = self.add(
            PlayStarted, begin, who=who, age=12, game=game, label=label, publisher="p", match=("content",), pid=1,
            started=1, since=begin, resumed=resumed,
        ).seq  # fmt: skip
        if minutes is not None:
            ms = int(minutes * MINUTE)
            self.add(PlayEnded, begin + ms, play=seq, who=who, game=game, since=begin, ms=ms, how=how, late=False)
        return seq

    def seal(self, now):
        return self.journal.seal(now - at("2026-11-24 00:00"), now)


@pytest.fixture
def make_bundle(tmp_path):
    """A file of `log export`, of what `write(seat)` wrote."""

    def make(write, name="log.zip"):
        own, seat = Seat(AGENT), Seat()
        signer = Signer("giochoi/test", b"l" * 32)
        own.journal = Journal(own.connection, AGENT, "b1", signer)
        with closing(own.connection), closing(seat.connection), closing(Log(tmp_path / f"{name}.db", signer)) as log:
            start = at("2026-11-24 00:00")
            own.add(SeatEnrolled, start, id=AGENT, key=signer.vkey)
            own.add(PlaceChanged, start, place="home", zone="Asia/Ho_Chi_Minh", hours="")
            own.add(SeatEnrolled, start, id="seat-1", key=seat.signer.vkey)
            seat.agent = own
            write(seat)
            own.seal(at("2026-11-26 12:00"))
            seat.seal(at("2026-11-26 12:00"))
            for journal, vkey in ((own.journal, signer.key), (seat.journal, seat.signer.key)):
                found = journal.spool()
                log.append_batch(journal.seat, vkey, found.entries)
            (tmp_path / name).write_bytes(b"".join(bundle.write(log)))
        return str(tmp_path / name)

    return make


def two_evenings(seat):
    seat.play(WHO, "2026-11-24 19:00", 90)
    seat.play(WHO, "2026-11-25 19:00", 20, game="b", label=16)


def test_stdin_is_read(giochoi, make_bundle):
    """As a process of its own."""
    log = Path(make_bundle(two_evenings)).read_bytes()
    done = giochoi.process("simulate", WHO, "--pack", "vn-147", "--json", "--from", "-", stdin=log)

    assert json.loads(done.stdout)["total"] == TOTAL


def test_json_tells_what_is_kept_what_is_cut_and_why(told, make_bundle):
    """An hour a game; and at twelve no game for sixteen."""
    answer = told(make_bundle(two_evenings))

    assert answer["total"] == TOTAL
    assert [(day["day"], day["rules"]) for day in answer["days"]] == [
        ("2026-11-24", {"vn-147.daily-game": 1800.0}), ("2026-11-25", {"vn-147.label": 1200.0}),
    ]  # fmt: skip
    assert [(one["rule"], one["times"]) for one in answer["rules"]] == [("vn-147.daily-game", 1), ("vn-147.label", 1)]
    assert all(one["cite"] for one in answer["rules"])
    assert answer["plays"][0]["pieces"] == [
        {"from": "2026-11-24T19:00:00+07:00", "seconds": 3600.0, "verdict": "allow", "rule": None},
        {"from": "2026-11-24T20:00:00+07:00", "seconds": 1800.0, "verdict": "refuse", "rule": "vn-147.daily-game"},
    ]


def test_approvals_and_place_count(told, make_bundle):
    """A game without a label is cut until it is approved, and when that was taken back; a game point's night is closed."""
    def write(seat):
        seat.play(WHO, "2026-11-24 20:00", 5, game="c", label=None)
        seat.agent.add(Approval, at("2026-11-24 21:00"), id="a", who=WHO, game="c")
        seat.play(WHO, "2026-11-24 23:00", 10, game="c", label=None)
        seat.agent.add(ApprovalEnded, at("2026-11-25 08:00"), id="a")
        seat.play(WHO, "2026-11-25 09:00", 7, game="c", label=None)

    path = make_bundle(write)
    assert told(path)["total"]["cut_s"] == 720.0
    at_point = told(path, "--place", "game-point", "--pack", "vn-game-point")
    assert at_point["days"][0]["rules"] == {"vn-147.ask-first": 300.0, "vn-game-point.hours": 600.0}


def test_what_was_let_through_at_the_seat_counts_from_its_answer(told, make_bundle):
    """With the agent away. Once that entered it, its word ends it too."""
    def write(seat):
        seat.add(Requested, at("2026-11-24 20:30"), id="r", who=WHO, game="c", program=None, ms=900_000)
        answer = {"by": "guardian", "approved": True, "let": True, "ms": None, "grant": None}
        seat.add(Answered, at("2026-11-24 20:31"), id="r", who=WHO, **answer)
        seat.play(WHO, "2026-11-24 20:40", 5, game="c", label=None)
        seat.agent.add(Approval, at("2026-11-24 21:00"), id="a", who=WHO, game="c")
        seat.play(WHO, "2026-11-24 21:10", 10, game="c", label=None)
        seat.agent.add(ApprovalEnded, at("2026-11-25 08:00"), id="a")
        seat.play(WHO, "2026-11-25 09:00", 7, game="c", label=None)

    assert told(make_bundle(write))["total"]["cut_s"] == 420.0


def test_days_are_those_of_the_zone(told, make_bundle):
    """Half past eleven in Hanoi is another day in Tokyo."""
    path = make_bundle(lambda seat: seat.play(WHO, "2026-11-24 23:30", 1))

    assert [day["day"] for zone in ("Asia/Ho_Chi_Minh", "Asia/Tokyo")
            for day in told(path, "--zone", zone)["days"]] == ["2026-11-24", "2026-11-25"]


def test_no_play_is_an_answer(told, giochoi, make_bundle):
    """And no failure."""
    path = make_bundle(lambda seat: seat.play("f" * 32, "2026-11-24 19:00", 30))

    assert told(path)["days"] == []
    assert "no play" in giochoi("simulate", WHO, "--pack", "vn-147", "--from", path).stdout


@pytest.mark.parametrize("words", [
    (), ("--from", "/no/such/file"), ("--from", "/"), ("--from", "/dev/zero"), ("--from", "a\0b"), ("--from", ""),
    ("--from", "LOG", "--place", "moon"), ("--from", "LOG", "--born", "14"), ("--from", "LOG", "--born", "2027"),
    ("--from", "LOG", "--born", "0001-01-01"), ("--from", "LOG", "--zone", "Asia"), ("--from", "LOG", "--zone", ""),
    ("--from", "LOG", "--pack", "vn-147:nonsense=1"),
], ids=repr)  # fmt: skip
def test_a_mistake_on_the_command_line_is_one_line(fails, make_bundle, words):
    """Exit 2."""
    named = (make_bundle(two_evenings) if word == "LOG" else word for word in words)

    assert fails(2, "simulate", WHO, "--pack", "vn-147", *named).startswith("giochoi: ")


@pytest.mark.parametrize(("content", "says"), [
    (b"giochoi/x\n1\nx\n\n\xe2\x80\x94 giochoi/x AAAA\n", "a card or a head"), (b"", "is empty"),
    (b"hello", "not an exported log"),
])  # fmt: skip
def test_what_is_no_log_is_told_what_it_is(fails, tmp_path, content, says):
    (tmp_path / "file").write_bytes(content)
    assert says in fails(2, "simulate", WHO, "--pack", "vn-147", "--from", str(tmp_path / "file"))


def test_a_year_of_birth_is_enough(told, make_bundle):
    """The younger age counts: born in 2008, the games of 18 are closed to her all of 2026."""
    def write(seat):
        seat.play(WHO, "2026-11-25 19:00", 20, game="b", label=18)

    cut = [told(make_bundle(write), "--born", born)["total"]["cut_s"] for born in ("2008", "2008-01-01")]
    assert cut == [1200.0, 0.0]


def test_a_pack_that_is_not_in_force_is_told(giochoi, make_bundle):
    """It cuts nothing, and a parent should not take that for an answer."""
    done = giochoi("simulate", WHO, "--pack", "vn-72", "--from", make_bundle(two_evenings))

    assert "these rules would have cut nothing" in done.stdout
    assert "vn-72 is not in force on these days" in done.stderr


def evening(seat):
    seat.add(GrantGiven, at("2026-11-24 18:00"), id="g", who=WHO, by="guardian", ms=15 * MINUTE, game=None,
             given=at("2026-11-24 18:00"))
    seat.add(GrantGiven, at("2026-11-24 18:00"), id="h", who="f" * 32, by="guardian", ms=HOUR, game=None,
             given=at("2026-11-24 18:00"))
    seat.play(WHO, "2026-11-24 19:00", 100)
    seat.play("f" * 32, "2026-11-24 21:00", 30)


def test_a_bundle_is_replayed_by_pseudonym_without_any_agent(told, make_bundle):
    """What an inspector can do: one pseudonym, its grants, the age that the entries tell; nobody else's play."""
    answer = told(make_bundle(evening))

    assert answer["source"]["kind"] == "bundle"
    assert answer["total"]["recorded_s"] == 6000.0
    assert answer["total"]["cut_s"] == 1500.0  # 100 minutes, 60 allowed and 15 granted
    assert answer["born"] == "2014-11-24"


def test_what_was_kept_only_because_it_was_given_is_said(giochoi, told, make_bundle):
    """So that nobody takes a rule for looser than it is."""
    path = make_bundle(evening)
    assert told(path)["granted_s"] == 900.0
    done = giochoi("simulate", WHO, "--pack", "vn-147", "--from", path)
    assert "What is kept includes 15 min granted" in " ".join(done.stdout.split())
    assert "What is kept" not in giochoi("simulate", "f" * 32, "--pack", "vn-147", "--from", path).stdout
    assert told(path, player="f" * 32)["granted_s"] == 0.0


def test_a_day_is_not_divided(giochoi, make_bundle):
    """However narrow the terminal is: reasons give way first."""
    def write(seat):
        seat.play(WHO, "2026-11-24 19:00", 100)

    done = giochoi("simulate", WHO, "--pack", "home-balanced", "--from", make_bundle(write), COLUMNS="80")
    assert "Tue 24 Nov 2026" in done.stdout


def test_a_play_over_midnight_is_one_play(told, make_bundle):
    """It was closed and went on: no start is refused at midnight, and a play that runs counts to its seat's last entry."""
    def write(seat):
        first = seat.play(WHO, "2026-11-24 23:00", 60, how="midnight")
        seat.play(WHO, "2026-11-25 00:00", 30, resumed=first)
        seat.play(WHO, "2026-11-26 11:50", None)

    answer = told(make_bundle(write), "--pack", "home-balanced")
    assert [(one["from"], one["to"]) for one in answer["plays"]] == [
        ("2026-11-24T23:00:00+07:00", "2026-11-25T00:30:00+07:00"), ("2026-11-26T11:50:00+07:00", "2026-11-26T12:00:00+07:00"),
    ]  # fmt: skip
    assert answer["total"]["refused_starts"] == 1


def test_a_bundle_that_does_not_verify_is_not_replayed(fails, make_bundle, tmp_path):
    """Exit 4, with what is wrong and where."""
    path = make_bundle(evening)
    data = bytearray((tmp_path / "log.zip").read_bytes())
    at_play = data.index(b'"ms":6000000')
    data[at_play + 5] = ord("1")
    (tmp_path / "log.zip").write_bytes(data)

    assert "does not verify" in fails(4, "simulate", WHO, "--pack", "vn-147", "--from", path)


def test_a_name_needs_the_agent(fails, make_bundle):
    """Exit 3: only the registry knows who is An in the log."""
    assert "start: giochoi-agent" in fails(3, "simulate", "An", "--pack", "vn-147", "--from", make_bundle(evening))


@pytest.mark.parametrize("content", [b"PK\x03\x04 and no bundle", b'{"played": []}', b"P"])
def test_a_file_of_something_else_is_one_line(fails, tmp_path, content):
    """Exit 2."""
    (tmp_path / "x.zip").write_bytes(content)

    assert "log export" in fails(2, "simulate", "An", "--pack", "vn-147", "--from", str(tmp_path / "x.zip"))


def test_the_agents_log_is_replayed_by_name(servers, giochoi_in, make_bundle, tmp_path):
    """Live or exported, with the registry's birth date; another agent's log is refused."""
    giochoi = giochoi_in(servers.home)
    servers.start("agent")
    assert giochoi("guardian", "add", "Mẹ").returncode == 0
    assert giochoi("player", "add", "An", "--born", "2014-05-01", "--guardian", "Mẹ").returncode == 0
    address, seat = Home(servers.home, "given").agent_address, Seat()
    key = _key_of(address)
    for day in (24, 25):
        seat.play(pseudonym(key, date(2026, 11, day)), f"2026-11-{day} 19:00", 70)
    seat.seal(at("2026-11-26 12:00"))
    with closing(seat.connection):
        asyncio.run(aask(address, Enrol(seat="seat-1", key=seat.signer.vkey)))
        entries = tuple(seat.journal.spool().entries)
        asyncio.run(aask(address, Submit(seat="seat-1", entries=entries)))
    assert giochoi("log", "export", str(tmp_path / "own.zip")).returncode == 0

    for source in ("agent", str(tmp_path / "own.zip")):
        done = giochoi("simulate", "an", "--pack", "vn-147", "--from", source, "--json")
        answer = json.loads(done.stdout)
        assert (answer["player"], answer["born"]) == ("An", "2014-05-01")
        assert [day["cut_s"] for day in answer["days"]] == [600.0, 600.0]
    assert "another agent" in giochoi.fails(2, "simulate", "An", "--pack", "vn-147", "--from", make_bundle(evening))
    assert "Nobody" in giochoi.fails(2, "simulate", "Nobody", "--pack", "vn-147", "--from", "agent")


def _key_of(address):
    """An's key, as the seat's roster has it."""
    note = asyncio.run(aask(address, RosterGet())).note
    return json.loads(note.splitlines()[0])["players"][0]["key"]


# --- days --------------------------------------------------------------------------------------------------------------------

REASON = Reason("k.rule", "cite", Text("vi", "en"), "window", "00", {})


@st.composite
def pieces(draw):
    """Plays cut into pieces, in any company, around the day on which New York's clock is put back."""
    start, found = at("2026-11-01 12:00") - 12 * HOUR, []
    for number in range(draw(st.integers(1, 4))):
        begin = start + draw(st.integers(0, 60)) * HOUR
        lengths, kept = draw(st.lists(st.integers(1, 20), min_size=1, max_size=3)), draw(st.booleans())
        whole = Played("a", None, begin, sum(lengths) * HOUR)
        for length in lengths:
            verdict, reason = ("allow", None) if kept else ("refuse", REASON)
            found.append(Piece(number, whole, begin, begin + length * HOUR, verdict, reason))
            begin, kept = begin + length * HOUR, not kept
    return found


@settings(max_examples=100, deadline=None)
@given(pieces())
def test_days_add_up(found):
    """Hour by hour: played if any piece is there, kept if any of them is; each day is the zone's, whatever its length."""
    days = result(found, "America/New_York").days
    hours = {hour: [one for one in found if one.start <= hour < one.end]
             for hour in range(min(one.start for one in found), max(one.end for one in found), HOUR)}

    assert sum(day.recorded_ms for day in days) == HOUR * sum(1 for there in hours.values() if there)
    assert sum(day.kept_ms for day in days) == HOUR * sum(1 for there in hours.values() if any(one.kept for one in there))
    assert all(day.cut_ms == sum(day.by_rule.values()) for day in days)
    of_day = Counter(day_name("America/New_York", hour) for hour, there in hours.items() if there)
    assert {day.day: day.recorded_ms for day in days} == {day: count * HOUR for day, count in of_day.items()}
    assert sum(day.refused for day in days) == sum(1 for one in found if not one.kept and one.start == one.play.start)
    assert sum(day.refused + day.ended for day in days) == sum(1 for one in found if not one.kept)


def test_a_game_that_is_cut_beside_another_takes_no_time(told, make_bundle):
    """Two at once: the time goes on, but the start that was refused is counted."""
    def write(seat):
        first = seat.play(WHO, "2026-11-24 19:00", None)
        seat.play(WHO, "2026-11-24 19:00", 10, game="b", label=16)
        begin, ms = at("2026-11-24 19:00"), 30 * MINUTE
        seat.add(PlayEnded, begin + ms, play=first, who=WHO, game="a", since=begin, ms=ms, how="by itself", late=False)

    answer = told(make_bundle(write))
    assert (answer["total"]["cut_s"], answer["total"]["refused_starts"]) == (0.0, 1)
    assert answer["rules"][0] | {"cite": "", "text": ""} == {
        "rule": "vn-147.label", "cite": "", "text": "", "kind": "rating", "cut_s": 0.0, "times": 1,
    }  # fmt: skip


# --- words -------------------------------------------------------------------------------------------------------------------


def test_words_fit_the_terminal(giochoi, make_bundle):
    """Totals, citations, and no line over 80 columns."""
    done = giochoi("simulate", WHO, "--pack", "vn-147", "--from", make_bundle(two_evenings), COLUMNS="80")

    assert done.returncode == 0, done.stderr
    assert "Played 1 hr 50 min; 1 hr would have been kept, 50 min cut (45%)." in done.stdout
    lines = [line.split("  ") for line in done.stdout.splitlines()]
    cells = [[cell.strip() for cell in line if cell] for line in lines]
    assert ["Tue 24 Nov 2026", "1:30", "1:00", "0:30", "–", "1", "vn-147.daily-game 0:30"] in cells
    assert ["Total", "1:50", "1:00", "0:50", "1", "1"] in cells
    assert "NĐ 147/2024, Đ.39 k.1 đ.e (G1); Đ.48 k.1 đ.e (G2–G4)" in " ".join(done.stdout.split())
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_lengths_are_never_nothing():
    """A refused second is to be seen."""
    assert [EN(clock(ms)) for ms in (0, 1, 59_999, MINUTE, HOUR + 5 * MINUTE + 59_999, 48 * HOUR)] == [
        "0:00", "1 sec", "59 sec", "0:01", "1:05", "48:00",
    ]  # fmt: skip
