"""Messages become words of one language; numbers, times and lengths as it writes them."""

from __future__ import annotations

import errno
import json
import os
import sqlite3
from contextlib import closing
from datetime import UTC, date
from typing import Literal

import msgspec
import pytest

from i18n.catalogue import Catalogue, at, choose, reader
from i18n.message import Arg, Day, Length, Listed, Message, Moment, Text, Weekday, comma, msg, msgn, plain, said_by, typed

EVENING = 1_795_530_600_000  # 2026-11-24 21:30 in Hanoi
HANOI = "Asia/Ho_Chi_Minh"
EN, VI = (Catalogue(language, UTC, EVENING) for language in ("en", "vi"))


@pytest.mark.parametrize(("said", "en", "vi"), [
    ("luanti", "luanti", "luanti"),
    (1234567, "1,234,567", "1.234.567"),
    (0.5, "0.5", "0,5"),
    (Text("Quy tắc riêng", "Own rules"), "Own rules", "Quy tắc riêng"),
    (Length(3_900_000), "1 hr 5 min", "1 giờ 5 phút"),
    (Length(720_999), "12 min", "12 phút"),
    (Length(279_999), "4 min 39 sec", "4 phút 39 giây"),
    (Length(0), "0 sec", "0 giây"),
    (Length(1_230_300, exact=True), "20 min 30.3 sec", "20 phút 30,3 giây"),
    (Moment(EVENING, HANOI), "21:30", "21:30"),
    (Moment(EVENING, "+09:00"), "23:30", "23:30"),
    (Moment(EVENING + 86_400_000, HANOI), "25 Nov 21:30", "25/11 21:30"),
    (Moment(EVENING + 86_400_000, HANOI, "time"), "21:30", "21:30"),
    (Moment(EVENING - 365 * 86_400_000, HANOI), "24 Nov 2025 21:30", "24/11/2025 21:30"),
    (Moment(EVENING, HANOI, "full"), "24 Nov 2026 21:30:00", "24/11/2026 21:30:00"),
    (Day(date(2014, 5, 1)), "1 May 2014", "01/05/2014"),
    (Weekday(0), "Monday", "thứ Hai"),
    (Weekday(6), "Sunday", "Chủ nhật"),
    (Weekday(6, "short"), "Sun", "CN"),
    (typed("stat us\x1b"), "'stat us\\x1b'", "“stat us\\x1b”"),
    (Listed(("An", "Bình", "Chi")), "An, Bình, and Chi", "An, Bình và Chi"),
    (Listed(("a", "b"), "or"), "a or b", "a hoặc b"),
    (comma(["a", Length(60_000)]), "a, 1 min", "a, 1 phút"),
])  # fmt: skip
def test_what_fills_a_gap(said, en, vi):
    assert (EN(said), VI(said)) == (en, vi)


def test_a_moment_is_told_in_the_readers_zone_where_it_names_none():
    assert EN(Moment(EVENING)) == "14:30"


def test_a_zone_that_nobody_knows_is_utc():
    assert at(EVENING, "Nowhere/At_All").tzinfo is UTC


@pytest.mark.parametrize("ms", [0, 253_000_000_000_000 - 1])
def test_all_moments_that_a_log_may_name_are_told(ms):
    """On Windows, too, whose own calendar ends with the year 3000."""
    assert EN(Moment(ms, "Asia/Ho_Chi_Minh", "full")).endswith(("1970 08:00:00", "9987 00:46:39"))
    assert plain(Moment(ms))[:4] in {"1970", "9987"}


def test_gaps_are_filled_and_nothing_else():
    said = msg("{who} has {left} left of {which}, {unknown} {{who}}", who="{left}", left=Length(60_000), which=msg("all games"))

    assert EN(said) == "{left} has 1 min left of all games, {unknown} {{left}}"


def test_what_the_system_says_in_english_is_told_in_the_readers_language():
    error = FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))

    assert (EN(said_by(error)), VI(said_by(error))) == (os.strerror(errno.ENOENT), "không có tệp hoặc thư mục này")
    assert VI(said_by(OSError(errno.EINVAL, "Ổ đĩa lạ"))) == "Ổ đĩa lạ"


def locked(path):
    with closing(sqlite3.connect(path)) as first, closing(sqlite3.connect(path, timeout=0)) as second:
        first.execute("BEGIN EXCLUSIVE")
        second.execute("BEGIN EXCLUSIVE")


def full(path):
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE t (x)")
        database.execute("PRAGMA max_page_count = 2")
        database.execute("INSERT INTO t VALUES (zeroblob(100000))")


def read_only(path):
    path.touch()
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
        database.execute("CREATE TABLE t (x)")


def foreign(path):
    path.write_bytes(b"no database" * 500)
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 1")


@pytest.mark.parametrize(("use", "words"), [
    (locked, "tệp đang bị chương trình khác giữ"), (full, "đĩa hết chỗ"), (read_only, "tệp chỉ cho đọc, không ghi được"),
    (lambda path: sqlite3.connect(path / "x"), "không mở được tệp dữ liệu"), (foreign, "tệp này không phải là tệp dữ liệu"),
])  # fmt: skip
def test_what_the_database_says_is_told_in_the_readers_language(tmp_path, use, words):
    with pytest.raises(sqlite3.Error) as error:
        use(tmp_path / "a.db")

    assert (EN(said_by(error.value)), VI(said_by(error.value))) == (str(error.value), words)


class Shape(msgspec.Struct, forbid_unknown_fields=True):
    seat: str
    sizes: list[int] = []
    kind: Literal["play", "seal"] | None = None


@pytest.mark.parametrize(("data", "en", "vi"), [
    ("{}", "the field seat is missing", "thiếu trường seat"),
    ('{"seat":"a","x":1}', "there is no field x", "không có trường nào tên x"),
    ('{"seat":"a","sizes":[0,true]}', "it should be a whole number, not true or false (at sizes[1])",
     "phải là một số nguyên, không phải true hoặc false (ở sizes[1])"),
    ("[]", "it should be an object, not a list", "phải là một đối tượng, không phải một danh sách"),
    ('{"seat":"a","kind":"x"}', "'x' is not known (at kind)", "“x” không có trong các giá trị đã biết (ở kind)"),
    ('{"seat"', "it ends too early", "bị cắt cụt giữa chừng"), ('{"seat" 1}', "a mistake at byte 8", "sai ở byte thứ 8"),
])  # fmt: skip
def test_what_a_parser_says_is_told_in_the_readers_language(data, en, vi):
    with pytest.raises(msgspec.MsgspecError) as error:
        msgspec.json.decode(data, type=Shape)

    assert (EN(said_by(error.value)), VI(said_by(error.value))) == (en, vi)


@pytest.mark.parametrize("read", [json.loads, msgspec.toml.decode], ids=["json", "toml"])
def test_a_mistake_in_a_text_is_told_by_its_place(read):
    with pytest.raises(ValueError, match="line 2") as error:
        read("\n= 3")

    assert VI(said_by(error.value)) == "sai ở dòng 2, cột 1"


@pytest.mark.parametrize("said", ["", "a new\nkind of trouble - at `$.x`", "Expected `str` matching regex 'x'"])
def test_what_nobody_knows_is_left_as_it_is(said):
    assert VI(said_by(ValueError(said))) == said


@pytest.mark.parametrize(("n", "en"), [(1, "1 line"), (2, "2 lines"), (0, "0 lines"), (1234, "1,234 lines")])
def test_one_and_many(n, en):
    assert EN(msgn("{n} line", "{n} lines", n)) == en


def test_a_message_travels_as_json():
    said = msg("{a} {b}", a=Moment(5, HANOI), b=Listed((msg("x"), 2, Text("v", "e"), Length(1), Day(date(2014, 5, 1)))))

    assert msgspec.json.decode(msgspec.json.encode(said), type=Message) == said


def test_a_document_has_words_where_it_had_messages():
    class Part(msgspec.Struct):
        id: str
        text: Message | Text
        more: dict[str, list[Arg]]

    part = Part("x", msg("at most {long}", long=Length(60_000)), {"is": [1], "b": [Text("v", "e")]})

    assert EN.document([part]) == [{"id": "x", "text": "at most 1 min", "more": {"is": [1], "b": ["e"]}}]


def test_nesting_without_end_is_cut():
    said = msg("end")
    for _ in range(100):
        said = Message("{a}{b}", {"a": said, "b": said})

    assert len(EN(said)) < 1000
    assert len(plain(said)) < 1000


@pytest.mark.parametrize(("wishes", "language"), [
    (("vi",), "vi"), ((None, "", "C.UTF-8", "vi_VN.UTF-8"), "vi"), (("en", "vi"), "en"), (("fr_FR", "C", None), "en"),
    (("vi-VN",), "vi"), (("Vietnamese_Vietnam.1258",), "vi"), (("video",), "en"), (("VI",), "vi"), ((), "en"),
])  # fmt: skip
def test_the_first_wish_that_can_be_met(wishes, language):
    assert choose(*wishes) == language


@pytest.mark.parametrize(("asked", "setting", "environ", "language"), [
    ("en", "vi", {"GIOCHOI_LANG": "vi", "LANG": "vi_VN.UTF-8"}, "en"),
    (None, "en", {"GIOCHOI_LANG": "vi"}, "vi"),
    (None, "vi", {"LANG": "en_GB.UTF-8"}, "vi"),
    (None, None, {"LANG": "vi_VN.UTF-8"}, "vi"),
    (None, None, {"LC_ALL": "C", "LANG": "vi_VN.UTF-8"}, "en"),
    (None, None, {"LANG": "C.UTF-8"}, "en"),
])  # fmt: skip
def test_whose_language_it_is(monkeypatch, asked, setting, environ, language):
    for name in ("GIOCHOI_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)

    assert reader(asked, setting) == language
