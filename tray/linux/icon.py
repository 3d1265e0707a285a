"""The icon in a panel of Linux: the one file that touches pystray.

pystray closes the menu that is open whenever its text changes, and draws each icon into a temporary file. Here an open menu
keeps its items, which get new texts, and icons lie ready in tray/sprites.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final

from tray.linux.toolkit import backend, gtk
from tray.menus import Act, Menu, Row, flat, shape
from tray.own import SPRITES
from tray.view import View

NAME: Final = "giochoi"

_log = logging.getLogger(__name__)


def icon(view: View, act: Callable[[Act], None]) -> PanelIcon:
    """FaceError."""
    return PanelIcon(view, act)


class PanelIcon:
    """A Face. What it shows is changed in the main thread alone, and only where it is another."""

    def __init__(self, view: View, act: Callable[[Act], None]) -> None:
        self._gi = gtk()
        self._act = act
        self._shown: View | None = None
        self._items: list[Any] = []
        found = backend()
        self._icon = _made(found.Icon, str(SPRITES))
        self._indicator = self._icon._appindicator  # noqa: SLF001 - pystray has no other way to a ready icon
        self._apply(view)
        self._indicator.set_status(found.AppIndicator.IndicatorStatus.ACTIVE)

    def show(self, view: View) -> None:
        self._gi.GLib.idle_add(self._apply, view)

    def run(self) -> None:
        self._icon.run(lambda _: None)

    def stop(self) -> None:
        self._icon.stop()

    def _apply(self, view: View) -> bool:
        """In the main thread. Whatever fails, the next one is tried."""
        try:
            self._change(view)
        except Exception:  # noqa: BLE001 - an icon that cannot be changed must not end the tray: the log has why
            _log.exception("the icon could not be changed")
            self._shown = None
        return False  # not again

    def _change(self, view: View) -> None:
        before, self._shown = self._shown, view
        if before is None or (before.sprite, before.tooltip) != (view.sprite, view.tooltip):
            self._indicator.set_icon_full(view.sprite, view.tooltip)  # panels show both texts where they are not the same
            self._indicator.set_title(view.tooltip)
        if before is None or shape(before.menu) != shape(view.menu):
            self._items = []
            self._indicator.set_menu(self._menu(view.menu))
        elif before.menu != view.menu:
            for item, old, new in zip(self._items, flat(before.menu), flat(view.menu), strict=True):
                if old.text != new.text:
                    item.set_label(new.text)
                if old.enabled != new.enabled:
                    item.set_sensitive(new.enabled)

    def _menu(self, rows: Menu) -> Any:
        """Its items are kept in the order of `flat`."""
        menu = self._gi.Gtk.Menu.new()
        for row in rows:
            item = self._item(row)
            self._items.append(item)
            if row.rows:
                item.set_submenu(self._menu(row.rows))
            menu.append(item)
        menu.show_all()
        return menu

    def _item(self, row: Row) -> Any:
        if not row.text:
            return self._gi.Gtk.SeparatorMenuItem.new()
        item = self._gi.Gtk.MenuItem.new_with_label(row.text)
        item.set_sensitive(row.enabled)
        if row.act is not None:
            item.connect("activate", lambda _, act=row.act: self._act(act))
        return item


def _made(kind: Any, sprites: str) -> Any:
    """One that neither draws nor notifies by itself."""

    class Ready(kind):  # type: ignore[misc] # pystray has no types
        def _initialize(self) -> None:
            self._mark_ready()

        def _finalize(self) -> None:
            pass

        def _update_menu(self) -> None:
            pass

        def _hide(self) -> None:
            pass

    made = Ready(NAME)
    made._appindicator.set_icon_theme_path(sprites)  # noqa: SLF001 - as above
    return made
