"""Days of the week as people type them, wherever days are taken: mon,tue · mon-fri · t2..cn · weekend · cuối tuần."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from cli.errors import CommandError
from i18n.message import msg, typed
from rules.policy import WEEK, Weekday

EXAMPLES: Final = "mon,wed · mon-fri · weekend · t2-t6 · t7,cn"

_NAMES: Final = (
    ("mon", "monday", "t2", "thứ 2", "thứ hai"), ("tue", "tuesday", "t3", "thứ 3", "thứ ba"),
    ("wed", "wednesday", "t4", "thứ 4", "thứ tư"), ("thu", "thursday", "t5", "thứ 5", "thứ năm"),
    ("fri", "friday", "t6", "thứ 6", "thứ sáu"), ("sat", "saturday", "t7", "thứ 7", "thứ bảy"),
    ("sun", "sunday", "cn", "chủ nhật"),
)  # fmt: skip
_DAY: Final[dict[str, int]] = {name: number for number, names in enumerate(_NAMES) for name in names}
_SETS: Final[dict[str, tuple[int, ...]]] = {
    **dict.fromkeys(("weekdays", "weekday", "ngày thường", "trong tuần"), tuple(range(5))),
    **dict.fromkeys(("weekend", "weekends", "cuối tuần"), (5, 6)),
    **dict.fromkeys(("everyday", "every day", "mỗi ngày", "hằng ngày"), tuple(range(7))),
}
_RANGE: Final = re.compile(r"(.+?)\s*(?:-|–|\.\.)\s*(.+)")


def parse_days(text: str) -> tuple[Weekday, ...]:
    """The days, each once, from Monday on; a range may go over the week's end. CommandError names what is no day."""
    found: set[int] = set()
    for part in text.split(","):
        found.update(_days(plain(part)))
    return tuple(day for number, day in enumerate(WEEK) if number in found)


def weekday(text: str) -> int | None:
    """Which day of the week is meant, from 0, Monday, on; None: none of them."""
    return _DAY.get(plain(text))


def plain(text: str) -> str:
    """As it is compared: case, spaces and spelling of accents do not matter."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _days(text: str) -> tuple[int, ...]:
    if text in _SETS:
        return _SETS[text]
    if text in _DAY:
        return (_DAY[text],)
    ends = _RANGE.fullmatch(text)
    if ends is None:
        raise _no_day(text)
    for end in ends.groups():
        if end not in _DAY:
            raise _no_day(end)
    first, last = (_DAY[end] for end in ends.groups())
    return tuple((first + more) % 7 for more in range((last - first) % 7 + 1))


def _no_day(text: str) -> CommandError:
    said = msg("{day} is not a day of the week; write days such as {examples}", day=typed(text), examples=EXAMPLES)
    return CommandError(said)
