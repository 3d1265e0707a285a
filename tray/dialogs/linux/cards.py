"""A dialog's cards as GTK's widgets: each a frame with its texts, its bars and its buttons."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from tray.dialogs.linux.toolkit import Gtk, Pango
from tray.dialogs.model import Button, Card
from tray.dialogs.showing import Words
from tray.own import scrolled

_HIGH: Final = 460  # of all of them; what is more is scrolled
_CHARS: Final = 72
_BAR: Final = (200, 14)


def _thick() -> Any:
    """Themes draw bars of progress as thin lines."""
    style = Gtk.CssProvider()
    style.load_from_data(f"* {{ min-height: {_BAR[1]}px; }}".encode())
    return style


class Cards:
    """`labels` are those of their buttons, in order; `press` is called with the one that was pressed."""

    def __init__(self, cards: Sequence[Card], words: Words, labels: Iterator[str], press: Callable[[Button], None]) -> None:
        self._words, self._labels, self._press = words, labels, press
        self._texts: list[Any] = []
        self._bars: list[Any] = []
        self._pressed: list[list[Any]] = []
        box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=10)
        for card in cards:
            box.add(self._card(card))
        self.pane = scrolled(Gtk, propagate_natural_height=True, max_content_height=_HIGH, propagate_natural_width=True)
        self.pane.add(box)
        self.say(cards)

    def say(self, cards: Sequence[Card]) -> None:
        """The texts and bars of cards that are alike."""
        texts = [text for card in cards for text in (card.head, *card.says, *(t for b in card.bars for t in (b.label, b.said)))]
        for label, text in zip(self._texts, texts, strict=True):
            label.set_text(self._words(text))
        for widget, bar in zip(self._bars, (bar for card in cards for bar in card.bars), strict=True):
            widget.set_fraction(min(1.0, max(0.0, bar.share)))
            widget.get_accessible().set_name(f"{self._words(bar.label)}: {self._words(bar.said)}")
        for buttons, card in zip(self._pressed, cards, strict=True):
            for button in buttons:  # those of all cards have the same labels
                button.get_accessible().set_description(self._words(card.head))

    def _card(self, card: Card) -> Any:
        box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=8, margin=12)
        head = self._text(bold=True)
        if card.head:
            box.add(head)
        for _ in card.says:
            box.add(self._text())
        if card.bars:
            box.add(self._grid(len(card.bars)))
        row = Gtk.Box(spacing=6)
        for button in card.buttons:
            widget = Gtk.Button(label=next(self._labels), use_underline=True)
            widget.connect("clicked", lambda _, button=button: self._press(button))
            row.add(widget)
        self._pressed.append(row.get_children())
        if card.buttons:
            box.add(row)
        frame = Gtk.Frame()
        frame.add(box)
        return frame

    def _grid(self, bars: int) -> Any:
        grid = Gtk.Grid(row_spacing=6, column_spacing=10)
        for row in range(bars):
            widget = Gtk.ProgressBar(valign=Gtk.Align.CENTER, hexpand=True)
            widget.set_size_request(*_BAR)
            widget.get_style_context().add_provider(_thick(), Gtk.STYLE_PROVIDER_PRIORITY_APPLICATION)
            self._bars.append(widget)
            for column, one in enumerate((self._text(wrap=False), widget, self._text(wrap=False))):
                grid.attach(one, column, row, 1, 1)
        return grid

    def _text(self, *, wrap: bool = True, bold: bool = False) -> Any:
        label = Gtk.Label(xalign=0)
        if wrap:
            label.set_line_wrap(True)
            label.set_width_chars(_CHARS)
            label.set_max_width_chars(_CHARS)
        if bold:
            attributes = Pango.AttrList()
            attributes.insert(Pango.attr_weight_new(Pango.Weight.BOLD))
            label.set_attributes(attributes)
        self._texts.append(label)
        return label
