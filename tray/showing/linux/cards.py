"""Banners on an X screen: small windows above everything, at its top, which take neither the keyboard nor a click.

The window manager never hears of them (override-redirect), so that no game is taken out of its full screen. Whoever calls is
in the thread that runs GTK's main loop.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from textwrap import wrap
from typing import Any, Final

from tray.showing.api import Card
from tray.showing.linux.passing import passes_clicks
from tray.showing.linux.system import gio, gtk

_TOP: Final = 24
_BETWEEN: Final = 8
_MOST: Final = 3
_CHARACTERS: Final = {"title": 40, "line": 60, "count": 4}  # of a line
_CSS: Final = b"""
#giochoi { background-color: #1c212b; border: 1px solid #4a5263; }
#giochoi.see-through { background-color: transparent; border: none; }
#giochoi box.card { background-color: #1c212b; padding: 14px 26px 15px 20px; border-left: 7px solid #1a7f37; }
#giochoi.see-through box.card { border-radius: 10px; background-color: rgba(28, 33, 43, 0.96); }
#giochoi box.card.critical { border-left-color: #e5484d; }
#giochoi label { color: #e6e9ef; }
#giochoi label.title { color: #ffffff; font-size: 155%; font-weight: bold; }
#giochoi label.line { font-size: 112%; }
#giochoi.full box.card { border-left: none; background-color: #1c212b; }
#giochoi.full label.title { font-size: 320%; }
#giochoi.full label.line { font-size: 170%; }
#giochoi label.count { color: #ffffff; font-size: 290%; font-weight: bold; margin-left: 28px; }
"""


class Cards:
    """What is on the screen, by key. `shown` of `put` is called once the screen has drawn it, `empty` when the last is over."""

    def __init__(self, empty: Callable[[], None] = lambda: None) -> None:
        self._empty = empty
        self._gtk, self._gdk = gtk()
        self._glib = gio()[1]
        self._there: dict[str, _Window] = {}
        screen = self._gdk.Screen.get_default()
        self._x11 = screen is not None and "X11" in type(screen).__name__  # elsewhere no client may lie above others
        if self._x11:
            style = self._gtk.CssProvider()
            style.load_from_data(_CSS)
            self._gtk.StyleContext.add_provider_for_screen(screen, style, self._gtk.STYLE_PROVIDER_PRIORITY_APPLICATION)
            _Window(self, Card("", "ă", ("ă",)), lambda _: None).end()  # never shown: what it takes is loaded now

    def put(self, card: Card, shown: Callable[[bool], None]) -> None:
        if not self._x11:
            shown(False)
            return
        there = self._there.get(card.key)
        if card.full and there is not None and there.card == card:
            there.again()  # it does not flicker
            shown(True)
            return
        self._take(card.key)
        while len(self._there) >= _MOST:
            self._take(next(iter(self._there)))
        self._there[card.key] = _Window(self, card, shown)
        self.arrange()

    def drop(self, begins: str) -> None:
        for key in [one for one in self._there if one.startswith(begins)]:
            self._take(key)
        self.arrange()

    def over(self, window: _Window) -> None:
        """Its time is over."""
        if self._there.get(window.card.key) is window:
            self._take(window.card.key)
            self.arrange()
        if not self._there:
            self._empty()

    def _take(self, key: str) -> None:
        if window := self._there.pop(key, None):
            window.end()

    def arrange(self) -> None:
        """Below each other at the top of the main monitor, in the middle, what is urgent above the rest."""
        display = self._gdk.Display.get_default()
        monitor = display.get_primary_monitor() or display.get_monitor(0)
        area = monitor.get_geometry()
        below = area.y + _TOP
        for window in self._there.values():
            if window.card.full:
                window.cover(area)
        for window in sorted(
            (one for one in self._there.values() if not one.card.full), key=lambda one: one.card.urgency != "critical"
        ):
            window.move(area.x + (area.width - window.width) // 2, below)
            below += window.height + _BETWEEN


class _Window:
    """One card."""

    def __init__(self, cards: Cards, card: Card, shown: Callable[[bool], None]) -> None:
        self.card = card
        self._cards = cards
        self._glib = cards._glib  # noqa: SLF001 - the same module
        self._gtk = cards._gtk  # noqa: SLF001 - as above
        self._shown: Callable[[bool], None] | None = shown
        self._left = card.saving or 0
        self._count: Any = None
        self._window = self._made()
        self._fill()
        self._window.connect("map-event", self._mapped)
        self._window.get_child().show_all()
        natural = self._window.get_preferred_size()[1]
        self.width, self.height = natural.width, natural.height
        self._window.set_default_size(self.width, self.height)  # GTK's own is 200 by 200
        self._timers = [self._glib.timeout_add(card.drawn, self._over)]
        if self._count is not None:
            self._timers.append(self._glib.timeout_add(1000, self._tick))

    def move(self, x: int, y: int) -> None:
        self._window.move(x, y)
        self._window.show()

    def cover(self, main: Any) -> None:
        """All of the screen, with the words in the middle of its `main` monitor."""
        screen = self._window.get_screen()
        wide, high = screen.get_width(), screen.get_height()
        words = self._window.get_child().get_children()[0]
        words.set_halign(self._gtk.Align.CENTER)
        words.set_margin_start(main.x)
        words.set_margin_end(wide - main.x - main.width)
        words.set_margin_top(main.y)
        words.set_margin_bottom(high - main.y - main.height)
        self._window.set_size_request(wide, high)
        self.move(0, 0)

    def again(self) -> None:
        """It stands as long again."""
        self._glib.source_remove(self._timers.pop(0))
        self._timers.insert(0, self._glib.timeout_add(self.card.drawn, self._over))

    def end(self) -> None:
        for timer in self._timers:
            self._glib.source_remove(timer)
        self._timers = []
        self._tell(came=False)
        self._window.destroy()

    def _made(self) -> Any:
        window = self._gtk.Window(type=self._gtk.WindowType.POPUP)
        window.set_name("giochoi")
        window.set_title("Giờ Chơi")
        window.set_accept_focus(False)
        window.set_keep_above(True)
        screen = window.get_screen()
        if self.card.full:
            window.get_style_context().add_class("full")
        elif screen.is_composited() and (visual := screen.get_rgba_visual()):
            window.set_visual(visual)
            window.get_style_context().add_class("see-through")
        return window

    def _fill(self) -> None:
        box = self._gtk.Box(orientation=self._gtk.Orientation.HORIZONTAL)
        for name in ("card", self.card.urgency):
            box.get_style_context().add_class(name)
        words = self._gtk.Box(orientation=self._gtk.Orientation.VERTICAL, spacing=3)
        words.set_valign(self._gtk.Align.CENTER)
        for text, name in ((self.card.title, "title"), *((line, "line") for line in self.card.lines)):
            words.add(self._label(text, name))
        box.pack_start(words, True, True, 0)
        if self._left:
            self._count = self._label(str(self._left // 1000), "count")
            box.pack_end(self._count, False, False, 0)
        self._window.add(box)

    def _label(self, text: str, name: str) -> Any:
        """In lines that we make: a label that may wrap makes its window as high as its narrowest form."""
        lines = wrap(text, _CHARACTERS[name])
        label = self._gtk.Label(label="\n".join(lines), xalign=0.0)
        label.get_style_context().add_class(name)
        return label

    def _mapped(self, window: Any, _: Any) -> bool:
        """The screen has it; it is drawn with the next frame. Before, GTK would set its own shape again."""
        if not self.card.full:
            passes_clicks(window.get_window())
        clock = window.get_window().get_frame_clock()
        clock.connect("after-paint", lambda _: self._tell(came=True))
        return False

    def _tell(self, *, came: bool) -> None:
        told, self._shown = self._shown, None
        if told:
            told(came)

    def _tick(self) -> bool:
        self._left = max(0, self._left - 1000)
        self._count.set_text(str(self._left // 1000))
        return True

    def _over(self) -> bool:
        self._timers.pop(0)
        with suppress(RuntimeError):
            self._cards.over(self)
        return False
