"""Dialogs by GTK 3: its own widgets, so that input methods, screen readers, scaling and the theme are those of the desktop."""

from __future__ import annotations

from functools import partial
from threading import Event
from typing import Any, Final

from i18n.message import Arg
from tray.dialogs.linux.cards import Cards
from tray.dialogs.linux.fields import Fields
from tray.dialogs.linux.toolkit import Atk, Gdk, GLib, Gtk, Pango
from tray.dialogs.model import ONE_MOMENT, Button, Dialog, End, Next, Show, alike, marked
from tray.dialogs.showing import Work
from tray.own import scrolled, wear_icon

_SPACE: Final = 12
_CHARS: Final = 46  # how wide a paragraph is: what is read at a glance
_BODY: Final = (520, 260)
_MARGIN: Final = 18


def show(work: Work) -> tuple[int, str]:
    """A Renderer."""
    window = _Window(work)
    first = work.opened()
    if first is None:
        window.wait()
    else:
        window.take(first)
    if window.open:
        Gtk.main()
    return window.code, window.output


class _Window:
    """The one window; what it holds is made anew for each dialog."""

    def __init__(self, work: Work) -> None:
        self._work, self._words = work, work.words
        self.code, self.output, self.open = 0, "", True
        self._dialog = Dialog(ONE_MOMENT)
        self._busy = False
        self._focus: Any = None
        self._fields: Fields
        self._note: Any
        self._body: Any = None
        self._cards: Cards
        self._said: list[Any] = []
        self._gone = Event()
        wear_icon(Gtk)
        self._window = Gtk.Window(window_position=Gtk.WindowPosition.CENTER, resizable=False,
                                  type_hint=Gdk.WindowTypeHint.DIALOG)  # fmt: skip
        self._window.connect("delete-event", lambda *_: self._close())
        self._window.connect("key-press-event", self._key)
        self._window.set_keep_above(True)

    def wait(self) -> None:
        self._work.wait(partial(GLib.idle_add, self._arrived))
        self._build(Dialog(ONE_MOMENT, (ONE_MOMENT,)))
        self._set_busy(busy=True)

    def take(self, following: Next) -> None:
        if isinstance(following, End):
            self.code, self.output = following.code, following.output
            self._close()
            return
        self.code = following.code
        if isinstance(following, Show):
            self._build(following.dialog)
            self._set_busy(busy=False)
            return
        self._set_busy(busy=False)
        self._say(following.note)
        if following.cleared:
            self._fields.clear(following.cleared)

    def _build(self, dialog: Dialog) -> None:
        self._dialog, self._focus = dialog, None
        self._gone.set()
        for child in self._window.get_children():
            child.destroy()
        labels = iter(marked(dialog, self._words, "_"))
        self._fields = Fields(dialog.fields, self._words, labels, self._default)
        self._note = _paragraph("")
        self._note.get_style_context().add_class("error")
        self._note.set_no_show_all(True)
        box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=_SPACE, margin=_MARGIN)
        self._said = [_paragraph(self._words(said), large=number == 0) for number, said in enumerate(dialog.says)]
        for paragraph in self._said:
            box.add(paragraph)
        if dialog.fields:
            box.add(self._fields.grid)
        self._cards = Cards(dialog.cards, self._words, labels, self._pressed)
        if dialog.cards:
            box.add(self._cards.pane)
        if dialog.body:
            self._body = self._scrolled(dialog)
            box.pack_start(self._body, True, True, 0)
        box.add(self._note)
        box.add(self._buttons(dialog.buttons, labels))
        self._window.add(box)
        self._window.set_title(self._words(dialog.title))
        self._window.get_accessible().set_role(Atk.Role.DIALOG)
        self._window.show_all()
        self._fields.focus(dialog.first)
        self._window.present()
        if dialog.renews is not None:
            self._gone = Event()
            self._work.renew(dialog.renews, self._gone, partial(GLib.idle_add, self._renewed))

    def _renewed(self, following: Show | End) -> bool:
        """What was typed, and where, stays. Another dialog may have come meanwhile, or a button be pressed."""
        if self._gone.is_set() or self._busy:
            return False
        if isinstance(following, End):
            self._close()
            return False
        dialog = following.dialog
        if not alike(dialog, self._dialog):
            self._build(dialog)
            return False
        self._dialog = dialog
        for paragraph, said in zip(self._said, dialog.says, strict=True):
            paragraph.set_text(self._words(said))
        self._cards.say(dialog.cards)
        return False

    def _buttons(self, buttons: tuple[Button, ...], labels: Any) -> Any:
        """The default one to the right, as GTK's own dialogs have it, and first by the Tab key."""
        row = Gtk.ButtonBox(layout_style=Gtk.ButtonBoxStyle.END, spacing=8)
        made = []
        for button in buttons:
            widget = Gtk.Button(label=next(labels), use_underline=True, can_default=True)
            widget.connect("clicked", lambda _, button=button: self._pressed(button))
            made.append(widget)
        for widget in reversed(made):
            row.add(widget)
        if made:
            row.set_focus_chain(made)
            self._window.set_default(made[0])
            made[0].get_style_context().add_class("suggested-action")
            if not self._dialog.fields:
                GLib.idle_add(made[0].grab_focus)
        return row

    def _scrolled(self, dialog: Dialog) -> Any:
        """A text that is read with the arrow keys, and by screen readers."""
        view = Gtk.TextView(editable=False, cursor_visible=False, wrap_mode=Gtk.WrapMode.WORD_CHAR, accepts_tab=False,
                            left_margin=8, right_margin=8, top_margin=6, bottom_margin=6, pixels_below_lines=3)  # fmt: skip
        text = view.get_buffer()
        head = text.create_tag(weight=Pango.Weight.BOLD, pixels_above_lines=8)
        for number, line in enumerate(dialog.body):
            words = ("\n" if number else "") + self._words(line.text)
            text.insert_with_tags(text.get_end_iter(), words, *((head,) if line.head else ()))
        text.place_cursor(text.get_start_iter())
        view.get_accessible().set_name(self._words(dialog.title))
        pane = scrolled(Gtk, shadow_type=Gtk.ShadowType.IN)
        pane.set_size_request(*_BODY)
        pane.add(view)
        return pane

    def _default(self) -> None:
        """Enter in a field."""
        if self._dialog.buttons:
            self._pressed(self._dialog.buttons[0])

    def _pressed(self, button: Button) -> None:
        if button.closes:
            self._close()
        elif not self._busy:
            values = self._fields.values()
            self._set_busy(busy=True)
            self._say(ONE_MOMENT)
            self._work.press(button.name, values, partial(GLib.idle_add, self._arrived))

    def _arrived(self) -> bool:
        self.take(self._work.answer())
        return False

    def _set_busy(self, *, busy: bool) -> None:
        """While a question is out nothing can be typed. What had the focus has it again afterwards."""
        if busy and not self._busy:
            self._focus = self._window.get_focus()
        self._busy = busy
        self._fields.grid.set_sensitive(not busy)
        if not busy:
            self._note.hide()
            if self._focus is not None:
                self._focus.grab_focus()
            self._focus = None

    def _say(self, note: Arg) -> None:
        self._note.set_text(self._words(note))
        self._note.show()

    def _key(self, _: Any, event: Any) -> bool:
        if event.keyval == Gdk.KEY_Escape:
            return self._close()
        return False

    def _close(self) -> bool:
        self.open = False
        self._gone.set()
        self._window.destroy()
        if Gtk.main_level():
            Gtk.main_quit()
        return True


def _paragraph(text: str, *, large: bool = False) -> Any:
    label = Gtk.Label(label=text, wrap=True, xalign=0, max_width_chars=_CHARS, width_chars=_CHARS, selectable=False)
    if large:
        attributes = Pango.AttrList()
        attributes.insert(Pango.attr_scale_new(1.15))
        attributes.insert(Pango.attr_weight_new(Pango.Weight.BOLD))
        label.set_attributes(attributes)
    return label
