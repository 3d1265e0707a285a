"""What is shown of each signal to whom, and how loud: as tables."""

from __future__ import annotations

from typing import get_args
from zoneinfo import ZoneInfo

import pytest

from daemon.api.messages import Signal, SignalKind
from daemon.reporting.publisher import stranger_text
from i18n.catalogue import Catalogue
from i18n.message import Text, msg
from tray.own import picture
from tray.showing.ladder import decide
from tray.showing.notice import Gone, Viewer, seen_over

NOW = 1_795_482_000_000  # 08:00 in Hanoi
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
CHILD = Viewer(player="an")
PARENT = Viewer(guardian=True)
MINUTE = 60_000
GAME = {"player": "an", "game": "luanti", "title": "Luanti"}
STRANGER = "sums may not run: only what an administrator installed may; ask a guardian to let it through"
WHY = msg("60 minutes of each game a day")


def signal(kind, **more):
    return Signal(number=1, kind=kind, **GAME | more)


def said(notice, language="en"):
    words = Catalogue(language, HANOI, NOW)
    return [words(notice.title), *map(words, notice.body)]


@pytest.mark.parametrize(("left", "urgency", "banner", "over_full_screen", "sound", "stands"), [
    (15 * MINUTE, "normal", False, True, False, False),
    (10 * MINUTE, "normal", False, True, False, False),
    (5 * MINUTE, "critical", True, True, False, True),
    (5 * MINUTE - 300, "critical", True, True, False, True),
    (2 * MINUTE, "critical", True, True, False, True),
    (MINUTE, "critical", True, True, True, True),
    (10_000, "critical", True, True, True, True),
])  # fmt: skip
def test_a_warning_is_louder_the_nearer_the_end(left, urgency, banner, over_full_screen, sound, stands):
    notice = decide(signal("warning", left=left), CHILD)

    assert (notice.urgency, notice.banner, notice.sound, notice.lasts is None) == (urgency, banner, sound, stands)
    assert seen_over(notice, "desktop") == notice
    assert seen_over(notice, "full").banner == over_full_screen


@pytest.mark.parametrize(("one", "english", "vietnamese"), [
    (signal("warning", left=899_700, until=NOW + 15 * MINUTE), ["15 min left", "Luanti: until 08:15"],
     ["Còn 15 phút", "Luanti: chơi đến 08:15"]),
    (signal("warning", left=299_700), ["5 min left", "Luanti", "Find a good place to stop."],
     ["Còn 5 phút", "Luanti", "Hãy tìm chỗ dừng thích hợp."]),
    (signal("warning", left=59_800), ["1 min left", "Luanti", "Save your game now.", "Help for children and parents: call 111"],
     ["Còn 1 phút", "Luanti", "Hãy lưu trò chơi ngay.", "Trẻ em, cha mẹ cần giúp đỡ: gọi 111"]),
    (signal("due", left=80_000, text=WHY),
     ["Save now!", "Luanti closes in 1 min 20 sec.", "Why: 60 minutes of each game a day"], None),
    (signal("due", left=10_000, how="asked", text=WHY),
     ["Save now!", "Luanti is asked to close, and over in 10 sec at the latest.", "Why: 60 minutes of each game a day"],
     ["Lưu lại ngay!", "Luanti sắp đóng, chậm nhất sau 10 giây.", "Lý do: 60 minutes of each game a day"]),
    (signal("ended", left=3_600_000, how="closed"), ["Luanti is over", "You played for 1 hr."],
     ["Luanti: hết giờ chơi", "Lượt này đã chơi 1 giờ."]),
    (signal("refused", until=NOW + 60 * MINUTE, text=WHY),
     ["Luanti may not start now", "Why: 60 minutes of each game a day", "You can play again from 09:00."], None),
    (signal("refused", game="", title="sums", program="27" * 32, text=stranger_text("sums")),
     ["sums may not run", STRANGER], None),
    (signal("refused", game="", title="", text=msg("x")), ["This program may not run", "x"], None),
    (signal("granted", game="", left=15 * MINUTE, who="Bình", until=NOW + 15 * MINUTE),
     ["15 min more to play", "Given by Bình", "You can play until 08:15."],
     ["Được chơi thêm 15 phút", "Bình cho thêm", "Được chơi đến 08:15."]),
    (signal("granted", left=15 * MINUTE), ["Luanti: 15 min more to play"], ["Luanti: được chơi thêm 15 phút"]),
    (signal("granted", left=0), ["The extra time was taken back"], ["Đã rút lại giờ cho thêm"]),
    (signal("granted", who="Bình"), ["Luanti is let through", "Given by Bình"], ["Đã cho phép chơi Luanti", "Bình cho thêm"]),
    (signal("answered", request="r7", how="approved", who="Bình", left=MINUTE, text=Text(vi="Được thêm", en="Yes: 1 min more")),
     ["Yes: 1 min more", "Answered by Bình"], ["Được thêm", "Người trả lời: Bình"]),
    (signal("answered", request="r7", how="approved", left=MINUTE, until=NOW + 60 * MINUTE),
     ["The answer is yes", "You can play until 09:00."], ["Đã được đồng ý", "Được chơi đến 09:00."]),
    (signal("answered", request="r7", how="denied"), ["The answer is no"], ["Đã bị từ chối"]),
    (signal("answered", request="r7", how="approved"), ["The answer is yes"], ["Đã được đồng ý"]),
    (signal("answered", text=Text(vi="xong", en="done")), ["Giờ Chơi", "done"], ["Giờ Chơi", "xong"]),
    (signal("paused", until=NOW + 60 * MINUTE, who="Bình", text=msg("x"), reason="dinner"),
     ["Pause: no playing until 09:00", "dinner", "Set by Bình"],
     ["Tạm dừng: không chơi đến 09:00", "dinner", "Người đặt: Bình"]),
    (signal("paused", who="root"), ["Pause: no playing for now", "Set by the administrator"],
     ["Tạm dừng: bây giờ không chơi", "Người đặt: quản trị viên của máy"]),
    (signal("paused"), ["Pause: no playing for now"], ["Tạm dừng: bây giờ không chơi"]),
    (signal("resumed"), ["The pause is over"], ["Hết tạm dừng"]),
    (signal("off", until=NOW + 60 * MINUTE), ["No limits until 09:00"], ["Không giới hạn đến 09:00"]),
    (signal("on"), ["Limits hold again"], ["Giới hạn có hiệu lực trở lại"]),
    (signal("started", until=NOW + 60 * MINUTE), ["Luanti", "You can play until 09:00."], ["Luanti", "Được chơi đến 09:00."]),
    (signal("limits", text=Text(vi="75 phút mỗi ngày", en="75 minutes a day")),
     ["Limits are set for your games here", "75 minutes a day"], ["Ở đây trò chơi có giới hạn", "75 phút mỗi ngày"]),
    (signal("warning", title="", left=15 * MINUTE), ["15 min left", "luanti"], ["Còn 15 phút", "luanti"]),
])  # fmt: skip
def test_a_child_is_told_shortly_what_and_until_when(one, english, vietnamese):
    notice = decide(one, CHILD)

    assert said(notice) == english
    if vietnamese:
        assert said(notice, "vi") == vietnamese


@pytest.mark.parametrize(("later", "told"), [(60 * MINUTE, "09:00"), (16 * 60 * MINUTE, "25 Nov 00:00")])
@pytest.mark.parametrize("kind", ["warning", "started", "ended", "refused", "granted", "paused", "off"])
def test_times_are_the_places(kind, later, told):
    """Whatever the PC's own zone is; with the day where it is another one there."""
    elsewhere = Catalogue("en", ZoneInfo("America/New_York"), NOW)
    notice = decide(signal(kind, until=NOW + later, left=15 * MINUTE, zone="Asia/Ho_Chi_Minh"), CHILD)

    assert any(told in elsewhere(line) for line in (notice.title, *notice.body))


def test_the_law_speaks_in_its_own_words():
    words = Text(vi="Chơi quá 180 phút một ngày sẽ ảnh hưởng xấu đến sức khỏe", en="Playing over 180 minutes a day …")
    notice = decide(signal("notice", rule="vn-147.notice", text=words), CHILD)

    assert notice.body == (words,)
    assert notice.banner
    assert notice.key != decide(signal("warning", left=MINUTE), CHILD).key, "it takes no warning's place"


@pytest.mark.parametrize(("one", "words"), [
    (signal("warning", left=MINUTE), ("--game", "luanti")),
    (signal("refused"), ("--game", "luanti")),
    (signal("refused", game="", title="sums", program="ab"), ("--program", "ab", "--title", "sums")),
])  # fmt: skip
def test_the_child_can_ask_from_where_it_is_told(one, words):
    action, = decide(one, CHILD).actions

    assert (action.kind, action.words) == ("ask", words)


def test_what_is_refused_is_a_banner_too():
    """Windows may hold the balloon back and call it shown (Focus Assist)."""
    assert decide(signal("refused"), CHILD).banner
    assert decide(signal("refused", game="", title="sums", program="ab"), CHILD).banner


def test_what_is_refused_without_a_name_offers_nothing():
    assert decide(signal("refused", game="", title=""), CHILD).actions == ()


def test_all_about_one_game_is_one_notice_and_more_time_ends_it():
    keys = {decide(signal(kind, left=MINUTE), CHILD).key for kind in ("started", "warning", "due", "ended")}
    assert len(keys) == 1
    key, = keys

    assert key.startswith(decide(signal("granted", left=MINUTE), CHILD).over)
    assert key.startswith(decide(signal("granted", game="", left=MINUTE), CHILD).over)
    assert not key.startswith(decide(signal("granted", game="luant", left=MINUTE), CHILD).over)
    yes = {"kind": "answered", "request": "r7", "how": "approved"}
    assert key.startswith(decide(signal(**yes, left=MINUTE), CHILD).over)
    assert key.startswith(decide(signal(**yes, game="", left=MINUTE), CHILD).over)
    for one in (signal(**yes), signal("answered", request="r7", how="denied"), signal("answered", text=msg("done"))):
        assert decide(one, CHILD).over is None, "what warned is still true"
    assert key.startswith(decide(signal("paused", player="", game=""), CHILD).over), "nobody plays"


@pytest.mark.parametrize(("found", "sign"), [
    (signal("warning", left=15 * MINUTE), "playing-15"), (signal("warning", left=5 * MINUTE + 2_000), "soon-5"),
    (signal("warning", left=MINUTE), "soon-1"), (signal("warning", left=20_000), "soon-under1"),
    (signal("warning", left=300 * MINUTE), "free"),
    (signal("due", left=80_000), "soon-1"), (signal("due", left=8 * MINUTE), "playing-8"),
    (signal("ended"), "over"), (signal("refused"), "over"),
    (signal("granted", left=MINUTE), "free"), (signal("granted", left=0), "over"),
    (signal("answered", how="approved"), "free"), (signal("answered", how="denied"), "over"),
    (signal("paused"), "paused"), (signal("off"), "unenforced"),
])  # fmt: skip
def test_its_picture_is_the_icons(found, sign):
    """No green tick beside a game that is refused; and it is there."""
    assert decide(found, CHILD).sign == f"giochoi-{sign}"
    assert picture(f"giochoi-{sign}").exists()


def test_a_countdown_runs_as_long_as_there_is_to_save():
    assert decide(signal("due", left=10_000), CHILD).saving == 10_000
    assert decide(signal("due", left=3_600_000), CHILD).saving == 120_000


SEEN = {
    "child": {"started", "warning", "notice", "due", "ended", "refused", "granted", "answered", "paused", "resumed", "off",
              "on", "limits", "closing", "closed", "opened"},
    "parent": {"asked", "answered", "paused", "resumed", "off", "on", "issue", "closing", "opened"},
}  # fmt: skip


@pytest.mark.parametrize(("viewer", "seen"), [
    (CHILD, "child"), (PARENT, "parent"), (Viewer(guardian=True, player="mai"), "parent"),
])  # fmt: skip
def test_each_sees_what_is_theirs(viewer, seen):
    shown = {kind for kind in get_args(SignalKind)
             if decide(signal(kind, left=MINUTE, request="r7", text=msg("x")), viewer) is not None}

    assert shown == SEEN[seen]


def test_the_last_warning_names_the_local_hotline_too():
    notice = decide(signal("warning", left=MINUTE), Viewer(player="an", hotline="0296 111"))
    assert said(notice)[-1] == "Help for children and parents: call 111 or 0296 111"


def test_a_guardian_who_plays_is_warned_of_their_own_play():
    assert decide(signal("warning", left=MINUTE), Viewer(guardian=True, player="an")) is not None


def test_a_guardian_is_asked_and_the_answer_takes_the_place_of_the_question():
    wish = {"text": msg("An asks for more"), "reason": "homework is done"}
    asked = decide(signal("asked", request="r7", left=15 * MINUTE, **wish), PARENT)

    assert said(asked) == ["An asks for more", "homework is done"]
    assert said(decide(signal("asked", request="r7", text=msg("An asks for more")), PARENT)) == ["An asks for more"]
    assert [(one.kind, one.words) for one in asked.actions] == [("approve", ("r7",)), ("deny", ("r7",))]
    assert asked.lasts is None
    answered = decide(signal("answered", request="r7", how="approved", who="Bình"), PARENT)
    assert (answered.key, answered.actions, answered.urgency) == (asked.key, (), "low")


def test_what_is_taken_back_takes_the_question_away_and_tells_nobody_what_they_did_themselves():
    back = signal("answered", request="r7", how="withdrawn", who="an", text=msg("Taken back"))
    asked = decide(signal("asked", request="r7", text=msg("x")), PARENT)
    notice = decide(back, PARENT)

    assert (notice.key, notice.actions, notice.urgency, said(notice)) == (asked.key, (), "low", ["Giờ Chơi", "Taken back"])
    assert decide(back, CHILD) is None


def test_what_is_not_enforced_is_loud_until_it_is_over():
    raised = decide(signal("issue", rule="watch-blind", how="raised", text=msg("x")), PARENT)

    assert (raised.urgency, raised.lasts) == ("critical", None)
    assert decide(signal("issue", rule="watch-blind", how="cleared", text=msg("x")), PARENT) == Gone(raised.key)
    assert decide(signal("issue", rule="clock-jump"), PARENT) is None
    assert decide(signal("issue", rule="enforcement-off", how="raised", text=msg("x")), PARENT) is None, "`off` says so"


@pytest.mark.parametrize(("tray", "more", "shown"), [
    (True, {"until": NOW}, True), (True, {"left": MINUTE}, True), (True, {}, False), (False, {"until": NOW}, False),
])  # fmt: skip
def test_a_start_is_told_quietly_where_there_is_an_end_and_nothing_stands(tray, more, shown):
    notice = decide(signal("started", **more), Viewer(player="an", tray=tray))

    assert (notice is not None) == shown
    assert notice is None or (notice.urgency, seen_over(notice, "full").banner, notice.sound) == ("low", False, False)
