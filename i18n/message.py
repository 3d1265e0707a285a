"""A text for people: one English sentence with named gaps, and what fills them. Nothing is put into words here.

`msg("{player} can play until {until}", player="An", until=Moment(…))` is a message. Its English text is its key in the
catalogues, so it is always written out as a literal. Messages travel as JSON, from servers to whoever shows them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal, TypeAlias

import msgspec

GAP = re.compile(r"\{(\w+)\}")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
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
    joined: Literal["and", "or", "comma", "semicolon"] = "and"


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


def moment(text: str) -> Moment:
    """What RFC 3339 says, to be shown by its own offset."""
    there = datetime.fromisoformat(text)
    return Moment(round(there.timestamp() * 1000), there.isoformat()[-6:])


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


# What the system and its database say in English wherever they run, of that which people meet.
_OF_THE_SYSTEM: Final = {
    one.id: one for one in (
        msg("No such file or directory"), msg("Permission denied"), msg("Operation not permitted"), msg("Is a directory"),
        msg("Not a directory"), msg("File exists"), msg("File name too long"), msg("No space left on device"),
        msg("Read-only file system"), msg("Input/output error"), msg("Connection refused"), msg("Exec format error"),
        msg("Too many open files"), msg("Too many open files in system"), msg("Cannot allocate memory"),
        msg("No buffer space available"), msg("Disk quota exceeded"), msg("Function not implemented"),
        msg("database or disk is full"), msg("attempt to write a readonly database"), msg("disk I/O error"),
        msg("database is locked"), msg("unable to open database file"), msg("file is not a database"),
        msg("database disk image is malformed"),
        msg("Address already in use"), msg("Cannot assign requested address"),
        # whoever asks somebody outside
        msg("Network is unreachable"), msg("No route to host"), msg("timed out"), msg("Connection timed out"),
        msg("Connection reset by peer"), msg("Name or service not known"), msg("No address associated with hostname"),
        msg("Temporary failure in name resolution"), msg("Remote end closed connection without response"),
    )
}  # fmt: skip

# What parsers say of data that is not as it should be: the commonest of it. msgspec adds where.
_AT: Final = re.compile(r"(.+?)(?: - at `\$\.?([^`]+)`)?", re.DOTALL)
_OF_PARSERS: Final[tuple[tuple[re.Pattern[str], Callable[..., Message]], ...]] = (
    (re.compile(r"Object missing required field `(.+)`"), lambda name: msg("the field {field} is missing", field=name)),
    (re.compile(r"Object contains unknown field `(.+)`"), lambda name: msg("there is no field {field}", field=name)),
    (
        re.compile(r"Expected `([a-z |]+)`, got `([a-z]+)`"),
        lambda wanted, got: msg("it should be {wanted}, not {got}", wanted=_kinds(wanted), got=_kinds(got)),
    ),
    (
        re.compile(r"Invalid (?:enum )?value '(.*)'", re.DOTALL),
        lambda value: msg("{value} is not known", value=typed(value[:60])),
    ),
    (re.compile("Input data was truncated"), lambda: msg("it ends too early")),
    (re.compile(r"JSON is malformed: .+ \(byte (\d+)\)"), lambda byte: msg("a mistake at byte {byte}", byte=byte)),
    (
        re.compile(r".*line (\d+),? column (\d+).*", re.DOTALL),
        lambda line, column: msg("a mistake in line {line}, column {column}", line=line, column=column),
    ),
)
_KINDS: Final[dict[str, Arg]] = {
    "str": msg("a text"), "int": msg("a whole number"), "float": msg("a number"), "bool": msg("true or false"),
    "array": msg("a list"), "object": msg("an object"), "null": msg("nothing"),
}  # fmt: skip


def _kinds(names: str) -> Arg:
    kinds = tuple(_KINDS.get(name, name) for name in names.split(" | "))
    return kinds[0] if len(kinds) == 1 else Listed(kinds, "or")


def _of_parsers(said: str) -> Arg:
    """In our words; in its own, where we have none."""
    found = _AT.fullmatch(said)
    what, path = found.groups() if found else (said, None)
    for pattern, worded in _OF_PARSERS:
        if fits := pattern.fullmatch(what):
            why = worded(*fits.groups())
            return why if path is None else msg("{what} (at {path})", what=why, path=path)
    return said


def said_by(error: BaseException) -> Arg:
    """What an error says, for a gap: its message, or the words of whoever raised it (Windows' own are in its language)."""
    match error:
        case MessageError():
            return error.message
        case UnicodeDecodeError():
            return msg("not UTF-8 at byte {byte}", byte=str(error.start))
        case RecursionError():
            return msg("nested too deep")
    return said_so((isinstance(error, OSError) and error.strerror) or str(error))


def said_so(said: str) -> Arg:
    """What the system or a parser says in English, in our words where there are any."""
    return _OF_THE_SYSTEM.get(said) or _of_parsers(said)


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
            return (_EPOCH + timedelta(milliseconds=at)).isoformat(timespec="seconds")  # of fromtimestamp Windows has not all
        case Length(ms):
            return f"{ms / 1000:g} s"
        case Day(day):
            return day.isoformat()
        case Weekday(number):
            return ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")[number % 7]
        case Listed(items, joined):
            between = "; " if joined == "semicolon" else ", "
            return between.join(plain(one, depth + 1) for one in items[:1000]) if depth <= _DEPTH else "…"
        case _:
            return str(said)


def semicolon(items: Iterable[Arg]) -> Listed:
    """These, which may be sentences with commas of their own."""
    return Listed(tuple(items), "semicolon")


def comma(items: Iterable[Arg]) -> Listed:
    """These, with nothing but commas between them."""
    return Listed(tuple(items), "comma")
