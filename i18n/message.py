"""A text for people: one English sentence with named gaps, and what fills them. Nothing is put into words here.

`msg("{player} can play until {until}", player="An", until=Moment(…))` is a message. Its English text is its key in the
catalogues, so it is always written out as a literal. Messages travel as JSON, from servers to whoever shows them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import Final, Literal, TypeAlias

import msgspec

GAP = re.compile(r"\{(\w+)\}")
_DEPTH = 8  # a message in a message in a message … from somebody whom we need not trust


class Text(msgspec.Struct, frozen=True, tag="text", tag_field="is"):
    """Words that are data and come in both languages: those of packs, those that hang on a wall."""

    vi: str
    en: str


class Moment(msgspec.Struct, frozen=True, tag="moment", tag_field="is"):
    """Unix milliseconds, shown in `zone` ("": the reader's own). `show`: the time alone where it is today, or always both."""

    at: int
    zone: str = ""
    show: Literal["short", "time", "full"] = "short"


class Length(msgspec.Struct, frozen=True, tag="length", tag_field="is"):
    """Milliseconds; shown in hours, minutes and seconds, never rounded up. `exact`: with everything there is of it."""

    ms: int
    exact: bool = False


class Day(msgspec.Struct, frozen=True, tag="day", tag_field="is"):
    """A date, in no zone."""

    day: date


class Weekday(msgspec.Struct, frozen=True, tag="weekday", tag_field="is"):
    """A day of the week: 0 is Monday. `show` "short": as tables have it."""

    number: int
    show: Literal["wide", "short"] = "wide"


class Listed(msgspec.Struct, frozen=True, tag="list", tag_field="is"):
    """Several things one after the other, joined as the language does it."""

    items: tuple[Arg, ...]
    joined: Literal["and", "or", "comma"] = "and"


class Message(msgspec.Struct, frozen=True, tag="message", tag_field="is"):
    """`id` is the English text, with `{name}` for each of `args`; `plural` is it for any other number of `n` than one."""

    id: str
    args: dict[str, Arg] = {}
    plural: str = ""

    def __str__(self) -> str:
        return plain(self)


Arg: TypeAlias = str | int | float | Text | Moment | Length | Day | Weekday | Listed | Message
"""What may fill a gap. A str is a name, an id, a path: shown as it is. A number is shown as the language writes numbers, so
whatever only looks like one (a pid, a year) is given as a str."""

Words: TypeAlias = Message | Text
"""What whoever shows it can put into words."""


def msg(text: str, /, **args: Arg) -> Message:
    """A message: `text` is a literal, in English."""
    return Message(text, args)


def msgn(one: str, many: str, /, n: int, **args: Arg) -> Message:
    """A message about `n` things: `one` is the English text for one of them, `many` for any other number."""
    return Message(one, {"n": n, **args}, many)


def typed(text: str) -> Message:
    """What somebody typed, in quotes; what cannot be printed is told by its number."""
    return msg("'{text}'", text=repr(text)[1:-1])


class MessageError(Exception):
    """Base of errors that people read. Its text, for logs, is the English one."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return plain(self.message)


# What the system says in English wherever it runs, of that which people meet.
_OF_THE_SYSTEM: Final = {
    one.id: one for one in (
        msg("No such file or directory"), msg("Permission denied"), msg("Operation not permitted"), msg("Is a directory"),
        msg("Not a directory"), msg("File exists"), msg("File name too long"), msg("No space left on device"),
        msg("Read-only file system"), msg("Input/output error"), msg("Connection refused"), msg("Exec format error"),
    )
}  # fmt: skip


def said_by(error: BaseException) -> Arg:
    """What an error says, for a gap: its message, or the words of whoever raised it (Windows' own are in its language)."""
    if isinstance(error, MessageError):
        return error.message
    said = (isinstance(error, OSError) and error.strerror) or str(error)
    return _OF_THE_SYSTEM.get(said, said)


def as_message(error: BaseException) -> Message:
    """What an error says, where that is all there is to say."""
    said = said_by(error)
    return said if isinstance(said, Message) else Message("{said}", {"said": said})


def fill(text: str, args: dict[str, Arg], word: Callable[[Arg], str]) -> str:
    """`text` with its gaps filled by the words of `args`; a gap that nothing fills stays as it is."""
    return GAP.sub(lambda gap: word(args[gap[1]]) if gap[1] in args else gap[0], text)


def plain(said: Arg, depth: int = 0) -> str:  # noqa: PLR0911 - one case a kind of argument
    """In English and without a catalogue: for logs, and for programs that load none."""
    match said:
        case Message(id, args, plural):
            text = plural if plural and args.get("n") != 1 else id
            return "…" if depth > _DEPTH else fill(text, args, lambda one: plain(one, depth + 1))
        case Text():
            return said.en
        case Moment(at):
            return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="seconds")
        case Length(ms):
            return f"{ms / 1000:g} s"
        case Day(day):
            return day.isoformat()
        case Weekday(number):
            return ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")[number % 7]
        case Listed(items):
            return ", ".join(plain(one, depth + 1) for one in items[:1000]) if depth <= _DEPTH else "…"
        case _:
            return str(said)


def comma(items: Iterable[Arg]) -> Listed:
    """These, with nothing but commas between them."""
    return Listed(tuple(items), "comma")
