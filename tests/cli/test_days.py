"""Days of the week as people type them, in both languages."""

from __future__ import annotations

import unicodedata

import pytest

from cli.errors import CommandError
from cli.given.days import EXAMPLES, parse_days
from rules.policy import WEEK

SCHOOL, FREE = WEEK[:5], WEEK[5:]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("sat", ("sat",)), ("sun,mon", ("mon", "sun")), ("Mon, TUE,mon", ("mon", "tue")), ("monday", ("mon",)),
        ("mon-fri", SCHOOL), ("mon – fri", SCHOOL), ("mon..fri", SCHOOL), ("sat-mon", ("mon", "sat", "sun")),
        ("tue-tue", ("tue",)),
        ("mon-wed,sat", ("mon", "tue", "wed", "sat")), ("weekdays", SCHOOL), ("Weekend", FREE), ("everyday", WEEK),
        ("t2", ("mon",)), ("T7,CN", FREE), ("t2-t6", SCHOOL), ("t2..cn", WEEK), ("cn-t2", ("mon", "sun")),
        ("thứ 2", ("mon",)), ("Thứ Hai - thứ sáu", SCHOOL), ("Chủ nhật", ("sun",)), ("cuối tuần", FREE),
        ("Ngày thường", SCHOOL),
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_days(text, days, form):
    """Lists, ranges, kinds of days; whatever the case and the Unicode form."""
    assert parse_days(unicodedata.normalize(form, text)) == days


@pytest.mark.parametrize(
    "text", ["", "mon,", "someday", "t8", "t1", "mon-", "-fri", "mon-fri-sun", "weekend-mon", "thu 2", "t2;t3", "２"]
)
def test_what_is_no_day(text):
    """One line, with examples that are understood."""
    with pytest.raises(CommandError, match="is not a day of the week") as error:
        parse_days(text)
    assert EXAMPLES in str(error.value)
    assert "\n" not in str(error.value)


def test_the_examples_are_understood():
    """All of them."""
    assert all(parse_days(one) for one in EXAMPLES.split(" · "))
