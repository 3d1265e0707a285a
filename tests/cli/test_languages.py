"""One language at a time: which one it is, and that nothing of the other is left in what commands say."""

from __future__ import annotations

import io
import itertools
import json
import re
from datetime import date
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from agent.api.answers import Done
from agent.api.log import LogLine
from agent.api.roster import GrantEvent
from agent.api.rulebook import PlaceSet
from cli import doctor, grant, help, log, man, status, why  # noqa: A004 - a command of that name
from cli.commands import NOUNS
from cli.context import Context
from cli.given.packs import groups_of
from cli.output import Output
from cli.showing.packs import explained, listed, ruled
from compliance.entry import AnyEntry
from daemon.api import messages as m
from daemon.api.issues import ISSUES
from i18n.build import read
from i18n.message import Text, msg
from rules.decision import Decision, Finding, Reason
from rules.packs.shipped import shipped_packs
from rules.parse import read_pack
from words import entries
from words.entries import KINDS, entry
from words.extra_time import beside, follows
from words.names import OPERATIONS

ZONE = "Asia/Ho_Chi_Minh"
NINE = 1_795_485_600_000
LETTERS = re.compile(r"[ăâđêôơưàáạảãằắặẳẵầấậẩẫèéẹẻẽềếệểễìíịỉĩòóọỏõồốộổỗờớợởỡùúụủũừứựửữỳýỵỷỹ]", re.IGNORECASE)
TEXT = Text("Mỗi ngày 30 phút", "30 minutes a day")


def english_only():
    """What only an English sentence has: every part of a text, from three words on, that its Vietnamese has not."""
    found = set()
    for text in read(Path(__file__).parents[2] / "i18n/vi.po"):
        ids, words = ((one,) if isinstance(one, str) else one for one in (text.id, text.string))
        parts = {part.strip() for id_ in ids for part in re.split(r"\{\w+\}", id_)}
        found |= {part for part in parts if part.count(" ") > 1 and part not in "".join(words)}
    return found


def the_same_in_both():
    """Names of people, of laws, of their articles."""
    packs = [read_pack(text, name, draft=True) for name, text in shipped_packs().items()]
    names = {cite for one in packs for rule in (*one.pack.rules, *(left.rule for left in one.omitted)) for cite in (rule.cite,)}
    return re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True))) + "|Giờ Chơi|Bình|NĐ(-CP| [0-9]+/[0-9]+)")


ENGLISH, SAME = english_only(), the_same_in_both()


def is_english(text):
    left = SAME.sub("", " ".join(text.split()))
    assert not (found := LETTERS.search(left)), left[max(0, found.start() - 60) : found.end() + 60]


def is_vietnamese(text):
    left = SAME.sub("", " ".join(text.split()))
    assert [part for part in ENGLISH if part in left] == []
    assert LETTERS.search(left)


def a_status():
    reason = m.ReasonPart(rule="house.day", cite="NĐ 147/2024", text=TEXT, granted_s=900.0)
    games = [
        m.GamePart(id=id_, running=id_ == "luanti", used_s=1801.2, left_s=left, allowed=verdict == "allow", verdict=verdict,
                   until="2026-11-24T21:00:00+07:00", next=then, match=("content",), reason=why_)
        for id_, verdict, then, left, why_ in (
            ("luanti", "allow", "refuse", 1798.8, reason), ("teeworlds", "refuse", "allow", 0.0, reason),
            ("xonotic", "ask", "allow", 0.0, None), ("supertux", "refuse", "ask", 0.0, reason),
        )
    ]  # fmt: skip
    player = m.PlayerPart(id="an", name="An", age=None, account="an", allowed=True, verdict="allow", until=None, next=None,
                          used_s=1801.2, left_s=None, reason=None, games=tuple(games))  # fmt: skip
    issues = (m.Issue(id="no-roster", since="2026-11-24T08:00:00+07:00", text=msg("the background service does not answer")),)
    return m.Status(
        daemon=m.DaemonPart(version="1.0.0", since="2026-11-24T08:00:00+07:00", watch="poll", issues=issues, roster=7),
        agent=m.AgentPart(reachable=False, unsent=3, checkpoint=m.CheckpointPart(size=120, time="2026-11-24T08:00:00+07:00")),
        place="home", players=(player, msgspec.structs.replace(player, id="bi", name="Bi", age=12, games=())),
        expired=date(2026, 11, 23),
    )  # fmt: skip


def a_why():
    reason = Reason("house.day", "NĐ 147/2024", TEXT, "budget", "house", {}, 1_800_000, 900_000, 60_000)
    guardian = Reason("vn-147.guardian", "NĐ 147/2024", TEXT, "guardian", "x", {})
    found = (
        Finding(reason, "allow", NINE, advisory=False), Finding(reason, "refuse", None, advisory=True),
        Finding(reason, "allow", None, advisory=True), Finding(guardian, "ask", NINE, advisory=False),
    )  # fmt: skip
    decision = Decision("ask", reason, NINE, 0, (), (), 60_000)
    return m.Why(player="an", name="An", game="luanti", zone=ZONE, decision=decision, findings=found, next="allow",
                 place="game-point", periods={"house.day": "week"})  # fmt: skip


def the_log():
    """A line of every kind, each with all fields that any has."""
    fields = {
        "seat": "seat-1", "wall": NINE, "who": "0" * 32, "game": "luanti", "label": 12, "age": 9, "since": NINE, "left": 60_000,
        "before": {"game": 60_000, "total": 90_000}, "verdict": "refuse", "how": "killed", "place": "home", "match": ["name"],
        "grants": [{"by": "guardian", "ms": 60_000, "game": None, "given": NINE}], "approved": True, "house": True,
        "games": {"luanti": {"ms": 60_000}}, "seats": {"seat-1": NINE}, "packs": [{"id": "x", "params": {"over_all": True}}],
        "shown": False, "ms": 12_000, "clean": True, "to": NINE, "silent": ["seat-2"], "day": "2026-11-24", "late": True,
        "guest": True, "opened": 2, "warned": 2, "asked": 900_000, "follows": "seat-0", "resumed": 7,
        "after": {"label": 12, "system": "vn", "learning": True},
    }  # fmt: skip
    beside = json.dumps({"who": "root", "reason": "x", "ok": True, "address": "5 Bình", "owner": "Bình", "source": "x"})
    kinds = (*KINDS, "a.new.kind")
    return [LogLine(index=7, entry=json.dumps({"kind": kind, **fields}), payload=beside) for kind in kinds]


def everything_of_status(out):
    status.say(out, a_status())


def everything_of_why(out):
    why.say(out, a_why())


def everything_of_grants(out):
    events = (
        GrantEvent(id="27173fa3", player="an-2", by="guardian", who="root", ms=90_500, given=NINE, reason="x"),
        GrantEvent(id="27173fa4", player="gone", by="guardian", who="root", ms=600, game="luanti", given=NINE, revoked=NINE),
    )  # fmt: skip
    grant._list(out, events, m.Grants(grants=events, names={"an-2": "An"}, counting=("27173fa3",), zone=ZONE))
    grant._list(out, (), m.Grants(grants=(), names={}, counting=(), zone=ZONE))


def everything_of_extra_time(out):
    """Every answer that there is."""
    looks = [m.Outlook(verdict=verdict, until=until, rule="house.day", text=TEXT)
             for verdict in ("allow", "ask", "refuse") for until in (NINE, NINE + 60_000, None)]  # fmt: skip
    for before, after, still, game in itertools.product(looks, looks, (True, False), (None, "luanti")):
        told = {"id": "x", "player": "an", "name": "An", "game": game, "zone": ZONE, "still": still}
        answer = m.GrantAnswer(before=before, after=after, **told, ms=600_000, longer=True, again=game is None and not still)
        out.say(follows(answer))
        for beyond in (NINE, None):
            more = {"from_now": True, "beyond": beyond, "only": still, "gives_way": (TEXT, TEXT)}
            for line in beside(msgspec.structs.replace(answer, **more)):
                out.say(line)


def everything_of_log_show(out):
    for line in the_log():
        log.say(out, entry(line, json.loads(line.entry), ZONE))


def everything_of_help(out):
    help.page((), out)
    for noun in NOUNS:
        help.page((noun,), out)
    for page in ("game add", "policy check", "player add", "log show"):
        help.page(page.split(), out)


def everything_of_the_manual(out):
    for _, lines in man.Manual(out.words, date(2026, 1, 2), "0.1.0").pages():
        for line in lines:
            out.line(line)


def everything_of_packs(out):
    for name, text in shipped_packs().items():
        reading = read_pack(text, name, draft=True)
        listed(out, [reading])
        if name.startswith(("vn-", "home-")):
            explained(out, reading, whole=True)
            ruled(out, [reading.pack], groups_of)


def everything_of_doctor(out):
    checks = (m.Check(id="agent", ok=False, text=msg("the background service does not answer")),)
    watched = (("/", "ext4", "asked"), ("/home/an", "fuse.sshfs", "ended"), ("/tmp", "tmpfs", "never"), ("/s", "jfs", "never"))
    file_systems = tuple(m.FileSystem(path=path, kind=kind, watched=how) for path, kind, how in watched)
    context = Context()
    context.out = out
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(doctor, "ask", lambda *_: m.Doctor(checks=checks, file_systems=file_systems))
        doctor.show(type("Args", (), {"repair": False, "agent_key": None}), context)


@pytest.mark.parametrize("said", [
    everything_of_status, everything_of_why, everything_of_log_show, everything_of_help, everything_of_the_manual,
    everything_of_packs, everything_of_doctor, everything_of_grants, everything_of_extra_time,
], ids=lambda said: said.__name__.removeprefix("everything_of_"))  # fmt: skip
@pytest.mark.parametrize(("language", "check"), [("en", is_english), ("vi", is_vietnamese)])
@pytest.mark.parametrize("width", [80, 100])
def test_a_command_speaks_one_language(monkeypatch, said, language, check, width):
    """And breaks no word, date or command at 80 columns."""
    monkeypatch.setenv("COLUMNS", str(width))
    out = io.StringIO()
    said(Output(language=language, out=out))

    check(out.getvalue())
    assert not re.search(r"None|\{\w+\}|\d\n +(Nov|\d\d:)|\u00a0", out.getvalue())
    prose = [line for line in out.getvalue().splitlines() if not line.startswith((".", "  giochoi", "man "))]
    if said is not everything_of_the_manual:
        assert max(map(len, prose)) <= width


def test_a_rule_is_told_once_however_many_games_it_ends():
    """Below the last of them."""
    out = io.StringIO()
    status.say(Output(out=out), a_status())

    lines = [line.strip() for line in out.getvalue().splitlines()]
    an = lines[lines.index("An (age not known)") :]
    assert [line.partition(":")[0] for line in an[1:6]] == ["all games", "▶ luanti", "teeworlds", "supertux", "because"]
    assert sum(line.startswith("because: 30 minutes a day + 15 min given") for line in an) == 1


def test_a_rule_over_all_games_is_told_once_and_so_is_its_end():
    """Below all that it ends; games that end earlier come after it."""
    told = a_status()
    an, ends = told.players[0], {"verdict": "allow", "next": "refuse", "until": "2026-11-24T21:00:00+07:00"}
    reason, own = an.games[0].reason, m.ReasonPart(rule="house.luanti", cite="x", text=TEXT, granted_s=None)
    luanti, teeworlds, _, supertux = (msgspec.structs.replace(one, **ends) for one in an.games)
    games = (msgspec.structs.replace(luanti, reason=own), teeworlds, supertux)
    an = msgspec.structs.replace(an, reason=reason, left_s=1798.8, games=games, **ends)
    out = io.StringIO()
    status.say(Output(out=out), msgspec.structs.replace(told, players=(an,)))
    text = out.getvalue()
    lines = [line.strip() for line in text[text.index("An (age not known)") :].splitlines()]
    names = [line.partition(":")[0] for line in lines[1:]]
    assert names == ["all games", "teeworlds", "supertux", "because", "▶ luanti", "because"]
    assert [lines[at] for at in (2, 3)] == [f"{game}: as for all games; played 30 min" for game in ("teeworlds", "supertux")]
    assert "29 min left" in lines[1]
    assert "29 min left" in lines[5]


def test_the_rule_that_decides_comes_first():
    """Whatever its kind; one that says no more than its verdict takes one line."""
    out, told = io.StringIO(), a_why()
    decides = Reason("z.label", "NĐ 147/2024", TEXT, "rating", "x", {})
    found = (*told.findings, Finding(decides, "refuse", None, advisory=False))
    decision = Decision("refuse", decides, None, 0, (), (), 10_000)
    why.say(Output(out=out), msgspec.structs.replace(told, findings=found, decision=decision))
    head, rules = out.getvalue().split("\n\n")
    assert head.startswith("An, luanti: may not play")
    assert rules.splitlines()[0] == "▶ 30 minutes a day [NĐ 147/2024]: may not play"
    assert rules.count("▶") == 1


@pytest.mark.parametrize(("shown", "language", "told"), [
    (True, "en", "reminder shown"), (False, "en", "reminder; nobody could be told, as no display showed it"),
    (True, "vi", "đã hiện lời nhắc"), (False, "vi", "lời nhắc; không báo được cho ai, vì không màn hình nào hiện"),
])  # fmt: skip
def test_a_reminder_that_nobody_saw_is_not_said_to_be_told(shown, language, told):
    out = io.StringIO()
    fields = {"kind": "warned", "seat": "s", "wall": NINE, "who": "w", "game": "luanti", "left": None, "shown": shown}
    log.say(Output(out=out, language=language), entry(LogLine(index=7, entry=json.dumps(fields), payload=None), fields, ZONE))

    assert out.getvalue().splitlines()[0].endswith(f"· s · {told}")


@pytest.mark.parametrize(("fields", "en", "vi"), [
    ({"game": "luanti", "ms": 0}, "a player asked to play a game", "người chơi xin được chơi một trò"),
    ({"program": "00" * 32, "ms": 0}, "a player asked to run a program", "người chơi xin được chạy một chương trình"),
    ({"program": "00" * 32, "ms": 900_000}, "a player asked to run a program", "người chơi xin được chạy một chương trình"),
    ({"game": "luanti", "ms": 900_000}, "a player asked", "người chơi xin"),
])  # fmt: skip
def test_what_was_asked_for_is_what_the_log_shows(fields, en, vi):
    """No time, where none was asked for; an entry of before has some beside a program."""
    whole = {"kind": "request", "seat": "s", "wall": NINE, "who": "w", "id": "r1", "game": None, "program": None, **fields}
    for language, told, more in (("en", en, "more: "), ("vi", vi, "thêm: ")):
        out = io.StringIO()
        line = LogLine(index=7, entry=json.dumps(whole), payload=None)
        log.say(Output(out=out, language=language), entry(line, dict(whole), ZONE))
        assert out.getvalue().splitlines()[0].endswith(f"· s · {told}")
        assert (more in out.getvalue()) == (told in {"a player asked", "người chơi xin"})


def test_a_changed_time_zone_is_shown():
    """What was before is a name there, and play elsewhere."""
    out = io.StringIO()
    fields = {"kind": "zone.changed", "seat": "s", "wall": NINE, "before": "Asia/Ho_Chi_Minh", "after": "Asia/Tokyo"}
    log.say(Output(out=out), entry(LogLine(index=7, entry=json.dumps(fields), payload=None), fields, ZONE))

    assert "before: Asia/Ho_Chi_Minh; now: Asia/Tokyo" in out.getvalue()


@pytest.mark.parametrize(("kind", "fields", "beside", "en", "vi"), [
    ("seat.start", {"watch": "poll"}, {}, "watch: by looking again and again", "cách giám sát: dò đi dò lại"),
    ("grant.given", {"by": "guardian"}, {}, "by: a guardian", "người thực hiện: người giám hộ"),
    ("policy.changed", {"target": "place"}, {"what": "policy.use"}, "for: the whole place « what: packs were chosen »",
     "áp dụng cho: cả địa điểm « việc: chọn gói quy tắc »"),
    ("issue.raised", {"id": "not-ended"}, {}, "a game could not be ended; is it another account's?",
     "có trò chơi không đóng được; có thể trò ấy thuộc tài khoản khác"),
    ("issue.cleared", {"id": "a-new-one"}, {"what": "a.new.one"}, "a-new-one « what: a.new.one »",
     "a-new-one « việc: a.new.one »"),
    ("pin.failed", {"how": "code", "tries": 4, "locked": None}, {"account": "an", "guardian": "Mẹ"},
     "how: by a code by telephone; wrong tries: 4 « account: an; guardian: Mẹ »",
     "cách: bằng mã đọc qua điện thoại; số lần sai: 4 « tài khoản: an; người giám hộ: Mẹ »"),
    ("grant.given", {"by": "guardian"}, {"who": "Mẹ", "how": "pin"}, "by: a guardian « by: Mẹ; how: by PIN »",
     "người thực hiện: người giám hộ « người thực hiện: Mẹ; cách: bằng mã PIN »"),
    ("guardian.changed", {}, {"what": "guardian.set", "pin": "set", "code": "removed"},
     "« what: a guardian's data were changed; PIN: set; code by telephone: taken away »",
     "« việc: sửa thông tin người giám hộ; Mã PIN: đã đặt; mã qua điện thoại: đã bỏ »"),
    ("approval", {}, {"what": "game.allow", "by": "guardian"}, "« what: a game was let through; by: guardian »",
     "« việc: cho phép một trò chơi; người thực hiện: guardian »"),  # an account of that name
    ("agent.tick", {"seats": {}, "after": NINE}, {}, "", ""),
    ("session.opened", {"guest": True}, {}, "guest", "khách"),
    ("play.ended", {"warned": 2}, {}, "times reminded: 2", "số lần nhắc: 2"),
    ("play.started", {"resumed": 7}, {}, "goes on from play no.: 7", "tiếp nối lượt chơi số: 7"),
    ("seat.start", {"follows": "pc-1"}, {}, "this PC was: pc-1", "máy này trước đây là: pc-1"),
    ("answer", {"approved": True, "let": True, "asked": 900_000}, {}, "let through", "đã được cho phép"),
    ("place.changed", {}, {"address": "5 Hàng Bài", "owner": "Mai"}, "« address: 5 Hàng Bài; owner: Mai »",
     "« địa chỉ: 5 Hàng Bài; chủ điểm: Mai »"),
    ("game.changed", {}, {"source": "x"}, "« source: x »", "« căn cứ: x »"),
    ("play.started", {"label": 12, "system": "VN"}, {}, "label: VN12", "nhãn: VN12"),
    ("play.started", {"label": 13, "system": "OARS"}, {}, "label: 13+ (OARS)", "nhãn: 13+ (OARS)"),
    ("place.changed", {"expires": "2027-03-31"}, {}, "its last day: 31 Mar 2027", "ngày hết hạn: 31/03/2027"),
    ("place.changed", {"expires": "one day"}, {"born": "2014-05-01"}, "its last day: one day « born: 1 May 2014 »",
     "ngày hết hạn: one day « sinh: 01/05/2014 »"),
    ("usage.day", {"day": "2026-11-24"}, {}, "day: 24 Nov 2026", "ngày: 24/11/2026"),
    ("usage.day", {"games": {"*": {"ms": 0}, "luanti": {"ms": 60_000}}}, {}, "games: all games 0 sec, luanti 1 min",
     "các trò: mọi trò 0 giây, luanti 1 phút"),
    ("pruned", {}, {"what": "log.prune"}, "« what: what was kept long enough was deleted »",
     "« việc: đã xóa những gì đã giữ đủ lâu »"),
])  # fmt: skip
def test_ids_of_the_log_are_words(kind, fields, beside, en, vi):
    """An id of a newer version stays what it is."""
    fields = {"kind": kind, "seat": "s", "wall": NINE, **fields}
    line = LogLine(index=7, entry=json.dumps(fields), payload=json.dumps(beside) if beside else None)
    for language, words in (("en", en), ("vi", vi)):
        out = io.StringIO()
        log.say(Output(out=out, language=language), entry(line, fields, ZONE))
        said = " ".join(out.getvalue().partition("\n")[2].split())
        assert said.replace("«", "« ").replace("»", " »") == words


def test_at_a_public_place_no_entry_calls_the_owner_a_guardian():
    """In the law that is a minor's own."""
    fields = {"kind": "grant.given", "seat": "s", "wall": NINE, "by": "guardian"}
    for language, words in (("en", "by: whoever manages the place"), ("vi", "người thực hiện: người quản lý địa điểm")):
        out = io.StringIO()
        line = LogLine(index=7, entry="", payload=None)
        log.say(Output(out=out, language=language), entry(line, dict(fields), ZONE, public=True))
        assert out.getvalue().splitlines()[1].strip() == words


@pytest.mark.parametrize(("how", "en", "vi"), [
    ("ended", "logged off", "đã đăng xuất"), ("unseen", "logged off while nobody looked", "đã đăng xuất lúc không ai giám sát"),
    ("unwatched", "a home now: nobody looks who is logged on", "nay là nhà riêng: không xem ai đăng nhập nữa"),
])  # fmt: skip
def test_how_somebody_logged_off_is_told_in_one_line(how, en, vi):
    """Which session it was, its number tells programs."""
    fields = {"kind": "session.closed", "seat": "s", "wall": NINE, "opened": 2, "how": how}
    for language, words in (("en", en), ("vi", vi)):
        out = io.StringIO()
        log.say(Output(out=out, language=language), entry(LogLine(index=7, entry="", payload=None), dict(fields), ZONE))
        assert out.getvalue().rstrip().endswith(f"· {words}"), out.getvalue()
        assert out.getvalue().count("\n") == 1


def test_each_field_of_each_entry_has_its_words():
    """Or is left to whoever verifies."""
    fields = {name for kind in get_args(AnyEntry) for name in kind.__struct_fields__}
    known = {*entries._LABELS, *entries._UNTOLD, *entries._FACTS, "ms"}
    assert fields - known == set()


def test_each_operation_and_issue_has_its_words():
    """Of those that the agent writes beside an entry, and that the daemon reports."""
    top = Path(__file__).parents[2]
    agent, daemon = ("".join(file.read_text("utf-8") for file in (top / room).rglob("*.py")) for room in ("agent", "daemon"))
    done = {one or other for one, other in re.findall(r'"what": "([a-z.]+)"|_card\("([a-z.]+)"', agent)}
    assert done == set(OPERATIONS)
    told = {one or other for one, other in re.findall(r'report\("([a-z-]+)"|[tT]rouble\(\s*"([a-z-]+)"', daemon)}
    assert {"no-roster", "gate-mounts", "watch-gate"} < told <= set(ISSUES)


def test_personal_data_that_cannot_be_read_are_told_why():
    """In one language, in the place where they would be."""
    fields = {"kind": "approval", "seat": "s", "wall": NINE}
    line = LogLine(index=7, entry=json.dumps(fields), unread=msg("cannot be read: {why}", why=msg("disk I/O error")))
    out = io.StringIO()
    log.say(Output(out=out, language="vi"), entry(line, fields, ZONE))

    assert "«không đọc được: lỗi khi đọc hoặc ghi ổ đĩa»" in out.getvalue()


# --- which language it is ----------------------------------------------------------------------------------------------------

NOBODY = {"vi": "hãy chạy", "en": "start"}


@pytest.mark.parametrize(("words", "env", "setting", "language"), [
    ((), {"GIOCHOI_LANG": "vi"}, "en", "vi"), ((), {"GIOCHOI_LANG": ""}, "vi\n", "vi"), ((), {"GIOCHOI_LANG": ""}, "en", "en"),
    (("--lang", "en"), {"GIOCHOI_LANG": "vi"}, "vi", "en"), (("--lang=vi",), {}, None, "vi"),
    ((), {"GIOCHOI_LANG": "", "LC_ALL": "vi_VN.UTF-8"}, None, "vi"), ((), {"GIOCHOI_LANG": "", "LC_ALL": "C"}, None, "en"),
    ((), {"GIOCHOI_LANG": "", "LC_ALL": "C"}, "vietnamese", "en"), ((), {"GIOCHOI_LANG": "", "LC_ALL": "C"}, "vi" * 9999, "en"),
    ((), {"GIOCHOI_LANG": "", "LC_ALL": "C"}, "đ", "en"),
])  # fmt: skip
@pytest.mark.parametrize("first", [True, False])
def test_whose_language_it_is(giochoi, home_folder, words, env, setting, language, first):
    """--lang on either side, GIOCHOI_LANG, the home's setting, the locale; a setting that is none is ignored."""
    if setting is not None:
        (home_folder / "public").mkdir()
        (home_folder / "public/lang").write_text(setting, "utf-8")
    done = giochoi(*((*words, "status") if first else ("status", *words)), **env)

    assert done.returncode == 3
    assert NOBODY[language] in done.stderr


def test_a_setting_that_is_no_file_is_ignored(giochoi, home_folder):
    (home_folder / "public/lang").mkdir(parents=True)

    assert "start" in giochoi("status", GIOCHOI_LANG="", LC_ALL="C").stderr


def test_a_language_that_there_is_none_of_is_a_mistake(fails):
    assert "choose from vi, en" in fails(2, "status", "--lang", "fr")


@pytest.mark.parametrize(("words", "lang"), [((), None), (("--lang", "vi"), "vi")])
def test_the_language_of_the_pc_is_set_with_the_place(giochoi, monkeypatch, words, lang):
    """The agent writes it down for all who name none."""
    asked = []
    monkeypatch.setattr("cli.registering.place.ask", lambda _address, request: asked.append(request) or Done(number=1))
    monkeypatch.setattr("cli.registering.settle.ask", lambda *_: None)

    assert giochoi("place", "set", "home", *words).returncode == 0
    assert asked == [PlaceSet(place="home", lang=lang)]


def test_json_speaks_it_too_and_keeps_its_keys(giochoi):
    """Keys and ids are the same in both."""
    said = {language: json.loads(giochoi("policy", "check", "vn-147", "--explain", "--json", "--lang", language).stdout)
            for language in ("vi", "en")}  # fmt: skip
    first = {language: document["packs"][0]["rules"][0] for language, document in said.items()}

    assert first["vi"].keys() == first["en"].keys()
    assert first["vi"]["rule"] == first["en"]["rule"] == "vn-147.daily-game"
    assert first["vi"]["explain"].startswith("Người dưới 18 tuổi")
    assert first["en"]["explain"].startswith("Whoever is under 18")
    assert not re.search(r'"(\w+)_(en|vi)":', json.dumps(said))
