"""The same menu as a window, where no panel shows icons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tray.linux.toolkit import gtk
from tray.menus import Act, Menu, Row, flat, shape
from tray.own import picture, scrolled, wear_icon
from tray.view import View

_WIDE, _HIGH = 460, 480  # pixels; what is longer is scrolled
_INSET = 10  # where a button's own text begins


def window(view: View, act: Callable[[Act], None]) -> Window:
    """FaceError."""
    return Window(view, act)


class Window:
    """A Face: buttons for what can be clicked, lines of text for the rest. Escape closes it."""

    def __init__(self, view: View, act: Callable[[Act], None]) -> None:
        self._gi = gtk()
        self._act = act
        self._shown: View | None = None
        self._labels: list[Any] = []
        self._buttons: list[tuple[Act, Any]] = []
        gtk3 = self._gi.Gtk
        self._loop = self._gi.GLib.MainLoop()
        wear_icon(gtk3)
        self._window = gtk3.Window(title="Giờ Chơi", default_width=_WIDE, border_width=12)
        self._window.connect("destroy", lambda _: self.stop())
        self._window.connect("key-press-event", self._key)
        self._picture, self._head = gtk3.Image(), gtk3.Label(xalign=0, wrap=True, max_width_chars=48)
        top = gtk3.Box(spacing=12)
        top.pack_start(self._picture, expand=False, fill=False, padding=0)
        top.pack_start(self._head, expand=True, fill=True, padding=0)
        self._rows = gtk3.Box(orientation=gtk3.Orientation.VERTICAL, spacing=2)
        whole = gtk3.Box(orientation=gtk3.Orientation.VERTICAL, spacing=12)
        rows = scrolled(gtk3, propagate_natural_height=True, max_content_height=_HIGH)
        rows.add(self._rows)
        whole.pack_start(top, expand=False, fill=False, padding=0)
        whole.pack_start(rows, expand=True, fill=True, padding=0)
        self._window.add(whole)
        self._apply(view)
        self._window.show_all()

    def show(self, view: View) -> None:
        self._gi.GLib.idle_add(self._apply, view)

    def run(self) -> None:
        self._loop.run()

    def stop(self) -> None:
        self._loop.quit()

    def _key(self, _: Any, event: Any) -> bool:
        if event.keyval == self._gi.Gdk.KEY_Escape:
            self.stop()
            return True
        return False

    def _apply(self, view: View) -> bool:
        before, self._shown = self._shown, view
        self._picture.set_from_file(str(picture(view.sprite, 48)))
        self._head.set_text(view.headline)
        if before is None or shape(before.below) != shape(view.below):
            self._refill(view.below)
        for label, row in zip(self._labels, flat(view.below), strict=True):
            if label is not None and label.get_text() != row.text:
                label.set_text(row.text)
        return False  # not again

    def _refill(self, rows: Menu) -> None:
        """Whoever uses the keyboard stays where they were, or begins at the first button."""
        was = next((act for act, button in self._buttons if button.is_focus()), None)
        for child in self._rows.get_children():
            self._rows.remove(child)
        self._labels, self._buttons = [], []
        self._fill(rows, 0)
        self._rows.show_all()
        natural = self._window.get_preferred_height()[1]
        self._window.resize(_WIDE, max(1, natural))
        for _, button in sorted(self._buttons, key=lambda one: one[0] != was)[:1]:
            button.grab_focus()

    def _fill(self, rows: Menu, deep: int) -> None:
        """Rows of a row's own menu stand below it, further right."""
        for row in rows:
            self._rows.pack_start(self._row(row, deep), expand=False, fill=False, padding=0)
            self._fill(row.rows, deep + 1)

    def _row(self, row: Row, deep: int) -> Any:
        gtk3 = self._gi.Gtk
        if not row.text:
            self._labels.append(None)
            return gtk3.Separator()
        label = gtk3.Label(label=row.text, xalign=0, wrap=True, max_width_chars=60, margin_start=24 * deep)
        self._labels.append(label)
        if row.act is None:
            label.set_margin_start(24 * deep + _INSET)
            label.set_margin_top(_INSET)
            label.set_margin_bottom(_INSET)
            return label
        button = gtk3.Button(relief=gtk3.ReliefStyle.NONE, sensitive=row.enabled)
        button.add(label)
        button.connect("clicked", lambda _, act=row.act: self._act(act))
        self._buttons.append((row.act, button))
        return button
