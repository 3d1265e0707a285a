"""Where each control of a dialog stands, in pixels. Pure: how large a text is, is asked of whoever has the font."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from tray.dialogs.windows.items import Item

Size = tuple[int, int]
Rect = tuple[int, int, int, int]
"""Left, top, width, height."""
Measure = Callable[[Item, int], Size]
"""How large the text of an item is, in lines at most so wide (0: in one)."""

# At 96 dots an inch; those of Windows' guidelines.
_EDGE: Final = 14
_GAP: Final = 9
_BETWEEN: Final = 14
_WIDE: Final = 400
_BODY_HIGH: Final = 250  # at most
_SCROLLBAR: Final = 28  # and what an entry leaves free beside it
_LONG_HIGH: Final = 52
_LIST_HIGH: Final = 220
_DIGIT: Final = 7
_RADIO: Final = 20
_BUTTON: Final[Size] = (84, 26)
_BAR: Final[Size] = (180, 14)
_LINE: Final = 2
_SIZED: Final = frozenset({"radio", "edit", "button", "shortcut", "act", "bar", "beside"})
_IN_A_ROW: Final = _SIZED - {"button"}


def lay_out(items: Sequence[Item], measure: Measure, dpi: int) -> tuple[dict[int, Rect], Size]:
    """The rectangle of each item by its id, and how large the inside of the window is."""
    def px(points: int) -> int:
        return points * dpi // 96

    labels = max((measure(one, 0)[0] for one in items if one.part == "label"), default=0)
    column = px(_EDGE) + labels + (px(_BETWEEN) if labels else 0)
    sizes = {one.id: _size(one, measure, px) for one in items if one.part in _SIZED}
    inside = max([px(_WIDE), *(_row_width(items, row, sizes, column, px) for row in {one.row for one in items})])
    places: dict[int, Rect] = {}
    top = px(_EDGE)
    for row in sorted({one.row for one in items}):
        here = [one for one in items if one.row == row]
        high = _place(here, (column, top, inside), sizes, measure, places, px)
        top += high + (px(_GAP) if high else 0)
    return places, (inside + 2 * px(_EDGE), top - px(_GAP) + px(_EDGE))


def _place(
    here: Sequence[Item], at: tuple[int, int, int], sizes: dict[int, Size], measure: Measure, places: dict[int, Rect],
    px: Callable[[int], int],
) -> int:  # fmt: skip
    """One row; how high it is."""
    column, top, inside = at
    high, left = 0, column if any(one.part != "act" for one in here) else px(_EDGE)
    right = px(_EDGE) + inside
    for one in reversed([one for one in here if one.part == "button"]):
        wide, tall = sizes[one.id]
        places[one.id] = (right - wide, top, wide, tall)
        right -= wide + px(_GAP)
        high = tall
    for one in here:
        if one.part in {"says", "head", "card", "note"}:
            tall = measure(one, inside)[1] if one.text else 0
            places[one.id] = (px(_EDGE), top, inside, tall)
        elif one.part == "label":
            wide, tall = measure(one, 0)
            places[one.id] = (px(_EDGE), top + px(3), wide, tall)
        elif one.part == "line":
            tall = px(_LINE)
            places[one.id] = (px(_EDGE), top, inside, tall)
        elif one.part in _IN_A_ROW:
            wide, tall = sizes[one.id]
            places[one.id] = (left, top, wide, tall)
            left += wide + px(_GAP)
        elif one.part in {"long", "list"}:
            tall = px(_LONG_HIGH if one.part == "long" else _LIST_HIGH)
            places[one.id] = (column, top, px(_EDGE) + inside - column, tall)
        elif one.part == "body":
            tall = min(px(_BODY_HIGH), measure(one, inside - px(_SCROLLBAR))[1] + px(_GAP))
            places[one.id] = (px(_EDGE), top, inside, tall)
        else:
            continue
        high = max(high, tall)
    return high


def _size(one: Item, measure: Measure, px: Callable[[int], int]) -> Size:
    wide, tall = measure(one, 0)
    if one.part == "radio":
        return wide + px(_RADIO), tall + px(4)
    if one.part == "bar":
        return px(_BAR[0]), px(_BAR[1])
    if one.part == "beside":
        return wide, tall
    if one.part == "edit":
        return px(_DIGIT) * one.wide + px(_GAP), tall + px(7)
    return max(px(_BUTTON[0]), wide + px(24)), max(px(_BUTTON[1]), tall + px(10))


def _row_width(items: Sequence[Item], row: int, sizes: dict[int, Size], column: int, px: Callable[[int], int]) -> int:
    """A card's buttons begin at the edge, everything else at the column beside the labels."""
    found = [one for one in items if one.row == row and one.part in _IN_A_ROW]
    before = 0 if all(one.part == "act" for one in found) else column - px(_EDGE)
    return before + sum(sizes[one.id][0] for one in found) + px(_GAP) * max(0, len(found) - 1)
