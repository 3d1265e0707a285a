"""A dialog as Windows' controls, in the order of the Tab key. Pure: places come from `layout`, everything else from here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from tray.dialogs.model import OTHER, TYPED_MINUTES, Card, Dialog, Field, marked
from tray.dialogs.showing import Words

Part = Literal["says", "head", "label", "radio", "edit", "long", "list", "shortcut", "card", "bar", "beside", "act",
               "line", "body", "note", "button", "hidden"]  # fmt: skip

# winuser.h
OK, CANCEL = 1, 2
_CHILD, _VISIBLE, _TABSTOP, _GROUP, _BORDER, _VSCROLL = 0x4000_0000, 0x1000_0000, 0x1_0000, 0x2_0000, 0x80_0000, 0x20_0000
_SS_NOPREFIX, _SS_ETCHEDHORZ = 0x80, 0x10
_ES_MULTILINE, _ES_AUTOVSCROLL, _ES_AUTOHSCROLL, _ES_PASSWORD, _ES_READONLY = 4, 0x40, 0x80, 0x20, 0x800
_BS_DEFAULT, _BS_PUSH, _BS_AUTORADIO = 1, 0, 9
_LVS_REPORT, _LVS_SINGLESEL, _LVS_SHOWSELALWAYS, _LVS_NOCOLUMNHEADER = 1, 4, 8, 0x4000  # commctrl.h

_STYLES: Final[dict[Part, tuple[str, int]]] = {
    "says": ("STATIC", _SS_NOPREFIX), "head": ("STATIC", _SS_NOPREFIX), "note": ("STATIC", _SS_NOPREFIX),
    "card": ("STATIC", _SS_NOPREFIX), "beside": ("STATIC", _SS_NOPREFIX), "line": ("STATIC", _SS_ETCHEDHORZ),
    "bar": ("msctls_progress32", 0), "act": ("BUTTON", _TABSTOP),
    "label": ("STATIC", 0), "hidden": ("STATIC", 0), "radio": ("BUTTON", _BS_AUTORADIO),
    "edit": ("EDIT", _ES_AUTOHSCROLL | _TABSTOP | _BORDER),
    "long": ("EDIT", _ES_MULTILINE | _ES_AUTOVSCROLL | _VSCROLL | _TABSTOP | _BORDER),
    "body": ("EDIT", _ES_MULTILINE | _ES_AUTOVSCROLL | _ES_READONLY | _VSCROLL | _TABSTOP | _BORDER),
    "button": ("BUTTON", _TABSTOP), "shortcut": ("BUTTON", _TABSTOP),
    "list": ("SysListView32", _LVS_REPORT | _LVS_SINGLESEL | _LVS_SHOWSELALWAYS | _LVS_NOCOLUMNHEADER | _TABSTOP | _BORDER),
}  # fmt: skip

_WIDTHS: Final = {"pin": 18, "text": 36}


@dataclass(frozen=True, slots=True)
class Item:
    """`row`: those of one row stand beside each other, a label before it; `field` and `value`: what it stands for. `wide`: how
    many digits an entry has room for. `lines` of a list: the value and the text of each. `share` of a bar: 0 to 100.
    """

    part: Part
    text: str
    id: int
    row: int
    field: str = ""
    value: str = ""
    style: int = 0
    most: int = 0
    wide: int = 16
    lines: tuple[tuple[str, str], ...] = ()
    share: int = 0

    @property
    def control(self) -> tuple[str, int]:
        """Class and style, as DLGITEMTEMPLATE has them."""
        kind, style = _STYLES[self.part]
        return kind, style | self.style | _CHILD | (0 if self.part == "hidden" else _VISIBLE)


def items(dialog: Dialog, words: Words) -> list[Item]:
    """All controls; ids count from 100, but for the buttons that Enter and Escape press."""
    made = list(_items(dialog, words, iter(marked(dialog, words, "&"))))
    return [item if item.id else replace(item, id=100 + at) for at, item in enumerate(made)]


def _items(dialog: Dialog, words: Words, labels: Iterator[str]) -> Iterator[Item]:
    for at, said in enumerate(dialog.says):
        yield Item("says" if at else "head", words(said), 0, at)
    row = len(dialog.says)
    for field in dialog.fields:
        found = list(_field(field, words, labels, row))
        yield from found
        row = found[-1].row + 1
    for card in dialog.cards:
        found = list(_card(card, words, labels, row))
        yield from found
        row = found[-1].row + 1
    if dialog.body:
        yield Item("body", "\r\n".join(_body(dialog, words)), 0, row)
    yield Item("note", "", 0, row + 1)
    for at, button in enumerate(dialog.buttons):
        id_ = CANCEL if button.closes else 0 if at else OK
        style = (_BS_PUSH if at else _BS_DEFAULT) | (0 if at else _GROUP)
        yield Item("button", next(labels), id_, row + 2, value=button.name, style=style)


def _card(card: Card, words: Words, labels: Iterator[str], row: int) -> Iterator[Item]:
    yield Item("line", "", 0, row)
    if card.head:
        row += 1
        yield Item("card", words(card.head), 0, row)
    for said in card.says:
        row += 1
        yield Item("says", words(said), 0, row)
    for bar in card.bars:
        row += 1
        yield Item("label", words(bar.label).replace("&", "&&"), 0, row)
        yield Item("bar", "", 0, row, share=round(100 * min(1.0, max(0.0, bar.share))))
        yield Item("beside", words(bar.said), 0, row)
    row += 1
    for button in card.buttons:
        yield Item("act", next(labels), 0, row, value=button.name)


def _body(dialog: Dialog, words: Words) -> Iterator[str]:
    for at, line in enumerate(dialog.body):
        if line.head and at:
            yield ""
        yield words(line.text)


def _field(field: Field, words: Words, labels: Iterator[str], row: int) -> Iterator[Item]:
    label = next(labels)
    if field.label:
        yield Item("label", label, 0, row, style=_GROUP)
    given: dict[str, Any] = {"field": field.name, "most": field.most}
    if field.kind in {"choice", "minutes"}:
        known = field.value in {one.value for one in field.choices}
        for at, choice in enumerate(field.choices):
            beside = row if field.kind == "minutes" else row + at
            yield Item("radio", next(labels), 0, beside, field.name, choice.value, _GROUP | _TABSTOP if at == 0 else 0)
        if field.kind == "minutes":
            yield Item("radio", next(labels), 0, row, field.name, OTHER)
            yield Item("hidden", words(TYPED_MINUTES), 0, row)  # a screen reader takes an entry's name from what is before it
            yield Item("edit", "" if known else field.value, 0, row, wide=5, value=OTHER, **given)
    elif field.kind == "ticks":
        for one in field.shortcuts:
            yield Item("shortcut", next(labels), 0, row, field.name, one.value)
        lines = tuple((one.value, words(one.label)) for one in field.choices)
        for _ in lines:
            next(labels)
        yield Item("list", field.value, 0, row + 1, field.name, lines=lines)
    elif field.kind == "long":
        yield Item("long", field.value, 0, row, **given)
    else:
        style = _ES_PASSWORD if field.kind == "pin" else 0
        yield Item("edit", field.value, 0, row, style=style, wide=_WIDTHS.get(field.kind, 9), **given)

