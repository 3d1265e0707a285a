"""Dialogs by Windows itself: its own controls from a template made in memory, so that input methods, Narrator, the Tab key and
scaling by monitor are the system's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Event
from typing import Any, Final

import commctrl
import win32api
import win32con
import win32gui
import win32gui_struct

from i18n.message import Arg
from tray.dialogs.model import ONE_MOMENT, OTHER, Dialog, End, Next, Show, alike
from tray.dialogs.showing import Work
from tray.dialogs.windows.items import CANCEL, OK, Item, items
from tray.dialogs.windows.layout import lay_out
from tray.dialogs.windows.metrics import Fonts, aware, dpi_of, keep_as_laid_out

_ARRIVED: Final = win32con.WM_APP + 1
_RENEWED: Final = win32con.WM_APP + 2
_DPI_CHANGED: Final = 0x02E0
_STYLE: Final = (
    win32con.WS_POPUP | win32con.WS_CAPTION | win32con.WS_SYSMENU | win32con.DS_MODALFRAME | win32con.DS_SETFONT
    | win32con.DS_SETFOREGROUND | win32con.DS_CENTER
)  # fmt: skip
_run_modal: Final[Any] = win32gui.DialogBoxIndirect  # whose stubs know neither a list as template
_set_text: Final[Any] = win32gui.SetWindowText  # nor this one's text
_EX_STYLE: Final = win32con.WS_EX_TOPMOST | win32con.WS_EX_DLGMODALFRAME

# A list whose lines have boxes to tick (commctrl.h).
_BOXES: Final = 0x4 | 0x20  # LVS_EX_CHECKBOXES, LVS_EX_FULLROWSELECT
_STATE: Final = 0xF000  # LVIS_STATEIMAGEMASK
_TICKED, _CLEAR = 0x2000, 0x1000
_pack_line: Final[Any] = win32gui_struct.PackLVITEM
_pack_column: Final[Any] = win32gui_struct.PackLVCOLUMN
_send: Final[Any] = win32gui.SendMessage
_INSERT_LINE, _INSERT_COLUMN = 0x104D, 0x1061  # LVM_INSERTITEMW, LVM_INSERTCOLUMNW: commctrl has those of ANSI
_SET_POSITION: Final = 0x402  # PBM_SETPOS
_LIVE: Final = frozenset({"says", "head", "card", "label", "bar", "beside"})  # what may become another while it is seen
_PRESSED: Final = frozenset({"button", "act"})
_ALL_ROOM: Final = -2  # LVSCW_AUTOSIZE_USEHEADER: of the last column all that is left


def show(work: Work) -> tuple[int, str]:
    """A Renderer: one window after the other, until one of them ends it."""
    aware()
    win32gui.InitCommonControls()
    following = work.opened()
    while not isinstance(following, End):
        shown = following if isinstance(following, Show) else Show(Dialog(ONE_MOMENT, (ONE_MOMENT,)))
        following = _Window(work, shown, waiting=following is None).run()
    return following.code, following.output


class _Window:
    """One dialog; `run` says what comes after it."""

    def __init__(self, work: Work, shown: Show, *, waiting: bool) -> None:
        self._work, self._dialog, self._code, self._waiting = work, shown.dialog, shown.code, waiting
        self._items = items(shown.dialog, work.words)
        self._busy = waiting
        self._after: Next | None = None
        self._hwnd = 0
        self._gone = Event()
        self._next: Show | End = shown
        self._fonts: Fonts

    def run(self) -> Next:
        template: list[Any] = [[self._work.words(self._dialog.title), (0, 0, 100, 50), _STYLE, _EX_STYLE, (9, "Segoe UI")]]
        for item in self._items:
            kind, style = item.control
            template.append([kind, item.text, item.id, (0, 0, 0, 0), style])
        messages: dict[int, Callable[[int, int, int, int], Any]] = {
            win32con.WM_INITDIALOG: self._begin, win32con.WM_COMMAND: self._command, _ARRIVED: self._arrived,
            _RENEWED: self._renewed,
            _DPI_CHANGED: self._moved, win32con.WM_CLOSE: lambda *_: self._close(End(self._code)),
        }  # fmt: skip
        _run_modal(win32api.GetModuleHandle(None), template, 0, messages)
        return self._after or End(self._code)

    def _begin(self, hwnd: int, _message: int, _wparam: int, _lparam: int) -> int:
        self._hwnd = hwnd
        keep_as_laid_out(hwnd)
        self._fonts = Fonts(dpi_of(hwnd))
        self._fill()
        self._place(centre=True)
        first = next((one.id for one in self._items if self._begins(one)), None)
        if self._waiting:
            self._work.wait(self._tell)
        if self._dialog.renews is not None:
            self._work.renew(self._dialog.renews, self._gone, self._show_again)
        if first is None:
            return 1  # the system's choice, the first that the Tab key reaches
        self._lead_to(first)
        return 0  # else that one would have the focus until then, and a long text be scrolled to its end

    def _begins(self, item: Item) -> bool:
        if not self._dialog.first:
            return item.part == "button"
        return item.field == self._dialog.first and (item.part != "radio" or self._checked(item))

    def _fill(self) -> None:
        values = {field.name: field.value for field in self._dialog.fields}
        for field in self._dialog.fields:
            radios = [one for one in self._items if one.part == "radio" and one.field == field.name]
            known = {one.value for one in radios}
            for one in radios:
                if one.value == (values[field.name] if values[field.name] in known else OTHER):
                    win32gui.SendMessage(self._control(one.id), win32con.BM_SETCHECK, win32con.BST_CHECKED, 0)
        for one in self._items:
            if one.most and one.part in {"edit", "long"}:
                win32gui.SendMessage(self._control(one.id), win32con.EM_LIMITTEXT, one.most, 0)
            if one.part == "bar":
                _send(self._control(one.id), _SET_POSITION, one.share, 0)
            if one.part == "list":
                _fill_list(self._control(one.id), [text for _, text in one.lines])
                self._tick(one.field, one.text)

    def _place(self, *, centre: bool = False) -> None:
        """Every control in its place, the window as large as they need."""
        fonts = self._fonts
        places, (wide, high) = lay_out(self._items, fonts.measure, fonts.dpi)
        for one in self._items:
            control = self._control(one.id)
            win32gui.SendMessage(control, win32con.WM_SETFONT, fonts.of(one), 1)
            if one.id in places:
                left, top, width, height = places[one.id]
                win32gui.MoveWindow(control, left, top, width, height, True)
            if one.part == "list":
                _fit_list(control)
        outer, inner = win32gui.GetWindowRect(self._hwnd), win32gui.GetClientRect(self._hwnd)
        wide += outer[2] - outer[0] - inner[2]
        high += outer[3] - outer[1] - inner[3]
        left, top = outer[:2]
        if centre:
            area = win32api.GetMonitorInfo(win32api.MonitorFromWindow(self._hwnd, win32con.MONITOR_DEFAULTTONEAREST))["Work"]
            left, top = (area[0] + area[2] - wide) // 2, (area[1] + area[3] - high) // 2
        flags = win32con.SWP_NOZORDER | win32con.SWP_NOACTIVATE
        win32gui.SetWindowPos(self._hwnd, 0, max(0, left), max(0, top), wide, high, flags)

    def _moved(self, _hwnd: int, _message: int, wparam: int, _lparam: int) -> int:
        """To a monitor with other dots."""
        self._fonts.close()
        self._fonts = Fonts(wparam & 0xFFFF)
        self._place()
        return 1

    def _command(self, _hwnd: int, _message: int, wparam: int, _lparam: int) -> int:
        id_, event = wparam & 0xFFFF, wparam >> 16
        item = next((one for one in self._items if one.id == id_), None)
        if event == win32con.EN_CHANGE and item is not None and item.value == OTHER and self._hwnd:
            self._check_other(item)
        elif event == win32con.BN_CLICKED and item is not None and item.part == "shortcut":
            self._tick(item.field, item.value)
        elif event == win32con.BN_CLICKED and id_ == CANCEL:
            self._close(End(self._code))
        elif event == win32con.BN_CLICKED and not self._busy and (id_ == OK or (item is not None and item.part in _PRESSED)):
            self._press(item)
        return 1

    def _press(self, item: Item | None) -> None:
        if item is None:  # Enter, where no button is pressed by it
            return
        values = self._values()
        self._set_busy(busy=True)
        self._say(ONE_MOMENT)
        self._work.press(item.value, values, self._tell)

    def _tell(self, what: int = _ARRIVED) -> None:
        """From another thread: the answer is there. The window may be gone by now."""
        if win32gui.IsWindow(self._hwnd):
            win32gui.PostMessage(self._hwnd, what, 0, 0)

    def _show_again(self, following: Show | End) -> None:
        """From another thread."""
        self._next = following
        self._tell(_RENEWED)

    def _renewed(self, *_: int) -> int:
        """What was typed, and where, stays."""
        following = self._next
        if self._busy:
            return 1
        if isinstance(following, End):
            return self._close(End(self._code))
        if not alike(following.dialog, self._dialog):
            return self._close(following)
        self._dialog = following.dialog
        for at, (old, new) in enumerate(zip(self._items, items(self._dialog, self._work.words), strict=True)):
            if old.part in _LIVE:
                self._items[at] = new
                _set_text(self._control(new.id), new.text)
            if old.part == "bar":
                _send(self._control(new.id), _SET_POSITION, new.share, 0)
        self._place()
        return 1

    def _arrived(self, *_: int) -> int:
        answer = self._work.answer()
        if isinstance(answer, Show | End):
            self._close(answer)
            return 1
        self._code = answer.code
        self._set_busy(busy=False)
        self._say(answer.note)
        for one in self._items:
            if answer.cleared and one.field == answer.cleared and one.part == "edit":
                _set_text(self._control(one.id), "")
                self._lead_to(one.id)
        return 1

    def _set_busy(self, *, busy: bool) -> None:
        """No button while a question is out; the entries stay, and with them what has the focus."""
        self._busy = busy

    def _say(self, note: Arg) -> None:
        at = next(at for at, one in enumerate(self._items) if one.part == "note")
        old = self._items[at]
        self._items[at] = Item("note", self._work.words(note), old.id, old.row)
        _set_text(self._control(old.id), self._items[at].text)
        self._place()

    def _values(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for one in self._items:
            if one.part == "radio" and self._checked(one):
                found[one.field] = one.value
            elif one.part in {"edit", "long"} and found.get(one.field, OTHER) == OTHER:
                found[one.field] = win32gui.GetWindowText(self._control(one.id)).replace("\r\n", "\n")
            elif one.part == "list":
                ticked = _ticked_lines(self._control(one.id), len(one.lines))
                found[one.field] = " ".join(one.lines[at][0] for at in ticked)
        return found

    def _tick(self, field: str, values: str) -> None:
        """Those of these values in the list of this field, and no others."""
        wanted = values.split()
        for one in self._items:
            if one.part == "list" and one.field == field:
                for at, (value, _) in enumerate(one.lines):
                    _tick_line(self._control(one.id), at, ticked=value in wanted)

    def _checked(self, item: Item) -> bool:
        return bool(win32gui.SendMessage(self._control(item.id), win32con.BM_GETCHECK, 0, 0))

    def _check_other(self, edit: Item) -> None:
        for one in self._items:
            if one.part == "radio" and one.field == edit.field:
                checked = win32con.BST_CHECKED if one.value == OTHER else win32con.BST_UNCHECKED
                win32gui.SendMessage(self._control(one.id), win32con.BM_SETCHECK, checked, 0)

    def _lead_to(self, id_: int) -> None:
        """The focus goes there, as by the Tab key: with the default button's frame, and an entry's text chosen."""
        win32gui.PostMessage(self._hwnd, win32con.WM_NEXTDLGCTL, self._control(id_), 1)

    def _control(self, id_: int) -> int:
        return int(win32gui.GetDlgItem(self._hwnd, id_))

    def _close(self, after: Next) -> int:
        self._after = after
        self._gone.set()
        win32gui.EndDialog(self._hwnd, 0)
        self._fonts.close()
        return 1


def _fill_list(list_: int, lines: Sequence[str]) -> None:
    _send(list_, commctrl.LVM_SETEXTENDEDLISTVIEWSTYLE, _BOXES, _BOXES)
    column, _ = _pack_column(cx=1)
    _send(list_, _INSERT_COLUMN, 0, column)
    for at, text in enumerate(lines):
        line, _ = _pack_line(item=at, text=text)
        _send(list_, _INSERT_LINE, 0, line)


def _fit_list(list_: int) -> None:
    """Once it has its place: it is scrolled only up and down."""
    _send(list_, commctrl.LVM_SETCOLUMNWIDTH, 0, _ALL_ROOM)


def _tick_line(list_: int, at: int, *, ticked: bool) -> None:
    line, _ = _pack_line(item=at, state=_TICKED if ticked else _CLEAR, stateMask=_STATE)
    _send(list_, commctrl.LVM_SETITEMSTATE, at, line)


def _ticked_lines(list_: int, lines: int) -> list[int]:
    """Which of so many."""
    return [at for at in range(lines) if _send(list_, commctrl.LVM_GETITEMSTATE, at, _STATE) & _STATE == _TICKED]
