"""Moments, lengths and days as people write and read them."""

from __future__ import annotations

import pytest

from cli.words.times import at, both, exact, left, parse_day, parse_minutes

NINE = 1_795_485_600_000  # 2026-11-24 09:00 in Hanoi
MINUTE = 60_000
ZONE = "Asia/Ho_Chi_Minh"


@pytest.mark.parametrize(
    ("text", "ms"), [("0", 0), ("30", 1_800_000), ("0.5", 30_000), ("0,5", 30_000), ("0.0001", 6), ("1440", 86_400_000)]
)
def test_minutes_may_be_decimal(text, ms):
    """Exact, never through a float; a comma is how Vietnamese writes it."""
    assert parse_minutes(text) == ms


@pytest.mark.parametrize(
    "text", ["", "-1", "+1", "nan", "inf", "1e3", "1_0", "0x1", "1.", ".5", "1440.1", "9999999", " 1", "1 ", "1.2.3"]
)
def test_other_minutes_are_refused(text):
    """One form only: what looks odd is a slip."""
    with pytest.raises(ValueError, match=r".+"):
        parse_minutes(text)


@pytest.mark.parametrize("text", ["2014-5-1", "20140501", "2014-W18-4", "01-05-2014", "2014-02-30", ""])
def test_a_day_has_one_form(text):
    """Python reads more of ISO 8601 than people mean."""
    with pytest.raises(ValueError, match="YYYY-MM-DD"):
        parse_day(text)


@pytest.mark.parametrize(
    ("when", "read"),
    [
        (NINE, "09:00"), (NINE + 14 * 60 * MINUTE + 59 * MINUTE, "23:59"), (NINE + 15 * 60 * MINUTE, "25/11 00:00"),
        (NINE + 40 * 86_400_000, "03/01/2027 09:00"), ("2026-11-24T15:04:05.123+07:00", "15:04"),
        ("2026-11-25T00:00:00+07:00", "25/11 00:00"),
    ],
)  # fmt: skip
def test_a_moment_for_people_names_the_day_only_when_it_is_another(when, read):
    """At nine in the morning in Hanoi."""
    assert at(when, NINE, ZONE) == read


@pytest.mark.parametrize(
    ("ms", "read"),
    [
        (0, "0 giây / 0 s"), (59_999, "59 giây / 59 s"), (60_000, "1 phút / 1 min"), (270_000, "4 phút 30 giây / 4 min 30 s"),
        (12 * MINUTE + 59_000, "12 phút / 12 min"), (60 * MINUTE, "1 giờ / 1 h"), (65 * MINUTE, "1 giờ 05 phút / 1 h 05 min"),
    ],
)  # fmt: skip
def test_a_length_is_never_rounded_up(ms, read):
    """What is said to be left is left."""
    assert both(ms) == read


def test_what_is_left():
    """Three cases, three wordings."""
    assert [left(ms) for ms in (12 * MINUTE, 0, None)] == [
        "còn 12 phút / 12 min left",
        "hết giờ / none left",
        "không giới hạn / no limit",
    ]


@pytest.mark.parametrize(
    ("ms", "read"),
    [
        (1_230_000, ("20 phút 30 giây", "20 min 30 s")), (1_200_000, ("20 phút", "20 min")), (300, ("0,3 giây", "0.3 s")),
        (5_400_000, ("1 giờ 30 phút", "1 h 30 min")), (86_400_000, ("24 giờ", "24 h")), (0, ("0 giây", "0 s")),
    ],
)  # fmt: skip
def test_a_length_that_was_set_is_said_whole(ms, read):
    """Nothing is left out of what somebody typed."""
    assert exact(ms) == read
