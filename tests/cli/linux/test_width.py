"""What every command says fits eighty columns, with the longest names: no word, hash or path is cut, and no line is longer."""

from __future__ import annotations

import unicodedata

import psutil
import pytest

from cli.commands import NOUNS, of
from tests.system import SOAK, zone_with_noon

LONG = "Công Tằng Tôn Nữ Nguyễn Thị Bích Ngọc Phương Anh Thuỳ Dương"  # sixty letters
TITLE = "Cuộc phiêu lưu kỳ thú của những chú rùa nhỏ trên đại dương xanh thẳm mênh mông"
FACTS = (
    b'{"now": "2026-11-24T21:30:00+07:00", "place": "home", "born": "2014-05-01", "guardian": true,'
    b' "game": {"id": "x", "publisher": "p", "label": "VN00"}, "played": [], "grants": [], "approved": []}'
)
WHY = "đã làm xong hết bài tập về nhà môn Toán, môn Văn và cả môn Tiếng Anh của tuần này"
# Not asked here: what shows what lies on this PC, what programs and cameras read, and what has tests of its own.
ELSEWHERE = {
    "demo", "man", "completion", "policy schema", "game scan", "guardian code", "code", "setup",
    "place serve", "seat invite", "seat enrol", "seat confirm", "seat name", "checkin", "checkout",
    "move", "shift start", "shift end", "staff add", "staff remove",
}  # fmt: skip
AT_HOME = (
    ("place", "set", "home", "--zone", zone_with_noon()),
    ("player", "add", LONG, "--born", "2014-05-01"), ("player", "add", "An", "--born", "2016"),
    ("guardian", "add", f"Mẹ {LONG}"), ("guardian", "set", f"Mẹ {LONG}", "--name", f"Bố {LONG}"), ("guardian", "list"),
    ("player", "set", LONG, "--guardian", f"Bố {LONG}"),
    ("update",), ("policy", "packs"), ("policy", "check", "--explain", "vn-147"),
    ("policy", "check", "--explain", "home-balanced"),
    ("policy", "ask", "--pack", "vn-147", "--pack", "home-school-week", "--facts", "-"),
    ("policy", "use", LONG, "vn-147", "home-school-week:weekday_minutes=45:weekend_minutes=120:weekday_hours=16:30-20:30"),
    ("limit", LONG, "20", "--game", "turtles"), ("limit", LONG, "30", "--game", "turtles", "--days", "sat,sun"),
    ("limit", LONG, "200"), ("limit", LONG, "0", "--days", "mon"),
    ("policy", "show", LONG), ("player", "list"), ("game", "list"), ("game", "list", "turtles"),
    ("game", "label", "turtles", "VN18", "--source", "https://example.vn"),
    ("status",), ("why", LONG), ("why", LONG, "turtles"), ("why", "An", "turtles"), ("usage",), ("usage", LONG), ("doctor",),
    ("log", "witness", "list"), ("report", "year"), ("report", "day"),
    ("game", "allow", LONG, "turtles"), ("game", "disallow", LONG, "turtles"),
    ("grant", LONG, "15", "--reason", WHY),
    ("extend", LONG, "--until", "23:59"), ("grants",), ("revoke", "{grant}"),
    ("player", "add", f"Em {LONG}", "--born", "2016", "--account", psutil.Process().username()),  # under no rule
    ("request", "20", "--game", "turtles", "--reason", WHY), ("requests",), ("approve", "{request}"),
    ("request", "--reason", WHY), ("withdraw", "{request}"), ("request", "--reason", WHY),
    ("deny", "{request}", "--reason", WHY), ("requests",),
    ("pause", LONG, "--until", "23:59", "--reason", "ăn cơm tối cùng cả nhà, rồi còn phải làm nốt bài tập"), ("status",),
    ("why", LONG, "turtles"), ("grant", LONG, "5"), ("resume", LONG), ("resume", LONG), ("pause", LONG), ("resume", LONG),
    ("off", "30", "--reason", "sinh nhật của bé, cả lớp cùng đến chơi suốt buổi chiều hôm nay"), ("status",), ("off", "0"),
    ("log", "show"), ("log", "export", "{home}/log.zip"), ("log", "card"),
    ("simulate", LONG, "--pack", "home-balanced", "--from", "agent"),
    ("player", "remove", LONG, "--yes"), ("player", "remove", "An", "--yes"),
    ("player", "remove", f"Em {LONG}", "--yes"),
    ("player", "export", f"Em {LONG}", "{home}/em.json"), ("player", "erase", f"Em {LONG}", "--yes"),
    ("log", "prune", "--dry-run"), ("seat", "list"), ("place", "close"), ("place", "open"),
    ("backup", "{home}/all.zip"), ("restore", "{home}/all.zip", "--yes"),  # which is refused, as both run
    ("guardian", "remove", f"Bố {LONG}", "--yes"), ("game", "remove", "turtles", "--yes"),
    ("help",), *(("help", noun) for noun in NOUNS),
    ("seat", "retire", "{seat}", "--reporting", "--reason", WHY, "--yes"), ("seat", "list"),
)  # fmt: skip
LISTED = {"grant": ("grants",), "request": ("requests",), "seat": ("seat", "list")}
MISTAKES = (
    ("stauts",), ("why", "Nobody"), ("limit", LONG, "soon"), ("place", "set", "moon"), ("policy", "use", "An", "vn-148"),
)  # fmt: skip
AT_A_POINT = (
    ("place", "set", "home", "--zone", "Europe/Paris"),
    ("place", "set", "game-point", "--hours", "08:00-22:00", "--zone", "Asia/Ho_Chi_Minh", "--name", LONG,
     "--certificate", "12/GCN", "--expires", "2029-01-31"),
    ("player", "add", LONG, "--born", "2001"), ("limit", "guest", "0"), ("limit", "guest", "none"), ("policy", "show", "place"),
    ("place", "show"), ("game", "allow", "guest", "luanti"), ("player", "list"), ("who",), ("staff", "list"), ("log", "show"),
    ("game", "allow", "guest", "all", "--label", "PEGI 3,OARS none"), ("game", "allow", "guest", "all"),
    ("game", "list", "--unlabelled", "--csv", "{home}/labels.csv"),
    *(("print", name, f"{{home}}/{name}.pdf") for name in ("board", "games", "hours", "privacy", "hotline", "closing")),
    ("game", "disallow", "guest", "all"),
    ("place", "set", "agent-without-games", "--hours", "06:00-23:00"), ("place", "show"), ("player", "remove", LONG, "--yes"),
)  # fmt: skip


@pytest.fixture(scope="module")
def home(servers, giochoi_in):
    """A house with an agent, a daemon that refuses no start on this PC, and a game of a long name."""
    (servers.home / "daemon").mkdir(mode=0o700)
    (servers.home / "daemon" / "config.toml").write_text("[gate]\nenabled = false\n")
    servers.start("agent")
    servers.start("daemon")
    return giochoi_in(servers.home)


def width(line):
    return len(line) - sum(unicodedata.combining(char) > 0 for char in line)


def too_long(done):
    """Lines over eighty columns that could have been broken. A hash, a path or a value is one word."""
    lines = [*done.stdout.splitlines(), *done.stderr.splitlines()]
    return [line for line in lines if width(line) > 80 and " " in line.strip()]


def all_said(home, language, commands, expected=(0,)):
    """What is too long of all that these commands say."""
    found = []
    for words in commands:
        known = {name: found_in(home(*listed).stdout, name) for name, listed in LISTED.items() if f"{{{name}}}" in words}
        known["home"] = str(home.home / language)
        given = [word.format(**known) if word.startswith("{") else word for word in words]
        done = home(*given, stdin=FACTS, GIOCHOI_LANG=language, COLUMNS="80")
        assert done.returncode in expected, done
        found += [(words, line) for line in too_long(done)]
    return found


def found_in(listed, name):
    """The id of the first one."""
    words = listed.replace(",", " ").split()
    return next(word for word in words if word.startswith("seat-")) if name == "seat" else words[0]


# Vietnamese is the longer one; each takes seconds.
@pytest.mark.parametrize("language", ["en", "vi"] if SOAK else ["vi"])
def test_no_line_is_longer_than_the_terminal(home, tmp_path, language):
    """Each command, and what follows from it."""
    (home.home / language).mkdir()
    program = tmp_path / "turtles"
    program.write_bytes(b"\x7fELF" + language.encode() * 5000)
    add = ("game", "add", "turtles", "--exe", str(program), "--title", TITLE)
    assert all_said(home, language, (add, *AT_HOME), (0, 1)) == []  # 1: what the doctor says
    assert all_said(home, language, MISTAKES, (2,)) == []


@pytest.mark.parametrize("language", ["en", "vi"] if SOAK else ["vi"])
def test_no_line_is_longer_at_a_point(home, servers, language):
    """The daemon is not asked to close anything on this PC: it does not run."""
    if "daemon" in servers.running:
        servers.stop("daemon")
    assert all_said(home, language, AT_A_POINT) == []


def test_every_command_is_asked_here():
    """A new one has to be added above."""
    asked = {" ".join(words[:count]) for words in (*AT_HOME, *AT_A_POINT) for count in (1, 2)} | {"game add", "log head"}
    assert {name for noun in NOUNS for name in of(noun)} - asked - ELSEWHERE == set()
