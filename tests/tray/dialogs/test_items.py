"""A dialog as Windows' controls: their order, their places, what names them. Pure, so it runs anywhere."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from i18n.catalogue import Catalogue
from tests.tray.dialogs.fake_daemon import ASKED, STATUS, WHY, ZONE
from tray.dialogs import approve, ask, kept, pin, players, why
from tray.dialogs.windows.items import CANCEL, OK, items
from tray.dialogs.windows.layout import lay_out

DIALOGS = {
    "ask": ask.for_play(STATUS, "an"), "pin": pin.dialog(("Mẹ Hoa", "Bố Tuấn")), "approve": approve.dialog(ASKED, ZONE),
    "why": why.dialog(WHY), "kept": kept.dialog("an", []), "players": players.dialog(STATUS),
}  # fmt: skip


def measured(item, wide):
    """Seven dots a letter at 96 dots an inch, lines of fifteen."""
    across = 7 * len(item.text)
    return (min(across, wide), 15 * -(-across // wide)) if wide else (across, 15)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("dpi", [96, 144, 192])
@pytest.mark.parametrize("name", DIALOGS)
def test_nothing_overlaps_and_all_is_inside(name, dpi, language):
    """At every scale, in both languages."""
    found = items(DIALOGS[name], Catalogue(language))

    def measure(item, most):
        return tuple(n * dpi // 96 for n in measured(item, most * 96 // dpi))

    places, (wide, high) = lay_out(found, measure, dpi)
    rects = [rect for rect in places.values() if rect[3]]

    assert all(left >= 0 <= top and left + width <= wide and top + height <= high for left, top, width, height in rects)
    for at, (left, top, width, height) in enumerate(rects):
        for other in rects[at + 1 :]:
            beside = left + width <= other[0] or other[0] + other[2] <= left
            assert beside or top + height <= other[1] or other[1] + other[3] <= top, (rects[at], other)


def test_a_text_has_a_box_of_its_height_up_to_a_limit():
    def high(dialog):
        found = items(dialog, Catalogue("vi"))
        (body,) = (one.id for one in found if one.part == "body")
        return lay_out(found, measured, 96)[0][body][3]

    short = replace(DIALOGS["kept"], body=DIALOGS["kept"].body[:1])
    assert 15 < high(short) < 60 < high(DIALOGS["kept"]) == 250


def test_enter_and_escape_have_their_buttons():
    found = {item.id: item.text for item in items(DIALOGS["approve"], Catalogue("en")) if item.part == "button"}
    assert (found[OK], found[CANCEL], len(found)) == ("&Yes", "&Cancel", 3)
    closing = [item.id for item in items(DIALOGS["why"], Catalogue("en")) if item.part == "button"]
    assert closing == [CANCEL]


@pytest.mark.parametrize("name", DIALOGS)
def test_a_name_stands_before_each_entry(name):
    """That is where screen readers look for it."""
    found = items(DIALOGS[name], Catalogue("vi"))
    for before, item in pairwise(found):
        if item.part in {"edit", "long"}:
            assert before.part in {"label", "hidden"}
            assert before.text
    assert len({item.id for item in found}) == len(found)
