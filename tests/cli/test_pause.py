"""pause, resume, off against a real daemon: what they say, what the others say of it, and that it is all in the log."""

from __future__ import annotations

import json
import os
import re
from datetime import date, datetime, timedelta

import psutil
import pytest

from cli.errors import CommandError
from cli.given.until import Until, parse_until
from i18n.message import plain
from tests.system import until, zone_with_noon


@pytest.fixture(scope="module")
def seat(servers, giochoi_in):
    """Both servers, which know no game of this machine. An plays as this account; the place has noon just now."""
    for room, config in (("daemon", "[gate]\nenabled = false\n"), ("agent", "[catalogue]\nshipped = false\n")):
        (servers.home / room).mkdir(mode=0o700)
        (servers.home / room / "config.toml").write_text(config, "utf-8")
    servers.start("agent")
    servers.start("daemon")
    made = giochoi_in(servers.home)
    for words in (
        ("place", "set", "home", "--zone", zone_with_noon()),
        ("player", "add", "An", "--born", "2014-05-01", "--account", psutil.Process().username()),
        ("player", "add", "Tí", "--born", "2016-05-01"),
        ("limit", "An", "30"),
    ):
        assert made(*words).returncode == 0, words
    return made


@pytest.fixture(autouse=True)
def undone(seat):
    yield
    seat("resume", "all")
    seat("off", "0")


def told(seat, *words):
    done = seat(*words, "--json")
    assert done.returncode == 0, done
    return json.loads(done.stdout)


def words(done):
    """What was printed, as if in one line."""
    assert done.stderr == "", done
    return " ".join(done.stdout.split())


def test_a_pause_says_until_when_and_how_it_ends(seat):
    """What may be played then follows from the end of it."""
    said = words(seat("pause", "An", "--until", "23:30"))
    assert said == "An is paused until 23:30; to end that sooner: giochoi resume An"
    quoted = "Tí" if os.name == "nt" else "ti"  # whose name has to be quoted is named by id
    assert words(seat("pause", "Tí")) == f"Tí (ti) is paused; to end that: giochoi resume {quoted}"
    assert words(seat("pause", "guest")) == "guest is paused; to end that: giochoi resume guest"
    assert words(seat("resume", "An")).startswith("An can play until ")


def test_all_are_paused_and_resumed(seat):
    """Whoever is registered is told of, and guests."""
    found = told(seat, "pause", "all", "--until", "23:30", "--reason", "dinner")["players"]
    ends = {one["id"]: one["paused"][11:16] for one in found}
    assert ends == {"an": "23:30", "ti": "23:30", "guest": "23:30"}
    said = seat("resume", "all").stdout
    assert "An can play until" in said
    assert "guest" not in said
    assert told(seat, "resume", "all") == {
        "players": [{"id": one["id"], "name": one["name"], "paused": None} for one in found], "changed": False,
    }  # fmt: skip
    assert seat("resume", "all").stdout == "nothing changes: nobody was paused\n"
    assert seat("resume", "An").stdout == "nothing changes: An was not paused\n"


def test_a_pause_over_another_says_what_holds(seat):
    """It takes the place of the same player's; one of all goes on beside it, and then that is what holds."""
    seat("pause", "An", "--until", "22:00")
    again = words(seat("pause", "An", "--until", "22:00"))
    assert again == "nothing changes: An is paused until 22:00; to end that sooner: giochoi resume An"
    sooner = seat("pause", "An", "--until", "21:00").stdout
    assert sooner.endswith("this takes the place of the pause until 22:00\n")
    assert told(seat, "pause", "An")["instead"][11:16] == "21:00"
    assert told(seat, "pause", "An", "--until", "22:00")["instead"] == ""
    said = seat("pause", "all", "--until", "21:30").stdout
    assert "An is paused until 22:00; " in said
    assert said.count("  that is a pause of An alone, which goes on for longer\n") == 1
    seat("pause", "all", "--until", "23:30")
    said = seat("pause", "An", "--until", "21:00").stdout
    assert said.startswith("An is paused until 23:30; ")
    assert "  that is a pause of all, which goes on for longer\n" in said


def test_status_why_and_grant_say_it(seat):
    """Loudly, and without a citation that there is not."""
    seat("pause", "An", "--until", "23:30")
    status, why = seat("status").stdout, seat("why", "An").stdout
    assert "    ! paused until 23:30\n" in status
    assert "because: paused by a guardian until 23:30\n" in status
    assert "[]" not in status + why
    assert "▶ paused by a guardian until 23:30: may not play until 23:30" in why
    player = told(seat, "status")["players"][0]
    assert (player["paused"][11:16], player["reason"]["rule"], player["reason"]["cite"]) == ("23:30", "pause", "")
    given = told(seat, "grant", "An", "5")
    assert given["still"]["rule"] == "pause"
    assert "An may not play now: paused by a guardian until 23:30" in seat("grant", "An", "5").stdout
    refused = seat("extend", "An", "--until", "23:00")
    assert (refused.returncode, "paused by a guardian" in refused.stderr) == (1, True)


def test_off_is_loud_and_comes_back(seat):
    """In status and doctor, with who and why, and the way back."""
    end = told(seat, "off", "30", "--reason", "birthday")["until"]
    assert datetime.fromisoformat(end).utcoffset() is not None
    status, doctor = seat("status").stdout, seat("doctor")
    assert re.search(r"! nothing is limited until ..:..: \S+, birthday", status)
    assert "giochoi off 0" in " ".join(doctor.stdout.split())
    assert doctor.returncode == 1
    assert told(seat, "status")["daemon"]["off"]["until"] == end
    assert seat("off", "0").stdout == "limits hold again\n"
    assert seat("off", "0").stdout == "nothing changes: limits hold\n"
    assert told(seat, "status")["daemon"]["off"] is None


def test_at_a_game_point_off_is_refused(seat):
    zone = zone_with_noon()
    seat("place", "set", "game-point", "--hours", "08:00-22:00")
    try:
        assert "the law" in seat.fails(1, "off", "5", "--reason", "x")
    finally:
        assert seat("place", "set", "home", "--zone", zone).returncode == 0


@pytest.mark.parametrize(
    "typed",
    ["pause", "pause Nobody", "pause An --until soon", "pause An --until 00:00", "pause An --until 2026-11-24T21:30:00", "off",
     "off 5", "off 1441 --reason x"],
)  # fmt: skip
def test_what_is_wrong_is_one_line(seat, typed):
    seat.fails(2, *typed.split())


@pytest.mark.parametrize(
    ("text", "found"),
    [("20:00", Until(72_000_000)), ("8h", Until(28_800_000)), ("fri", Until(weekday=4)), ("Thứ  Sáu", Until(weekday=4)),
     ("t6 18h", Until(64_800_000, weekday=4)), ("ngày mai", Until(ahead=1)), ("tomorrow 7:30", Until(27_000_000, ahead=1)),
     ("2026-11-28", Until(day=date(2026, 11, 28))), ("2026-11-28 07:00", Until(25_200_000, day=date(2026, 11, 28))),
     ("2026-11-24T21:30:00+07:00", Until(at=1_795_530_600_000)), ("2026-11-24T14:30:00Z", Until(at=1_795_530_600_000))],
)  # fmt: skip
def test_times_are_read(text, found):
    assert parse_until(text) == found


@pytest.mark.parametrize(
    ("until", "day"),
    [("fri", date(2026, 12, 4)), ("sun", date(2026, 12, 6)), ("mon", date(2026, 11, 30)), ("tomorrow", date(2026, 11, 30)),
     ("2026-12-24", date(2026, 12, 24)), ("20:00", date(2026, 11, 29))],
)  # fmt: skip
def test_a_day_of_the_week_is_the_next_one(until, day):
    sunday = date(2026, 11, 29)
    assert parse_until(until).day_after(sunday) == day


@pytest.mark.parametrize("text", ["", "25:00", "T", "2026-11-24T21:30", "0001-01-01T00:00:00+07:00", "9999-12-31T23:59:59Z",
                                  "fri 25:00", "9999-12-31", "24/12/26", "someday 20:00"])  # fmt: skip
def test_what_is_no_time_is_named(text):
    with pytest.raises(CommandError) as caught:
        parse_until(text)
    assert "is not a time" in plain(caught.value.message)


@pytest.mark.parametrize("text", ["2027-02-29", "2027-02-29 07:00", "29/2/2027", "29/2/2027 7h"])
def test_a_day_that_no_calendar_has_is_told_so(text):
    with pytest.raises(CommandError, match=f"there is no day '{text.split()[0]}'"):
        parse_until(text)


def test_a_moment_of_another_day_is_taken(seat):
    """With its date and offset."""
    now = datetime.fromisoformat(told(seat, "status")["daemon"]["since"])
    end = (now + timedelta(days=2)).replace(hour=7, minute=0, second=0, microsecond=0).isoformat()
    (found,) = told(seat, "pause", "An", "--until", end)["players"]
    assert found["paused"] == end


def test_an_exam_ends_the_pause_on_its_day(seat):
    """A day alone begins with its first minute, by the place's clock."""
    now = datetime.fromisoformat(told(seat, "status")["daemon"]["since"])
    for said, days, hour in (("tomorrow", 1, 0), (f"{now + timedelta(days=3):%a} 18h", 3, 18)):
        (found,) = told(seat, "pause", "An", "--until", said)["players"]
        end = (now + timedelta(days=days)).replace(hour=hour, minute=0, second=0, microsecond=0)
        assert found["paused"] == end.isoformat(), said
        day = f"{end:%A} {end.day} {end:%b %Y}"
        shown = f"An is paused until {f'{day} at 0:00' if hour == 0 else f'18:00 on {day}'}; to end that sooner"
        assert shown in words(seat("pause", "An", "--until", said))
    end = now + timedelta(days=1)
    told_so = words(seat("pause", "An", "--until", "mai", GIOCHOI_LANG="vi"))
    weekday = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")[end.weekday()]
    assert f"đến 0 giờ {weekday} {end:%d/%m/%Y}" in told_so


def test_a_child_without_rules_is_said_to_have_none(seat):
    """Not that none counts all games; `--json` is the contract's."""
    assert seat("player", "add", "Na", "--born", "2017").returncode == 0
    said = {lang: words(seat("status", "Na", GIOCHOI_LANG=lang)) for lang in ("en", "vi")}
    found = told(seat, "status", "Na")["players"]
    seat("player", "remove", "Na", "--yes")
    assert "all games: no limits are set yet; played 0 sec" in said["en"]
    assert "mọi trò: chưa có giới hạn nào" in said["vi"]
    assert "no limits" not in words(seat("status", "An"))
    assert "unlimited" not in found[0]


def test_the_log_says_it_in_words(seat):
    """Who, until when, why; and whether it was taken back."""
    seat("pause", "An", "--until", "23:30", "--reason", "ăn cơm")
    seat("resume", "An")
    seat("pause", "all")
    seat("off", "30", "--reason", "birthday")
    seat("off", "0")
    until(lambda: told(seat, "status")["agent"]["unsent"] == 0)
    shown = words(seat("log", "show"))
    for one in ("play paused ", "play paused, for all", "until: 23:30", "reason: ăn cơm", "pause over", "how: taken back",
                "nothing is limited", "reason: birthday", "limits hold again"):  # fmt: skip
        assert one in shown, one


def test_in_vietnamese(seat):
    """As a parent reads it."""
    assert seat("pause", "An", "--until", "23:30", "--lang", "vi").stdout.startswith("An bị tạm dừng chơi đến 23:30")
    assert "vì: người giám hộ tạm dừng chơi đến 23:30" in seat("status", "--lang", "vi").stdout
