"""A dialog's fields as GTK's widgets: each with a label that leads to it, and a name for screen readers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from tray.dialogs.linux.toolkit import Gdk, Gtk
from tray.dialogs.model import OTHER, TYPED_MINUTES, Choice, Field
from tray.dialogs.showing import Words
from tray.own import scrolled

_ENTER: Final = (Gdk.KEY_Return, Gdk.KEY_KP_Enter, Gdk.KEY_ISO_Enter)
_LONG: Final = (300, 54)
_TICKS: Final = (440, 260)
_CHARS: Final = 60  # of a choice, before its words go on in a second line
_WIDTHS: Final = {"digits": 8, "time": 8, "text": 32}


class Fields:
    """`labels` are those of each field, its choices, the buttons, in this order; Enter in a field calls `enter`."""

    def __init__(self, fields: Sequence[Field], words: Words, labels: Iterator[str], enter: Callable[[], None]) -> None:
        self.grid = Gtk.Grid(row_spacing=10, column_spacing=12)
        self._words, self._labels, self._enter = words, labels, enter
        self._read: dict[str, Callable[[], str]] = {}
        self._focus: dict[str, Any] = {}
        for row, field in enumerate(fields):
            label = Gtk.Label(label=next(labels), use_underline=True, xalign=0, yalign=0, margin_top=5)
            widget, first = self._made(field, label)
            label.set_mnemonic_widget(first)
            self._focus[field.name] = first
            if field.label:
                self.grid.attach(label, 0, row, 1, 1)
            self.grid.attach(widget, 1 if field.label else 0, row, 1 if field.label else 2, 1)

    def values(self) -> dict[str, str]:
        return {name: read() for name, read in self._read.items()}

    def focus(self, name: str) -> None:
        if name in self._focus:
            self._focus[name].grab_focus()

    def clear(self, name: str) -> None:
        self._focus[name].set_text("")
        self._focus[name].grab_focus()

    def _made(self, field: Field, label: Any) -> tuple[Any, Any]:
        """What stands in the grid, and what of it the label leads to."""
        match field.kind:
            case "choice":
                return self._choice(field)
            case "minutes":
                return self._minutes(field)
            case "ticks":
                return self._ticks(field)
            case "long":
                return self._long(field)
        return self._entry(field, hidden=field.kind == "pin", wide=_WIDTHS.get(field.kind, 16))

    def _entry(self, field: Field, *, hidden: bool, wide: int) -> tuple[Any, Any]:
        entry = Gtk.Entry(text=field.value, max_length=field.most, visibility=not hidden, width_chars=wide,
                          halign=Gtk.Align.START)
        if hidden:
            entry.set_input_purpose(Gtk.InputPurpose.PASSWORD)
        entry.connect("activate", lambda _: self._enter())
        entry.get_accessible().set_name(self._words(field.label))
        self._read[field.name] = entry.get_text
        return entry, entry

    def _long(self, field: Field) -> tuple[Any, Any]:
        """Tab leaves it, Enter is the dialog's; Shift or Ctrl with Enter begins a line."""
        view = Gtk.TextView(accepts_tab=False, wrap_mode=Gtk.WrapMode.WORD_CHAR, left_margin=4, right_margin=4, top_margin=4,
                            bottom_margin=4)  # fmt: skip
        text = view.get_buffer()
        text.set_text(field.value)
        view.connect("key-press-event", self._in_long)
        view.get_accessible().set_name(self._words(field.label))
        self._read[field.name] = lambda: text.get_text(text.get_start_iter(), text.get_end_iter(), False)[: field.most]
        pane = scrolled(Gtk, shadow_type=Gtk.ShadowType.IN, hexpand=True)
        pane.set_min_content_width(_LONG[0])
        pane.set_min_content_height(_LONG[1])
        pane.add(view)
        return pane, view

    def _in_long(self, view: Any, event: Any) -> bool:
        if event.keyval not in _ENTER:
            return False
        if event.state & (Gdk.ModifierType.SHIFT_MASK | Gdk.ModifierType.CONTROL_MASK):
            view.get_buffer().insert_at_cursor("\n")
        elif not view.im_context_filter_keypress(event):  # an input method may be in the middle of a word
            self._enter()
        return True

    def _choice(self, field: Field) -> tuple[Any, Any]:
        box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=2)
        radios = self._radios(field, field.choices, field.value)
        for radio in radios.values():
            box.add(radio)
        self._read[field.name] = lambda: _chosen(radios)
        return box, self._active(radios)

    def _minutes(self, field: Field) -> tuple[Any, Any]:
        """Some to choose from, and a number that is typed: whoever types it need not choose it, too."""
        known = field.value in {one.value for one in field.choices}
        box = Gtk.Box(spacing=10)
        radios = self._radios(field, field.choices, field.value if known else OTHER)
        other = self._radio(next(self._labels), next(iter(radios.values())), active=not known)
        entry = Gtk.Entry(text="" if known else field.value, max_length=field.most, width_chars=4)
        entry.get_accessible().set_name(self._words(TYPED_MINUTES))
        entry.connect("changed", lambda _: other.set_active(True))
        entry.connect("activate", lambda _: self._enter())
        other.connect("clicked", lambda radio: radio.get_active() and radio.is_focus() and entry.grab_focus())
        for widget in (*radios.values(), other, entry):
            box.add(widget)
        radios = {**radios, OTHER: other}
        self._read[field.name] = lambda: entry.get_text() if _chosen(radios) == OTHER else _chosen(radios)
        return box, self._active(radios)

    def _ticks(self, field: Field) -> tuple[Any, Any]:
        """All of them in a list that is scrolled; above it what ticks many at once."""
        box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=8, hexpand=True)
        above, listed = Gtk.Box(spacing=8), Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=2, margin=8)
        ticked = field.value.split()
        shortcuts = [Gtk.Button(label=next(self._labels), use_underline=True) for _ in field.shortcuts]
        ticks = {one.value: Gtk.CheckButton(label=next(self._labels), use_underline=True, active=one.value in ticked)
                 for one in field.choices}  # fmt: skip

        def tick(_: Any, chosen: list[str]) -> None:
            for value, widget in ticks.items():
                widget.set_active(value in chosen)

        for widget, one in zip(shortcuts, field.shortcuts, strict=True):
            widget.connect("clicked", tick, one.value.split())
            above.add(widget)
        for widget in ticks.values():
            widget.connect("key-press-event", self._in_radio)
            listed.add(widget)
        pane = scrolled(Gtk, shadow_type=Gtk.ShadowType.IN)
        pane.set_propagate_natural_height(True)
        pane.set_min_content_width(_TICKS[0])
        pane.set_max_content_height(_TICKS[1])
        pane.add(listed)
        box.add(above)
        box.add(pane)
        self._read[field.name] = lambda: " ".join(value for value, widget in ticks.items() if widget.get_active())
        return box, next(iter(ticks.values()), pane)

    def _radios(self, field: Field, choices: Sequence[Choice], value: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for choice in choices:
            group = next(iter(found.values()), None)
            found[choice.value] = self._radio(next(self._labels), group, active=choice.value == value)
        return found

    def _radio(self, label: str, group: Any, *, active: bool) -> Any:
        radio = Gtk.RadioButton(label=label, use_underline=True, group=group)
        radio.get_child().set_properties(wrap=True, max_width_chars=_CHARS)
        if active:
            radio.set_active(True)
        radio.connect("key-press-event", self._in_radio)
        return radio

    def _in_radio(self, _: Any, event: Any) -> bool:
        if event.keyval in _ENTER:
            self._enter()
        return event.keyval in _ENTER

    def _active(self, radios: dict[str, Any]) -> Any:
        return radios[_chosen(radios)]


def _chosen(radios: dict[str, Any]) -> str:
    return next(value for value, radio in radios.items() if radio.get_active())
