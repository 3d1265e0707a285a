"""Packs in sentences: what every kind of rule becomes, and that every shipped pack can be read on a terminal of 100 columns."""

from __future__ import annotations

import io
import re

import pytest

from cli.given.packs import groups_of
from cli.output import Output
from cli.showing.packs import explained, listed, ruled
from cli.showing.rules_as_json import document
from i18n.catalogue import Catalogue
from rules.packs.shipped import shipped_packs
from rules.parse import read_pack
from tests.rules import pack_texts
from words.days import spoken
from words.rules_in_sentences import duty, says

EN, VI = Catalogue("en"), Catalogue("vi")
HEAD = pack_texts.HEAD + """[group.learning]
text = { vi = "Học tập", en = "Learning" }
games = ["gcompris", "ktouch"]
[holidays]
source = "s"
status = "unverified"
off = ["2026-01-01"]
[[uncounted]]
id = "learning"
cite = "c"
authority = "house"
addressee = "household"
group = "learning"
text = { vi = "v", en = "e" }
"""


def rule_of(kind, fields, authority="house", addressee="household"):
    """One rule, and the names of its pack's groups."""
    common = f'id = "r"\ncite = "c"\nauthority = "{authority}"\naddressee = "{addressee}"\ntext = {{ vi = "Vi", en = "En" }}\n'
    read = read_pack(f"{HEAD}[[{kind}]]\n{common}{fields}\n", "t")
    return next(rule for rule in read.pack.rules if rule.id == "t.r"), read.groups


@pytest.mark.parametrize(("kind", "fields", "vi", "en"), [
    ("budget", 'per = "all"\nminutes = 90\nages = { from = 6, to = 16 }',
     "Người từ 6 đến dưới 16 tuổi được chơi tối đa 1 giờ 30 phút mỗi ngày, tính chung mọi trò",
     "Whoever is 6 or older and under 16 may play at most 1 hr 30 min a day, all games together"),
    ("budget", 'per = "publisher"\nperiod = "week"\nminutes = 600\ndays = ["sat", "sun"]',
     ("Người chơi được chơi tối đa 10 giờ mỗi tuần vào các ngày thứ Bảy và Chủ nhật, "
      "tính chung các trò của cùng một nhà phát hành"),
     "The player may play at most 10 hr a week on Saturday and Sunday, all games of one publisher together"),
    ("budget", 'per = "game"\nperiod = "session"\npause_minutes = 15\nminutes = 45\ngames = ["luanti"]',
     "Người chơi được chơi liền luanti tối đa 45 phút, tính riêng từng trò; nghỉ 15 phút thì tính lại từ đầu",
     "The player may play luanti at most 45 min in one go, each game by itself; a pause of 15 min ends it"),
    ("budget", 'per = "all"\nminutes = 0\nlabels = { from = 16 }\nages = { from = 12 }',
     "Người từ 12 tuổi trở lên không được chơi trò có nhãn 16+ trở lên",
     "Whoever is 12 or older may not play games labelled 16+ or higher at all"),
    ("budget", 'per = "all"\nminutes = 60\nlabels = { to = 12 }\nadvisory = true',
     "Khuyến nghị: Người chơi được chơi trò có nhãn dưới 12+ tối đa 1 giờ mỗi ngày, tính chung mọi trò",
     "Advice: The player may play games labelled under 12+ at most 1 hr a day, all games together"),
    ("window", 'spans = ["17:00-18:00", { span = "08:00-24:00", days = ["holiday"] }]\ndays = ["mon"]',
     ("Người chơi chỉ được chơi trong khung giờ 17:00–18:00 vào các ngày thứ Hai; 08:00–24:00 vào các ngày nghỉ lễ; "
      "ngày khác không được chơi"),
     "The player may play only during 17:00–18:00 on Monday; 08:00–24:00 on holidays; on other days not at all"),
    ("window", 'spans = ["06:00-11:00", "14:00-22:00"]', "Người chơi chỉ được chơi trong khung giờ 06:00–11:00, 14:00–22:00",
     "The player may play only during 06:00–11:00, 14:00–22:00"),
    ("break", "after_minutes = 45\nrest_minutes = 10", "Người chơi phải nghỉ 10 phút sau khi chơi liền 45 phút",
     "The player has to rest 10 min after playing 45 min"),
    ("rating", "", "Người chơi chỉ được chơi trò có nhãn tuổi không cao hơn tuổi mình; chưa rõ tuổi thì chỉ chơi trò nhãn 00",
     "The player plays only games whose age label is not above their age; of unknown age, only label 00"),
    ("guardian", "ages = { to = 16 }", "Người dưới 16 tuổi chỉ được chơi sau khi cha mẹ hoặc người giám hộ đã đăng ký",
     "Whoever is under 16 may play only once a parent or guardian is registered"),
    ("ask", 'which = "all"\nplaces = ["home"]',
     "Người chơi ở nhà muốn chơi bất kỳ trò nào thì phải được người giám hộ cho phép trước, một lần cho mỗi trò",
     "The player at home needs the approval of a guardian before playing any game, once for each game"),
    ("ask", 'which = "unrated"',
     "Người chơi muốn chơi trò chơi chưa có nhãn tuổi thì phải được người giám hộ cho phép trước, một lần cho mỗi trò",
     "The player needs the approval of a guardian before playing a game without an age label, once for each game"),
    ("notice", "every_minutes = 30", "Trong ngày, cứ chơi thêm 30 phút màn hình lại hiện: “Vi”",
     "After every further 30 min of play in a day the screen shows: “En”"),
    ("uncounted", 'group = "learning"',
     "Ở nhà, thời gian dùng “Học tập” (gcompris, ktouch) không tính vào giờ chơi và không phải nghỉ giữa giờ",
     "At home, time with “Learning” (gcompris, ktouch) does not count as play and needs no break"),
    ("save", 'seconds = 90\ngames = ["luanti"]', "Khi hết giờ, trò luanti có 1 phút 30 giây để lưu rồi mới bị đóng",
     "When time is up, the game luanti has 1 min 30 sec to save before it is closed"),
])  # fmt: skip
def test_what_a_rule_says(kind, fields, vi, en):
    rule, groups = rule_of(kind, fields)
    said = says(rule, groups)

    assert (VI(said), EN(said)) == (vi, en)
    assert document(rule, groups)["kind"] == kind


@pytest.mark.parametrize(("fields", "authority", "addressee", "vi", "en"), [
    ('relax = ["guardian"]', "house", "household", "Đây là quy định riêng, không phải luật; người giám hộ được nới",
     "This is a rule of the house, not of law; a guardian may relax it"),
    ("", "law", "point", "Theo luật, đây là nghĩa vụ của chủ điểm; không ai được nới",
     "The law lays this duty on whoever runs the point; nobody may relax it"),
    ('relax = ["guardian", "staff"]', "law", "player",
     "Theo luật, đây là nghĩa vụ của người chơi; người giám hộ và người quản lý địa điểm được nới",
     "The law lays this duty on the player; a guardian and whoever manages the place may relax it"),
])  # fmt: skip
def test_whose_duty_it_is(fields, authority, addressee, vi, en):
    rule, _ = rule_of("break", f"after_minutes = 45\nrest_minutes = 10\n{fields}", authority, addressee)

    assert (VI(duty(rule)), EN(duty(rule))) == (vi, en)


@pytest.mark.parametrize(("days", "en", "vi"), [
    (["sun", "fri", "mon", "tue", "wed"], "Monday to Wednesday, Friday, and Sunday", "thứ Hai đến thứ Tư, thứ Sáu và Chủ nhật"),
    (["sat", "sun"], "Saturday and Sunday", "thứ Bảy và Chủ nhật"), (["holiday"], "holidays", "nghỉ lễ"),
    (["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "every day but holidays", "mọi ngày trừ ngày nghỉ lễ"),
    (["mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday"], "every day", "mọi ngày"),
])  # fmt: skip
def test_names_of_days(days, en, vi):
    """Three and more in a row are a run."""
    assert (EN(spoken(days)), VI(spoken(days))) == (en, vi)


@pytest.mark.parametrize("name", list(shipped_packs()))
@pytest.mark.parametrize("language", ["en", "vi"])
@pytest.mark.parametrize("write", [
    lambda out, reading: listed(out, [reading]), lambda out, reading: explained(out, reading, whole=True),
    lambda out, reading: ruled(out, [reading.pack], groups_of),
])
def test_a_shipped_pack_fits_a_terminal(monkeypatch, name, write, language):
    """80 columns; nothing is left of what is only inside."""
    monkeypatch.setenv("COLUMNS", "80")
    text = io.StringIO()
    write(Output(out=text, language=language), read_pack(shipped_packs()[name], name, draft=True))

    assert max(map(len, text.getvalue().splitlines())) <= 80
    assert not re.search(r"None|\$|\{|\S  +\S", text.getvalue())
    assert name in text.getvalue()
