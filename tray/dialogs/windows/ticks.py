"""A list whose lines have boxes to tick (list-view controls of commctrl.h)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import commctrl
import win32gui
import win32gui_struct

_BOXES: Final = 0x4 | 0x20  # LVS_EX_CHECKBOXES, LVS_EX_FULLROWSELECT
_STATE: Final = 0xF000  # LVIS_STATEIMAGEMASK
_TICKED, _CLEAR = 0x2000, 0x1000
_pack_line: Final[Any] = win32gui_struct.PackLVITEM
_pack_column: Final[Any] = win32gui_struct.PackLVCOLUMN
_send: Final[Any] = win32gui.SendMessage
_INSERT_LINE, _INSERT_COLUMN = 0x104D, 0x1061  # LVM_INSERTITEMW, LVM_INSERTCOLUMNW: commctrl has those of ANSI
_ALL_ROOM: Final = -2  # LVSCW_AUTOSIZE_USEHEADER: of the last column all that is left


def fill(list_: int, lines: Sequence[str]) -> None:
    _send(list_, commctrl.LVM_SETEXTENDEDLISTVIEWSTYLE, _BOXES, _BOXES)
    column, _ = _pack_column(cx=1)
    _send(list_, _INSERT_COLUMN, 0, column)
    for at, text in enumerate(lines):
        line, _ = _pack_line(item=at, text=text)
        _send(list_, _INSERT_LINE, 0, line)


def fit(list_: int) -> None:
    """Once it has its place: it is scrolled only up and down."""
    _send(list_, commctrl.LVM_SETCOLUMNWIDTH, 0, _ALL_ROOM)


def tick(list_: int, at: int, *, ticked: bool) -> None:
    line, _ = _pack_line(item=at, state=_TICKED if ticked else _CLEAR, stateMask=_STATE)
    _send(list_, commctrl.LVM_SETITEMSTATE, at, line)


def ticked(list_: int, lines: int) -> list[int]:
    """Which of so many."""
    return [at for at in range(lines) if _send(list_, commctrl.LVM_GETITEMSTATE, at, _STATE) & _STATE == _TICKED]
