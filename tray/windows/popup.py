"""`giochoi-tray --window`: the icon's menu without the icon, where the mouse is; the program ends when it closes."""

from __future__ import annotations

from typing import Any

from tray.view import View
from tray.windows import calls
from tray.windows.icon import Icon, cursor

_PATIENCE, _PATIENCE_MS = 2, 2_000  # the timer after which it is shown whatever is known by then


class Popup(Icon):
    _over = False

    def _show(self) -> None:
        calls.set_timer(self._hwnd, _PATIENCE, 1 if self._knows() else _PATIENCE_MS, None)

    def _message(self, code: int, flags: int, **fields: Any) -> bool:
        return False

    def _assert_icon_handle(self) -> None:
        """No picture is needed."""

    def _on_apply(self, wparam: int, lparam: int) -> None:
        super()._on_apply(wparam, lparam)
        if self.visible and self._knows():
            self._once()

    def _knows(self) -> bool:
        return self._shown.state != "disconnected"

    def _on_timer(self, _wparam: int, _lparam: int) -> None:
        self._once()

    def _once(self) -> None:
        if not self._over:
            self._over = True
            calls.kill_timer(self._hwnd, _PATIENCE)
            self._open_menu(cursor())
            self.stop()

    def show(self, view: View) -> None:
        if not self._over:
            super().show(view)
