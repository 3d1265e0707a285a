"""What icon, tooltip and menu say: tables, in both languages."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from daemon.api.asking import Answer, Me, Off, Paused, PausedPart, RequestPart, RequestWithdraw, Withdrawn
from daemon.api.messages import GrantAnswer, Outlook, PlayerPrograms, ProgramPart, ProgramsAnswer
from daemon.api.status import Issue, OffPart
from i18n.catalogue import Catalogue
from i18n.message import Text, msg
from tests.scripted_daemon import ZONE, game, player, status
from tray.menus import LINE, LONGEST, Ask, Dialog, Run, flat, shape
from tray.seen import Proof, Seen
from tray.view import next_change, sprite, view
from words.players import follows

NOON = 1_795_500_000_000  # 13:00 in Hanoi
EN, VI = Catalogue("en", now=NOON), Catalogue("vi", now=NOON)
CHILD = Me(account="an", guardian=False, player="an")
PARENT = Me(account="me", guardian=True, player=None)
OFF = OffPart(until="2026-11-24T14:00:00+07:00", who="Mẹ", reason="sửa máy")


def issue(id_):
    return Issue(id=id_, since="2026-11-24T08:00:00+07:00", text=Text("hỏng", "broken"))


def asks(**fields):
    told = {
        "id": "r1", "player": "an", "name": "An", "game": None, "title": None, "program": None, "ms": 900_000, "reason": "",
        "asked": NOON,
    }  # fmt: skip
    return RequestPart(**told | fields)


SLEEP = Text("ngủ", "sleep")
YES = Answer(approved=True, who="Mẹ", at=NOON, ms=600_000)
IDLE = player("an", left_s=2_520.0)
REFUSED = game(allowed=False, verdict="refuse", left_s=0.0, running=False)
OVER = game(allowed=False, verdict="refuse", left_s=0.0, running=False, until="2026-11-25T00:00:00+07:00")
FREE = game(left_s=None, reason=None, running=False)
PLAYS = player("an", game(left_s=1_800.0))


@pytest.mark.parametrize(
    ("seen", "state", "characters"),
    [
        (Seen(0), "disconnected", ""),
        (Seen(0, status()), "free", ""),
        (Seen(0, status(player("an", left_s=None, reason=None))), "free", ""),
        (Seen(0, status(IDLE)), "playing", "42"),
        (Seen(0, status(PLAYS)), "playing", "30"),
        (Seen(0, status(player("an", game(left_s=5_940.0), left_s=None))), "playing", "99"),
        (Seen(0, status(player("an", game(left_s=6_000.0), left_s=None))), "playing", "2h"),
        (Seen(0, status(player("an", left_s=9_001.0))), "playing", "3h"),
        (Seen(0, status(player("an", left_s=36_000.0))), "playing", "9+"),
        (Seen(0, status(player("an", left_s=299.0))), "playing", "4"),  # nobody plays: nothing is about to end
        (Seen(0, status(player("an", left_s=59.0))), "playing", "<1"),
        (Seen(0, status(player("an", game(left_s=360.0)))), "playing", "6"),
        (Seen(0, status(player("an", game(left_s=359.9)))), "soon", "5"),
        (Seen(0, status(player("an", game(left_s=59.9)))), "soon", "<1"),
        (Seen(0, status(player("an", game(left_s=0.0)))), "over", ""),
        (Seen(0, status(player("an", REFUSED, allowed=False))), "over", ""),
        (Seen(0, status(player("an", REFUSED))), "playing", "42"),
        (Seen(0, status(player("an", paused=""))), "paused", ""),
        (Seen(0, status(player("an", paused=""), player("bo"))), "playing", "42"),
        (Seen(0, status(PLAYS, off=OFF)), "unenforced", ""),
        (Seen(0, status(PLAYS, issues=(issue("no-roster"),))), "unenforced", ""),
        (Seen(0, status(PLAYS, issues=(issue("agent-away"),))), "playing", "30"),
        (Seen(0, status(PLAYS), CHILD, (asks(),)), "playing", "30"),
        (Seen(0, status(), CHILD, (asks(),)), "free", ""),
        (Seen(0, status(PLAYS), PARENT, (asks(),)), "asks", ""),
        (Seen(0, status(PLAYS), CHILD, (asks(),), proof=Proof("t", "Mẹ", NOON)), "asks", ""),
        (Seen(0, status(PLAYS), CHILD, (asks(answer=YES),)), "playing", "30"),
        (Seen(0, status(player("an", game(left_s=200.0))), CHILD, (asks(),)), "soon", "3"),
        (Seen(0, status(player("an", game(left_s=200.0))), PARENT, (asks(),)), "asks", ""),
        (Seen(0, status(player("an", paused="")), PARENT, (asks(),)), "asks", ""),
        (Seen(0, status(player("an", game(left_s=200.0)), player("bo", left_s=60.0)), PARENT), "soon", "3"),
    ],
)
def test_the_icon_says_what_matters_most(seen, state, characters):
    """Who plays counts before who does not; what is wrong counts before everything."""
    found = view(seen, 0, EN)

    assert (found.state, found.characters) == (state, characters)
    assert found.sprite == sprite(state, characters)


@pytest.mark.parametrize(("games", "said"), [
    ((), "Giờ Chơi: nhờ quầy xếp máy cho bạn; chưa xếp thì theo hạn mức chặt nhất"),
    ((game(left_s=200.0),), "Giờ Chơi: khách: hôm nay còn 3 phút"),
])  # fmt: skip
def test_whoever_is_not_checked_in_reads_what_to_do(games, said):
    """Once they play, how long still counts for more."""
    seated = replace(status(player("guest", *games)), ask_counter=True)
    assert view(Seen(0, seated), 0, VI).tooltip == said


@pytest.mark.parametrize(
    ("words", "tooltip"),
    [
        (EN, "Giờ Chơi: An: 29 min left today"),
        (VI, "Giờ Chơi: An: hôm nay còn 29 phút"),
    ],
)
def test_it_counts_down_by_itself(words, tooltip):
    """From what the daemon said last, while something runs; what nobody plays stays."""
    assert view(Seen(1_000, status(PLAYS)), 1_000 + 1, words).tooltip == tooltip
    assert view(Seen(1_000, status(PLAYS)), 1_000 + 1_500_000, EN).characters == "5"
    assert view(Seen(1_000, status(PLAYS)), 1_000 + 1_800_000, EN).state == "over"
    assert view(Seen(1_000, status(IDLE)), 1_000 + 9_000_000, EN).characters == "42"


@pytest.mark.parametrize(
    ("seen", "mono", "ms"),
    [
        (Seen(0), 0, None),
        (Seen(0, status(IDLE)), 0, None),
        (Seen(0, status(PLAYS)), 0, 1),  # 42:00 and 30:00: a moment later it is less
        (Seen(0, status(PLAYS)), 1, 60_000),
        (Seen(0, status(player("an", game(left_s=90.0), left_s=None))), 0, 30_001),
        (Seen(0, status(player("an", game(left_s=90.0), left_s=None))), 30_001, 59_999),
        (Seen(0, status(player("an", game(left_s=90.0), left_s=None))), 90_000, None),
    ],
)
def test_it_is_looked_at_again_when_a_minute_ends(seen, mono, ms):
    assert next_change(seen, mono) == ms


def test_between_two_such_moments_nothing_changes():
    """So nothing need be done in between."""
    seen = Seen(0, status(player("an", game(left_s=125.0), left_s=1_799.0)), CHILD)
    mono = 0
    while (ms := next_change(seen, mono)) is not None:
        assert view(seen, mono, EN) == view(seen, mono + ms - 1, EN) != view(seen, mono + ms, EN)
        mono += ms
    assert mono == 125_000


def lines(seen, words=EN):
    return [row.text for row in flat(view(seen, 0, words).menu)]


def test_a_childs_menu():
    """How long and why, asking, what is kept, whom to call."""
    me = Me(account="an", guardian=False, player="an", proving=("Mẹ",), codes=True)
    plays = player("an", game(left_s=1_800.0, until="2026-11-24T13:30:00+07:00"))
    seen = Seen(0, status(plays), me, (asks(answer=YES), asks(id="r2")), ZONE)

    assert lines(seen) == [
        "An: 30 min left today", "Luanti: 30 min left, until 13:30 (60 minutes a day)", "Why…", "", "Ask for more time…",
        "Mẹ says yes: 10 min more", "Asked at 13:00: 15 min more – no answer yet", "    Take it back", "",
        "I am a guardian…", "Type a code…", "",
        "What is kept about me…", "Help for children and parents: call 111",
    ]  # fmt: skip
    assert lines(seen, VI) == [
        "An: hôm nay còn 30 phút", "Luanti: còn 30 phút, đến 13:30 (60 phút mỗi ngày)", "Vì sao…", "", "Xin thêm giờ…",
        "Mẹ đồng ý: thêm 10 phút", "Đã xin lúc 13:00: thêm 15 phút – chưa có trả lời", "    Rút lại", "",
        "Tôi là người giám hộ…",
        "Nhập mã qua điện thoại…", "", "Máy lưu gì về mình…", "Trẻ em, cha mẹ cần giúp đỡ: gọi 111",
    ]  # fmt: skip
    opens = [row.act for row in view(seen, 0, EN).menu if row.act]
    assert opens == [
        Dialog("why", ("an",)), Dialog("why", ("an", "luanti")), Dialog("why", ("an",)), Dialog("ask"),
        Ask(RequestWithdraw(id="r2")), Dialog("pin"), Dialog("code", ("an",)), Dialog("kept", ("an",)),
    ]  # fmt: skip


def test_under_its_headline_a_menu_does_not_say_it_again():
    """As in a window; of several players each has a row of their own."""
    one = view(Seen(0, status(PLAYS), CHILD), 0, EN)
    assert (one.tooltip, one.headline, one.below) == ("Giờ Chơi: An: 30 min left today", "An: 30 min left today", one.menu[1:])
    loud = view(Seen(0, status(PLAYS, issues=(issue("agent-away"),)), CHILD), 0, EN)
    assert [row.text for row in loud.below][:3] == [
        "! Something is not right: show it to a guardian…", "", one.below[0].text
    ]  # fmt: skip
    two = view(Seen(0, status(PLAYS, player("be", FREE)), PARENT), 0, EN)
    assert two.below == two.menu


def test_a_long_name_is_said_once():
    """The headline holds more of it than a row; the rows under it, which give time, have room for what they do."""
    name = "Nguyễn Hoàng Thiên Bảo Ân của cả nhà " * 4
    for who in (CHILD, PARENT):
        shown = view(Seen(0, status(replace(PLAYS, name=name)), who), 0, EN)
        assert [row.text for row in shown.below if row.text.startswith(name[:30])] == []
    assert "Nguyễn Hoàng Thiên Bảo…: 15 min more" in [row.text for row in shown.below]


@pytest.mark.parametrize(
    ("fields", "english", "vietnamese"),
    [
        (
            {"until": "2026-11-25T00:00:00+07:00"}, "An: may not play until 25 Nov 00:00 (60 minutes a day)",
            "An: đến 25/11 00:00 mới được chơi (60 phút mỗi ngày)",
        ),
        ({}, "An: may not play now (60 minutes a day)", "An: lúc này không được chơi (60 phút mỗi ngày)"),
        ({"reason": None}, "An: may not play now", "An: lúc này không được chơi"),
        ({"paused": ""}, "An: paused", "An: đang tạm dừng"),
    ],
)  # fmt: skip
def test_a_child_is_told_why_not_and_until_when(fields, english, vietnamese):
    seen = Seen(0, status(player("an", allowed=False, verdict="refuse", left_s=0.0, **fields)), CHILD)

    assert (lines(seen)[0], lines(seen, VI)[0]) == (english, vietnamese)


@pytest.mark.parametrize(
    ("games", "english", "vietnamese"),
    [
        ((OVER,), "An: no Luanti until 25 Nov 00:00", "An: đến 25/11 00:00 mới được chơi Luanti"),
        ((REFUSED,), "An: no Luanti now", "An: lúc này không được chơi Luanti"),
        ((OVER, REFUSED), "An: no Luanti, Luanti now", "An: lúc này không được chơi Luanti, Luanti"),
    ],
)
def test_where_only_games_are_limited_and_are_over_they_are_named(games, english, vietnamese):
    """To guardian and child; with another game that may be played there is no limit."""
    for me in (PARENT, CHILD):
        seen = Seen(0, status(player("an", *games, left_s=None, reason=None)), me)
        assert (lines(seen)[0], lines(seen, VI)[0]) == (english, vietnamese)
        assert view(seen, 0, EN).state == "over"
        more = Seen(0, status(player("an", *games, FREE, left_s=None, reason=None)), me)
        assert (lines(more)[0], view(more, 0, EN).state) == ("An: no limit now", "free")


def test_a_guardians_menu_answers_in_one_click():
    """Requests first; then what can be given to the one player, and for the game that runs."""
    seen = Seen(0, status(PLAYS), PARENT, (asks(reason="xong bài"), asks(id="r2", answer=YES)), ZONE)
    menu = view(seen, 0, EN).menu

    assert lines(seen) == [
        "An asks for 15 min more – “xong bài”", "    Yes, 15 min", "    No", "    Another answer…", "",
        "An: 30 min left today", "An: 15 min more", "An: 30 min more", "An: 1 hr more", "An: until…", "An: pause…",
        "The week…", "The rules in words…", "Why…", "",
        "An plays Luanti: 30 min left (60 minutes a day)", "Luanti: 15 min more", "Luanti: 30 min more", "Luanti: 1 hr more",
        "", "No limits for a while…", "", "✓ Everything works", "Help for children and parents: call 111",
    ]  # fmt: skip
    sent = [row.act.request for row in flat(menu) if isinstance(row.act, Ask)]
    more = ["grant.add"] * 3
    assert [type(one).op for one in sent] == ["request.approve", "request.deny", *more, *more]
    assert [(one.ms, one.game) for one in sent if type(one).op == "grant.add"] == [
        (ms, game) for game in (None, "luanti") for ms in (900_000, 1_800_000, 3_600_000)
    ]


@pytest.mark.parametrize(
    ("fields", "english", "vietnamese"),
    [
        ({"program": "ab" * 32, "title": "sums"}, ["An asks to run sums", "    Yes, let it run"],
         ["An xin chạy sums", "    Đồng ý, cho chạy"]),
        ({"game": "luanti", "title": "Luanti", "lets": True}, ["An asks to play Luanti", "    Yes, let it be played"],
         ["An xin chơi Luanti", "    Đồng ý, cho chơi"]),
        ({"game": "luanti", "title": "Luanti"}, ["An asks for 15 min more of Luanti", "    Yes, 15 min"], None),
    ],
)  # fmt: skip
def test_a_yes_is_called_what_it_does(fields, english, vietnamese):
    """What is let through is let through for good: no minutes beside it."""
    seen = Seen(0, status(PLAYS), PARENT, (asks(**fields),), ZONE)

    assert lines(seen)[:2] == english
    assert vietnamese is None or lines(seen, VI)[:2] == vietnamese


def test_a_child_reads_what_it_asked_for():
    one = asks(game="luanti", title="Luanti", lets=True)

    assert "Asked at 13:00: play Luanti – no answer yet" in lines(Seen(0, status(PLAYS), CHILD, (one,), ZONE))


def test_what_a_child_took_back_is_over():
    back = asks(answer=Answer(approved=False, who="an", at=NOON, withdrawn=True))
    said = lines(Seen(0, status(PLAYS), CHILD, (back,), ZONE))

    assert "You took it back: 15 min more" in said
    assert "    Take it back" not in said
    assert (EN(follows(Withdrawn(id="r1"))), VI(follows(Withdrawn(id="r1")))) == ("taken back", "đã rút lại")


@pytest.mark.parametrize(("seen", "act"), [
    (Seen(0, status(PLAYS), PARENT), Dialog("off")),
    (Seen(0, status(PLAYS, off=OFF), PARENT), Ask(Off(ms=0, reason=""))),
    (Seen(0, status(PLAYS), CHILD, proof=Proof("t", "Mẹ", NOON + 600_000)), None),
    (Seen(0, status(PLAYS), CHILD), None),
    (Seen(0, status(), PARENT), None),
    (Seen(0, replace(status(PLAYS), place="game-point"), PARENT), None),
])  # fmt: skip
def test_limits_are_lifted_at_home_by_a_guardians_account_alone(seen, act):
    """Not by a PIN, and not where the law has to be enforced."""
    acts = [row.act for row in flat(view(seen, 0, EN).menu)
            if row.act == Dialog("off") or (isinstance(row.act, Ask) and isinstance(row.act.request, Off))]

    assert acts == ([] if act is None else [act])


def test_of_several_players_each_has_a_menu_and_none_is_deeper():
    """One level: panels that show more are few."""
    seen = Seen(0, status(PLAYS, player("bo", paused="2026-11-24T20:00:00+07:00")), PARENT)
    menu = view(seen, 0, EN).menu

    assert [row.text for row in menu if row.rows] == [
        "An: 30 min left today", "Bo: paused until 20:00", "An plays Luanti: 30 min left (60 minutes a day)",
    ]  # fmt: skip
    assert not [row for one in menu for row in one.rows if row.rows]
    assert {row.text for row in menu} >= {"Nobody plays (pause all)…", "Everybody may play again"}


def test_a_pin_opens_the_guardians_menu_at_a_childs_account():
    """And says so, with a way out; a child is not offered to ask meanwhile."""
    seen = Seen(0, status(PLAYS), CHILD, (asks(),), ZONE, proof=Proof("t", "Mẹ", NOON + 600_000))
    said = lines(seen)

    assert {"    Yes, 15 min", "An: 15 min more", "Mẹ answers here until 13:10: stop", "What is kept about me…"} <= set(said)
    assert "Ask for more time…" not in said


@pytest.mark.parametrize("words", [EN, VI])
def test_what_is_not_enforced_is_said_loudly(words):
    """In the first row, to everybody."""
    first = lines(Seen(0, status(PLAYS, off=OFF), CHILD), words)[0]

    assert first.startswith("! ")
    assert "Mẹ" in first
    assert "sửa máy" in first
    assert lines(Seen(0, status(PLAYS, issues=(issue("agent-away"),)), PARENT), words)[0] in {
        "! One thing needs you…", "! Có 1 việc cần bạn xem…"
    }  # fmt: skip


@pytest.mark.parametrize(("words", "whole"), [(EN, "Broken"), (VI, "Hỏng")])
def test_an_issue_can_be_read_to_its_end(words, whole):
    """Most are longer than a row."""
    (row, *_) = view(Seen(0, status(PLAYS, issues=(issue("agent-away"),)), CHILD), 0, words).menu
    assert row.act == Dialog("message", (whole,))


def test_everybody_is_told_whom_to_call():
    """The national number, and the place's own beside it, last in the menu."""
    for me in (CHILD, PARENT):
        for issues in ((), (issue("agent-away"),)):
            seen = Seen(0, status(PLAYS, issues=issues), replace(me, hotline="0296 111"))
            assert lines(seen)[-1] == "Help for children and parents: call 111 or 0296 111"


def test_nobody_answers():
    """Said, with the reason; help is still offered."""
    said = lines(Seen(0, problem=msg("no answer in time")))

    assert said[0] == "not connected: the background service (giochoi-daemon) does not answer"
    assert said[2:] == ["no answer in time", "", "Help for children and parents: call 111"]


@pytest.mark.parametrize("words", [EN, VI])
def test_nothing_is_too_long_whatever_people_write(words):
    """Windows takes 127 UTF-16 units of a tooltip, a screen not much more of a row; a name may be nothing else."""
    name = "Nguyễn 👾 " * 40
    long = player("an", game(title=name), name=name, paused=None)
    off = OffPart(until=OFF.until, who=name, reason=name)
    seen = Seen(0, status(long, long, off=off), PARENT, (asks(name=name, reason=name),))
    found = view(seen, 0, words)

    assert len(found.tooltip.encode("utf-16-le")) <= 2 * 127
    assert all(len(row.text.encode("utf-16-le")) <= 2 * (LONGEST + 4) and "\n" not in row.text for row in flat(found.menu))


def test_an_open_menu_keeps_its_shape_while_only_times_change():
    """And has another one where a click would mean something else."""
    seen = Seen(0, status(PLAYS), PARENT, (asks(),))
    now, later = view(seen, 0, EN).menu, view(seen, 300_000, EN).menu
    other = view(Seen(0, status(PLAYS), PARENT, (asks(id="r9"),)), 0, EN).menu

    assert now != later
    assert shape(now) == shape(later)
    assert [row.text for row in flat(now)] == [row.text for row in flat(other)]
    assert shape(now) != shape(other)
    assert LINE in now


@pytest.mark.parametrize(
    ("fields", "english", "vietnamese"),
    [
        ({}, "An: may play until 21:15 (was 21:00)", "An: được chơi đến 21:15 (trước: 21:00)"),
        (
            {"still": True, "text": SLEEP},
            "An: may play until 21:15 (was 21:00) – No longer than that because of: sleep", None,
        ),
        (
            {"end": 0, "still": True, "text": SLEEP},
            "An: may play until 21:00, as before – No longer than that because of: sleep", None,
        ),
        ({"end": None}, "An: may play without a limit", None),
        ({"verdict": "refuse", "text": SLEEP}, "An: still no playing, because of: sleep", None),
        ({"game": "luanti"}, "An, luanti: may play until 21:15 (was 21:00)", None),
        ({"let": "sums", "id": None}, "sums is let through for An", "đã cho phép An: sums"),
        (
            {"let": "Luanti", "id": None, "still": True, "verdict": "refuse", "text": SLEEP},
            "Luanti is let through for An – An: still no playing, because of: sleep", None,
        ),
        ({"let": "Luanti"}, "Luanti is let through for An – An: may play until 21:15 (was 21:00)", None),
    ],
)  # fmt: skip
def test_an_answer_says_what_follows(fields, english, vietnamese):
    """Until when, until when before, or what keeps it from being so."""
    nine = NOON + 8 * 3_600_000
    end = fields.get("end", 900_000)
    text = fields.get("text")
    answer = GrantAnswer(
        id=fields.get("id", "g"), player="an", name="An", game=fields.get("game"), zone=ZONE,
        still=fields.get("still", False), let=fields.get("let"),
        before=Outlook(verdict="allow", until=nine, rule=None, text=None),
        after=Outlook(verdict=fields.get("verdict", "allow"), until=None if end is None else nine + end, rule="r", text=text),
    )  # fmt: skip

    assert EN(follows(answer)) == english
    assert vietnamese in {None, VI(follows(answer))}


PLAYABLE = Outlook(verdict="allow", until=None, rule=None, text=None)
ASLEEP = Outlook(verdict="refuse", until=None, rule="r", text=SLEEP)


@pytest.mark.parametrize(
    ("outlooks", "english", "vietnamese"),
    [
        ([PLAYABLE], "An may play again", "An được chơi lại"),
        ([ASLEEP], "An: the pause is over; still no playing, because of: sleep",
         "An: hết tạm dừng; vẫn chưa được chơi, vì: ngủ"),
        ([None], "An: the pause is over", "An: hết tạm dừng"),
        ([PLAYABLE, PLAYABLE], "everybody may play again", None),
        ([PLAYABLE, ASLEEP], "the pause is over", "hết tạm dừng"),
        ([PLAYABLE, None], "the pause is over", None),
    ],
)  # fmt: skip
def test_after_a_pause_only_what_the_rules_allow_is_promised(outlooks, english, vietnamese):
    parts = tuple(PausedPart(id="an", name="An", paused=False, after=one) for one in outlooks)
    answer = Paused(players=parts, zone=ZONE)

    assert EN(follows(answer)) == english
    assert vietnamese in {None, VI(follows(answer))}


def test_a_guardian_says_what_an_unknown_program_is_with_one_click():
    """The longest ten, each with two commands; nothing for a guardian by PIN, whose account may not run them."""
    parts = [ProgramPart(id="ab", path=f"/home/an/Trò {n}.x86", seconds=60.0 * n, named=None) for n in range(1, 13)]
    parts += [ProgramPart(id="ab", path="/home/an/known", seconds=9_000.0, named="luanti")]
    ran = ProgramsAnswer(day="2026-11-24", zone=ZONE, players={"an": PlayerPrograms(programs=tuple(parts))})
    shown = view(Seen(0, status(IDLE), PARENT, programs=ran), 0, VI).menu
    rows = [row for row in shown if row.text == "Chương trình chưa có tên"]
    first, game, through = rows[0].rows[:3]
    assert (first.text, len(rows[0].rows)) == ("An: Trò 12.x86, 12 phút", 30)
    assert (game.text.strip(), through.text.strip()) == ("Đây là trò chơi", "Đây không phải trò chơi")
    assert game.act == Run(("game", "add", "tro-12", "--exe", "/home/an/Trò 12.x86"))
    assert through.act == Run(("player", "set", "an", "--allow-program", "/home/an/Trò 12.x86"))
    assert not any(isinstance(row.act, Run) for row in flat(view(Seen(0, status(IDLE), CHILD), 0, VI).menu))
