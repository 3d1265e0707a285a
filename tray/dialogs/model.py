"""What a dialog is: texts, fields and buttons, whatever draws them. Pure: a renderer shows it and gives back what was typed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from i18n.message import Arg, msg

Values = Mapping[str, str]
"""What stands in the fields, by their names. Of a choice its value; "" where nothing was chosen or typed."""

OTHER: Final = "other"
"""Of a field "minutes": not one of its choices, but what is typed beside them."""


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: Arg


@dataclass(frozen=True, slots=True)
class Field:
    """`kind`: "choice" takes one of `choices`; "minutes" too, or a number that is typed; "ticks" any of them, their values with
    blanks between them, and each of `shortcuts` ticks those of its own value, and no others; "pin" is not shown; "long" takes a
    few lines. `most`: how many characters it takes. `label` "": what the dialog says is about nothing else.
    """

    name: str
    label: Arg
    kind: Literal["choice", "minutes", "ticks", "pin", "digits", "time", "text", "long"]
    value: str = ""
    choices: tuple[Choice, ...] = ()
    most: int = 200
    shortcuts: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Button:
    """`closes`: pressing it asks nobody anything."""

    name: str
    label: Arg
    closes: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """Of a longer text; a `head` begins a part of it."""

    text: Arg
    head: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """`share` of its whole length, 0 to 1, between a label and what it says."""

    label: Arg
    share: float
    said: Arg


@dataclass(frozen=True, slots=True)
class Card:
    """One of several things of a kind, each with its own buttons. "" as `head`: there is only one."""

    head: Arg = ""
    says: tuple[Arg, ...] = ()
    bars: tuple[Bar, ...] = ()
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Dialog:
    """The first of `buttons` is pressed by Enter, one that closes by Escape, too. `says` stands above the fields, each a
    paragraph, the first of them larger, `cards` below them; `body` is a longer text that is scrolled. `first`: the field in
    which typing begins. `renews`: what it says counts down, so the page is asked for that again, every so many milliseconds.
    """

    title: Arg
    says: tuple[Arg, ...] = ()
    fields: tuple[Field, ...] = ()
    body: tuple[Line, ...] = ()
    buttons: tuple[Button, ...] = ()
    first: str = ""
    renews: int | None = None
    cards: tuple[Card, ...] = ()


@dataclass(frozen=True, slots=True)
class Show:
    """Another dialog in place of this one; `code`: how the program ends if it is closed."""

    dialog: Dialog
    code: int = 0


@dataclass(frozen=True, slots=True)
class Stay:
    """The dialog stays as it is, with what was typed but for `cleared`. `note` says why, `code` how the program ends if it is
    closed now.
    """

    note: Arg
    code: int = 0
    cleared: str = ""


@dataclass(frozen=True, slots=True)
class End:
    """The dialog closes. `output` is for whoever started it: one line on stdout."""

    code: int = 0
    output: str = ""


Next = Show | Stay | End

CLOSE: Final = Button("close", msg("Close"), closes=True)
CANCEL: Final = Button("cancel", msg("Cancel"), closes=True)
AGAIN: Final = Button("again", msg("Try again"))
MINUTES: Final = tuple(Choice(str(n), msg("{n} minutes", n=n)) for n in (15, 30, 60))
ONE_MOMENT: Final = msg("One moment…")


def told(title: Arg, *says: Arg) -> Dialog:
    """An answer, or why there is none."""
    return Dialog(title, says, buttons=(CLOSE,))


def alike(one: Dialog, other: Dialog) -> bool:
    """Whether one becomes the other by its texts and bars alone, while somebody has it before them."""

    def shape(dialog: Dialog) -> object:
        cards = [(len(card.says), len(card.bars), card.buttons) for card in dialog.cards]
        return len(dialog.says), cards, dialog.fields, dialog.body, dialog.buttons

    return shape(one) == shape(other)


def mnemonics(labels: Sequence[str]) -> list[int | None]:
    """Where the letter of each label stands that leads there when pressed with Alt: the first that none before it has, best
    one that begins a word, and only such as every keyboard has. None: there is none.
    """
    taken: set[str] = set()
    found: list[int | None] = []
    for label in labels:
        letters = [at for at, c in enumerate(label) if c.isascii() and c.isalpha() and c.lower() not in taken]
        at = next((at for at in letters if not label[at - 1 : at].isalnum()), next(iter(letters), None))
        if at is not None:
            taken.add(label[at].lower())
        found.append(at)
    return found


def marked(dialog: Dialog, words: Callable[[Arg], str], mark: str) -> list[str]:
    """The labels of all that has one, in the order of the Tab key: each field, its choices, the cards' buttons, the buttons.
    `mark` stands before the letter that leads there, as a toolkit wants it; marks of their own are doubled. Buttons choose
    their letters first.
    """
    labels = list(_labels(dialog, words))
    order = sorted(range(len(labels)), key=lambda at: labels[at][0])
    letters = dict(zip(order, mnemonics([labels[at][1] for at in order]), strict=True))
    return [_marked(label, letters[at], mark) for at, (_, label) in enumerate(labels)]


def _marked(label: str, at: int | None, mark: str) -> str:
    before, after = label[: at or 0].replace(mark, mark * 2), label[at or 0 :].replace(mark, mark * 2)
    return before + ("" if at is None else mark) + after


def _labels(dialog: Dialog, words: Callable[[Arg], str]) -> Iterator[tuple[int, str]]:
    """Each with its rank: the smaller chooses first."""
    for field in dialog.fields:
        yield 1, words(field.label)
        for choice in (*field.shortcuts, *field.choices):
            yield 2, words(choice.label)
        if field.kind == "minutes":
            yield 2, words(_OTHER)
    for card in dialog.cards:
        for button in card.buttons:
            yield 2, words(button.label)
    for button in dialog.buttons:
        yield 0, words(button.label)


_OTHER: Final = msg("Other:")
TYPED_MINUTES: Final = msg("Minutes")
